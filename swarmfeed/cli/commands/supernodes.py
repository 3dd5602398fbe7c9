"""``swarmfeed supernodes``: who serves this machine, or whom it serves, and why."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    format_age,
    print_answer,
    print_facts,
    print_line,
    print_sentence,
    print_table,
    short,
)
from swarmfeed.core.asks.supernodes import Supernodes, SupernodeStatus
from swarmfeed.core.base.texts import counted


@click.command()
@json_option
@pass_context
def supernodes(context: Context, as_json: bool) -> None:
    """Print who serves this machine, or whom it serves, and why it is so."""
    with context.open() as desk:
        found = desk.ask(Supernodes())
    if as_json:
        print_answer(found)
    else:
        _print_status(found, context.doors.now_ms())


def _print_status(found: SupernodeStatus, now_ms: int) -> None:
    print_sentence(found.sentence)
    print_sentence(found.why)
    if found.gates != found.why:
        print_sentence(found.gates)
    print_facts(
        (
            ("known", counted(found.supernodes_known, "supernode", "supernodes")),
            ("", counted(found.nodes_known, "machine", "machines")),
        )
    )
    if found.parents:
        print_line("")
        print_table(
            ("served by", "at", "linked"),
            [
                (short(each.node_id), each.endpoint, format_age(each.since_ms, now_ms))
                for each in found.parents
            ],
        )
    if found.changes:
        print_line("")
        print_table(
            ("changed", "to", "why"),
            [
                (
                    format_age(each.at_ms, now_ms),
                    "serving" if each.serves else "served",
                    each.why,
                )
                for each in found.changes
            ],
        )
