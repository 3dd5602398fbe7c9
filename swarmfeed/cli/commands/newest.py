"""``swarmfeed newest``: whether there is anything newer than what is here."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks.newest import HowNewIs
from swarmfeed.core.asks.people import WhoAreYou


@click.command()
@click.argument("whom", type=WhomParam(), required=False)
@json_option
@pass_context
def newest(context: Context, whom: Whom | None, as_json: bool) -> None:
    """Print whether others saw anything newer of somebody than what is here.

    WHOM is a link, an address, or a name that is known here; without it, you yourself.
    """
    with context.open() as desk:
        author_id = find(desk, whom).author_id if whom else desk.ask(WhoAreYou()).author_id
        found = desk.ask(HowNewIs(author=author_id))
    if as_json:
        print_answer(found)
    else:
        print_sentence(found.sentence)
