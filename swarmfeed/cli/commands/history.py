"""``swarmfeed history``: what a volunteer's node does for others, and why."""

from typing import Final

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    NO_NAME,
    format_age,
    format_bytes,
    print_answer,
    print_done,
    print_facts,
    print_line,
    print_sentence,
    print_table,
    short,
)
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks.explaining import facts_of, state_of, word_of
from swarmfeed.core.asks.history import (
    Explain,
    Explanation,
    HistoryFeed,
    HistoryStatus,
    HolderOutlook,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
)
from swarmfeed.core.base.address import format_address, format_link
from swarmfeed.core.base.texts import counted
from swarmfeed.core.history import sentences

SCOPES: Final = {
    "friends": "those you follow",
    "community": "those you follow, and whom they follow",
    "open": "anybody who asks",
}


@click.group()
def history() -> None:
    """Give disk for other people's history, and see what is done with it.

    Start with `swarmfeed run --history --disk 20GB`.
    """


@history.command("status")
@json_option
@pass_context
def history_status(context: Context, as_json: bool) -> None:
    """Print what this history server holds, and why."""
    with context.open() as desk:
        found = desk.ask(HowHistoryIs())
    if as_json:
        print_answer(found)
    else:
        _print_status(found, context.doors.now_ms())


@history.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def explain(context: Context, whom: Whom, as_json: bool) -> None:
    """Print who holds the feeds of WHOM (a link, an address or a name), and what follows."""
    with context.open() as desk:
        found = desk.ask(Explain(who=format_link(find(desk, whom))))
    if as_json:
        print_answer(found)
        return
    if not found.feeds:
        print_sentence("Nobody has said anything about this author here.")
    for number, each in enumerate(found.feeds):
        if number:
            print_line("")
        _print_explanation(each)


@history.command()
@json_option
@pass_context
def leave(context: Context, as_json: bool) -> None:
    """Stop being a history server, once others hold what is held here."""
    with context.open() as desk:
        found = desk.ask(LeaveHistory())
    print_done(found, as_json, found.sentence)


@history.command()
@json_option
@pass_context
def goodbye(context: Context, as_json: bool) -> None:
    """Tell others that this node leaves for good, so that they count on it no longer.

    Then stop it. Starting it again takes the word back.
    """
    with context.open() as desk:
        heard = desk.ask(SayGoodbye())
    if as_json:
        print_answer(heard)
    else:
        told = sentences.TOLD if heard.told else sentences.NOBODY_TOLD
        print_sentence(told(nodes=heard.told))


def _print_status(found: HistoryStatus, now_ms: int) -> None:
    print_sentence(found.sentence)
    if found.choice is not None:
        given = f"{format_bytes(found.used_bytes)} of {format_bytes(found.choice.disk_bytes)}"
        left = format_bytes(found.choice.free_bytes_min)
        print_facts(
            [
                ("for", SCOPES.get(found.choice.scope, found.choice.scope)),
                ("disk", f"{given} used; {left} of the disk stay free"),
                ("histories", _feeds_fact(found)),
                (
                    "servers",
                    counted(found.servers, "other server", "other servers") + " linked",
                ),
                (
                    "traffic",
                    f"{format_bytes(found.in_bytes)} in, {format_bytes(found.out_bytes)} out",
                ),
                (
                    "since start",
                    f"{found.taken} taken, {found.released} let go, {found.evicted} let go"
                    f" for lack of room, {found.refused} refused",
                ),
                ("checks", f"{found.audits_passed} passed, {found.audits_failed} failed"),
            ]
        )
    held = [feed for feed in found.feeds if feed.state != "watched"]
    for feed in held:
        print_line("")
        print_line(_feed_line(feed, now_ms))
        print_sentence(f"  {feed.reason}")


def _feeds_fact(found: HistoryStatus) -> str:
    return (
        f"{found.feeds_leased:,} kept, {found.feeds_claimed:,} on their way,"
        f" {found.feeds_leaving:,} leaving; {found.feeds_watched:,} looked at"
    )


def _feed_line(feed: HistoryFeed, now_ms: int) -> str:
    facts = [
        f"{feed.author_name or NO_NAME}, {short(feed.feed_id)}",
        state_of(feed.state),
        counted(feed.size, "entry", "entries"),
        format_bytes(feed.bytes_held),
    ]
    if feed.since_ms:
        facts.append(f"since {format_age(feed.since_ms, now_ms)}")
    return " · ".join(facts)


def _print_explanation(each: Explanation) -> None:
    feed = each.feed
    print_sentence(f"{feed.author_name or NO_NAME}: {feed.reason}")
    print_facts([("history", format_address(feed.feed_id)), *facts_of(each)])
    if each.holders:
        print_line("")
        print_table(
            ("machine", "says", "now", ">reachable", ">still has it", "network"),
            [_holder_row(holder) for holder in each.holders],
        )
    for holder in each.holders:
        if holder.reason:
            print_sentence(f"{short(holder.node_id)}: {holder.reason}")


def _holder_row(holder: HolderOutlook) -> tuple[str, ...]:
    return (
        "this machine" if holder.is_self else short(holder.node_id),
        word_of(holder.word),
        "online" if holder.online else "offline",
        f"{holder.up:.0%}",
        f"{holder.lasting:.0%}",
        holder.domain,
    )
