"""``swarmfeed log``: what the running node wrote down of what it does."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import format_age, print_answer, print_table
from swarmfeed.core.asks.logged import LEVELS, LINES_SHOWN, WhatWasLogged


@click.command()
@click.option("--level", type=click.Choice(LEVELS), default="info", help="At least so grave.")
@click.option("--limit", type=click.IntRange(1), default=LINES_SHOWN, help="At most so many.")
@json_option
@pass_context
def log(context: Context, level: str, limit: int, as_json: bool) -> None:
    """Print what the running node wrote down since its start, newest first.

    Keys, passwords and the words of sheets are taken out.
    """
    with context.open() as desk:
        found = desk.ask(WhatWasLogged(level=level, limit=limit))
    if as_json:
        print_answer(found)
        return
    now_ms = context.doors.now_ms()
    rows = [(format_age(each.time_ms, now_ms), each.level, each.said) for each in found.lines]
    print_table(("when", "level", "what"), rows)
