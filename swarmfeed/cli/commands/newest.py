"""``swarmfeed newest``: whether there is anything newer than what is here."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_done
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks.newest import HowNewAreAll, HowNewIs
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.witness import sentences
from swarmfeed.errors import UserError


@click.command()
@click.argument("whom", type=WhomParam(), required=False)
@click.option("--all", "of_all", is_flag=True, help="of all whom you read, together")
@json_option
@pass_context
def newest(context: Context, whom: Whom | None, of_all: bool, as_json: bool) -> None:
    """Print whether others saw anything newer of somebody than what is here.

    WHOM is a link, an address, or a name that is known here; without it, you yourself.
    """
    if of_all and whom:
        raise UserError(sentences.WHOM_OR_ALL())
    with context.open() as desk:
        if of_all:
            together = desk.ask(HowNewAreAll())
            print_done(together, as_json, together.sentence)
            return
        author_id = find(desk, whom).author_id if whom else desk.ask(WhoAreYou()).author_id
        found = desk.ask(HowNewIs(author=author_id))
    print_done(found, as_json, found.sentence)
