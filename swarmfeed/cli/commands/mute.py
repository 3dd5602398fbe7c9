"""``swarmfeed mute`` and ``unmute``: whom one does not want to see."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_line, print_sentence
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import state_sentences as sentences
from swarmfeed.core.asks.muting import Mute, Muted, Unmute, WhoIsMuted
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.base.address import Link, format_author, format_link
from swarmfeed.errors import UserError


@click.command()
@click.argument("whom", type=WhomParam(), required=False)
@json_option
@pass_context
def mute(context: Context, whom: Whom | None, as_json: bool) -> None:
    """Show nothing of somebody in your timeline and notifications.

    WHOM is a link, an address, or a name that is known here; without it, whom you muted is
    printed. Nobody hears of it: it is kept sealed, and your other devices follow.
    """
    with context.open() as desk:
        if whom is None:
            _print_muted(desk.ask(WhoIsMuted()), as_json)
            return
        link = find(desk, whom)
        author = desk.ask(Mute(who=format_link(link)))
    _print_author(author, as_json, sentences.MUTED(name=_name(author, link)))


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def unmute(context: Context, whom: Whom, as_json: bool) -> None:
    """Show somebody again.

    WHOM is a link, an address, or a name.
    """
    with context.open() as desk:
        link = find(desk, whom)
        before = desk.ask(AboutAuthor(author=link.author_id))
        if not before.muted:
            raise UserError(sentences.NOT_MUTED(name=_name(before, link)))
        author = desk.ask(Unmute(who=format_link(link)))
    _print_author(author, as_json, sentences.UNMUTED(name=_name(author, link)))


def _print_muted(muted: Muted, as_json: bool) -> None:
    if as_json:
        print_answer(muted)
        return
    for author in muted.authors:
        print_line(f"{format_author(author.author_id)}  {author.name}".rstrip())
    if not muted.authors:
        print_sentence(sentences.NOBODY_MUTED())


def _print_author(author: AuthorView, as_json: bool, sentence: str) -> None:
    if as_json:
        print_answer(author)
    else:
        print_sentence(sentence)


def _name(author: AuthorView, link: Link) -> str:
    return author.name or link.name or format_author(author.author_id)
