"""``swarmfeed near``: people in the same network who show themselves."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence, print_table, warn
from swarmfeed.core.asks.near import HideYourself, PeopleNear, ShowYourself, WhoIsNear
from swarmfeed.core.near import sentences


@click.command()
@click.option(
    "--show/--hide",
    "shows",
    default=None,
    help="Let everybody in this network see who you are, for 15 minutes; or no longer.",
)
@json_option
@pass_context
def near(context: Context, shows: bool | None, as_json: bool) -> None:
    """Print who shows themselves in this network, to those who do so too.

    Without --show nobody is told that you are here, and nobody is looked for.  Anybody can
    choose any name: compare the address with the one that they see themselves.
    """
    wish = {None: WhoIsNear, True: ShowYourself, False: HideYourself}[shows]
    with context.open() as desk:
        found: PeopleNear = desk.ask(wish())
    if as_json:
        print_answer(found)
    else:
        _print(found)


def _print(found: PeopleNear) -> None:
    print_sentence(found.sentence)
    if found.trouble:
        warn(found.trouble)
    elif found.shown and not found.people:
        print_sentence(sentences.NOBODY_HERE())
    if found.people:
        print_table(("name", "link"), [(each.name, each.link) for each in found.people])
