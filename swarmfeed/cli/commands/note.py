"""``swarmfeed note``: what one writes down about somebody, for oneself."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_done, print_line, print_sentence
from swarmfeed.cli.params import TextParam, WhomParam
from swarmfeed.cli.whom import Whom, find, name_of
from swarmfeed.core.asks import state_sentences as sentences
from swarmfeed.core.asks.notes import SetNote
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.base.address import format_link


@click.command()
@click.argument("whom", type=WhomParam())
@click.argument("text", type=TextParam(), required=False)
@json_option
@pass_context
def note(context: Context, whom: Whom, text: str | None, as_json: bool) -> None:
    """Write something down about somebody, or print what you wrote.

    WHOM is a link, an address, or a name that is known here. TEXT takes the place of what stood
    there; "" takes it away. Nobody hears of it: it is kept sealed, and your other devices have
    it, too.
    """
    with context.open() as desk:
        link = find(desk, whom)
        if text is None:
            author = desk.ask(AboutAuthor(author=link.author_id))
        else:
            author = desk.ask(SetNote(who=format_link(link), text=text))
    name = name_of(author, link)
    if text is not None:
        said = sentences.ABOUT_WRITTEN if author.note else sentences.ABOUT_GONE
        print_done(author, as_json, said(name=name))
    elif as_json:
        print_answer(author)
    elif author.note:
        for line in author.note.splitlines():
            print_line(line)
    else:
        print_sentence(sentences.ABOUT_NOTHING(name=name))
