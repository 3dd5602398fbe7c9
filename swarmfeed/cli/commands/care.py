"""``swarmfeed status``, ``verify`` and ``reindex``: how the node is, and making sure."""

from collections.abc import Sequence

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    NO_NAME,
    format_age,
    format_bytes,
    print_answer,
    print_facts,
    print_line,
    print_sentence,
    print_table,
    short,
)
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.mailboxes import Mailboxes, MailboxStatus
from swarmfeed.core.asks.newest import WebWitness, WhoWitnesses
from swarmfeed.core.asks.upkeep import (
    DiskUse,
    NodeStatus,
    PeerStatus,
    Reindex,
    Status,
    Verify,
    VerifyReport,
)
from swarmfeed.core.asks.writing import HowIsMyFeed
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.texts import counted


@click.command()
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Print how the node is: its feeds, its peers, its disk."""
    with context.open(alarms=as_json) as desk:
        found, boxes = desk.ask(Status()), desk.ask(Mailboxes())
        witnesses = desk.ask(WhoWitnesses()).witnesses
    if as_json:
        print_answer(found)
    else:
        _print_status(found, (boxes, witnesses), context.doors.now_ms())


@click.command()
@json_option
@click.pass_context
@pass_context
def verify(context: Context, ctx: click.Context, as_json: bool) -> None:
    """Check every byte held here against the signed heads.

    Exit code 1 if some are bad or missing: those are named, and fetched again from others.
    """
    with context.open() as desk:
        report, trouble = desk.ask(Verify()), desk.ask(HowIsMyFeed()).sentence
    if as_json:
        print_answer(report)
    else:
        _print_report(report, trouble)
    if report.damaged or report.missing:
        ctx.exit(1)


@click.command()
@json_option
@pass_context
def reindex(context: Context, as_json: bool) -> None:
    """Build the index anew from the logs, which are the truth."""
    with context.open() as desk:
        done, trouble = desk.ask(Reindex()), desk.ask(HowIsMyFeed()).sentence
    if as_json:
        print_answer(done)
    else:
        _print_missing(done.missing, trouble)
        print_sentence(sentences.INDEXED(entries=done.entries))


def _print_report(report: VerifyReport, trouble: str) -> None:
    for line in report.damaged:
        print_line(sentences.DAMAGED(line=line))
    missing = _print_missing(report.missing, trouble)
    is_well = not report.damaged and not report.missing
    checked = sentences.ALL_GOOD if is_well else sentences.SOME_DAMAGED
    print_sentence(
        checked(
            entries=report.entries,
            feeds=report.feeds,
            size=format_bytes(report.bytes),
            damaged=len(report.damaged),
            missing=missing,
        )
    )
    if report.refetching:
        print_sentence(sentences.TO_FETCH_AGAIN(chunks=report.refetching))


def _print_missing(lines: Sequence[str], trouble: str) -> int:
    """Print what is missing; returns how many lines that are.

    Args:
        trouble: Why nothing can be written: among the lines where that does not pass.  It says
            itself what to do, and nobody brings it back.
    """
    missing = [line for line in lines if line != trouble]
    for line in missing:
        print_line(sentences.MISSING(line=line))
    if missing:
        print_sentence(sentences.COMES_BACK())
    if len(missing) < len(lines):
        print_line(trouble)
    return len(missing)


def _print_boxes(boxes: MailboxStatus) -> None:
    """Say who keeps letters for whom, where anybody does, or somebody could need it."""
    if boxes.receives:
        print_sentence(boxes.sentence)
    if boxes.kept_boxes:
        print_sentence(boxes.kept_sentence)


def _disk_facts(disk: DiskUse) -> list[tuple[str, str]]:
    used = f"{format_bytes(disk.bytes)} of {format_bytes(disk.budget_bytes)}"
    facts = [("on this disk", f"{used}, {format_bytes(disk.free_bytes)} free")]
    if disk.media_bytes:
        facts.append(("pictures", format_bytes(disk.media_bytes)))
    return facts


def _print_status(
    found: NodeStatus, beside: tuple[MailboxStatus, Sequence[WebWitness]], now_ms: int
) -> None:
    boxes, witnesses = beside
    for alarm in found.alarms:
        print_sentence(alarm)
    print_sentence(found.sentence)
    if found.safety is not None:
        print_sentence(found.safety.sentence)
    _print_boxes(boxes)
    for witness in witnesses:
        print_sentence(witness.sentence)
    network = [
        ("reached at", found.link_endpoint),
        ("BitTorrent port", str(found.swarm_port)),
    ]
    if found.dht_nodes:
        network.append(("DHT", counted(found.dht_nodes, "machine", "machines")))
    print_facts(
        [
            ("you", format_author(found.author_id)),
            ("this machine", format_address(found.node_id)),
            *(network if found.running else []),
            *_disk_facts(found.disk),
        ]
    )
    if found.feeds:
        print_line("")
        print_table(
            ("whose", "history", "", ">entries here", ">as fetched", ">others with it"),
            [_feed_row(feed) for feed in found.feeds],
        )
    if found.peers:
        print_line("")
        print_table(
            ("linked with", "machine", "reached", "since"),
            [_peer_row(peer, now_ms) for peer in found.peers],
        )


def _feed_row(feed: FeedStatus) -> tuple[str, ...]:
    state = feed.relation
    if feed.forked:
        state = "FORKED: two histories"
    elif feed.fetching:
        state = f"fetching, {format_bytes(feed.rate_bytes_per_s)}/s"
    elif feed.by_another:
        state = sentences.SLOWLY_BY_ANOTHER()
    return (
        feed.author_name or NO_NAME,
        short(feed.feed_id),
        state,
        f"{feed.entries_held:,} of {feed.size:,}",
        format_bytes(feed.bytes_held),
        str(feed.holders),
    )


def _peer_row(peer: PeerStatus, now_ms: int) -> tuple[str, ...]:
    return (
        peer.endpoint,
        short(peer.node_id),
        peer.how,
        format_age(peer.since_ms, now_ms),
    )
