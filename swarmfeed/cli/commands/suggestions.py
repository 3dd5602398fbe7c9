"""``swarmfeed suggestions``: whom those follow whom one follows."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence, print_table
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import suggestion_sentences as sentences
from swarmfeed.core.asks.suggesting import DismissSuggestion, Suggestions, WhoIsSuggested
from swarmfeed.core.base.address import format_author, format_link


@click.command()
@click.option(
    "--dismiss", "whom", metavar="WHOM", type=WhomParam(), help="Suggest this person no more."
)
@json_option
@pass_context
def suggestions(context: Context, whom: Whom | None, as_json: bool) -> None:
    """Print whom those follow whom you follow, and who of them does.

    Nobody is asked: it is public whom somebody follows. Whom you dismiss nobody hears.
    """
    with context.open() as desk:
        if whom is None:
            found = desk.ask(WhoIsSuggested())
        else:
            found = desk.ask(DismissSuggestion(who=format_link(find(desk, whom))))
    if as_json:
        print_answer(found)
    else:
        _print(found)


def _print(found: Suggestions) -> None:
    if not found.people:
        print_sentence(sentences.NOBODY())
        return
    rows = [(each.name, each.reason, format_author(each.author_id)) for each in found.people]
    print_table(("name", "why", "address"), rows)
