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
from swarmfeed.core.asks.supernode_list import ListSupernodes
from swarmfeed.core.asks.supernodes import Supernodes, SupernodeStatus
from swarmfeed.core.base.texts import counted


@click.command()
@click.option(
    "--export",
    is_flag=True,
    help="Print a list of those that are known, for somebody who knows none:"
    " `swarmfeed run --supernode-list FILE` comes in by it.",
)
@json_option
@pass_context
def supernodes(context: Context, export: bool, as_json: bool) -> None:
    """Print who serves this machine, or whom it serves, and why it is so."""
    if export:
        _export(context, as_json)
        return
    with context.open() as desk:
        found = desk.ask(Supernodes())
    if as_json:
        print_answer(found)
    else:
        _print_status(found, context.doors.now_ms())


def _export(context: Context, as_json: bool) -> None:
    with context.open() as desk:
        listed = desk.ask(ListSupernodes())
    if as_json:
        print_answer(listed)
    else:
        for line in listed.text.splitlines():
            print_line(line)


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
