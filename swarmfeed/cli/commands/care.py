"""``swarmfeed status``, ``verify`` and ``reindex``: how the node is, and making sure."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    count,
    format_age,
    format_bytes,
    print_facts,
    print_json,
    print_line,
    print_sentence,
    print_table,
)
from swarmfeed.core.asks.views import FeedStatus, NodeStatus, PeerStatus
from swarmfeed.core.asks.views_json import status_json, verify_json
from swarmfeed.core.base.address import format_address

SHORT_CHARS = 8
"""Of an address in a table: enough to tell two apart; --json has them whole."""


@click.command()
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Print how the node is: its feeds, its peers, its disk."""
    with context.open() as node:
        found = node.status()
    if as_json:
        print_json(status_json(found))
    else:
        _print_status(found, context.doors.now_ms())


@click.command()
@json_option
@click.pass_context
@pass_context
def verify(context: Context, ctx: click.Context, as_json: bool) -> None:
    """Check every byte held here against the signed heads.

    Exit code 1 if some are bad: those are named, dropped, and fetched again from others.
    """
    with context.open() as node:
        report = node.verify()
    if as_json:
        print_json(verify_json(report))
    else:
        feeds = count(report.feeds, "feed", "feeds")
        checked = f"{count(report.entries, 'entry', 'entries')} of {feeds}"
        for line in report.damaged:
            print_line(f"damaged: {line}")
        good = "all good" if not report.damaged else f"{len(report.damaged)} damaged"
        print_sentence(f"{checked}, {format_bytes(report.bytes)}: {good}")
        if report.refetching:
            print_sentence(f"{count(report.refetching, 'chunk', 'chunks')} to fetch again")
    if report.damaged:
        ctx.exit(1)


@click.command()
@json_option
@pass_context
def reindex(context: Context, as_json: bool) -> None:
    """Build the index anew from the logs, which are the truth."""
    with context.open() as node:
        posts = node.reindex()
    if as_json:
        print_json({"posts": posts})
    else:
        print_sentence(f"{count(posts, 'post', 'posts')} indexed")


def _print_status(found: NodeStatus, now_ms: int) -> None:
    print_sentence(found.sentence)
    if found.safety is not None:
        print_sentence(found.safety.sentence)
    used = f"{format_bytes(found.disk_bytes)} of {format_bytes(found.disk_budget_bytes)}"
    network = [
        ("link", found.link_endpoint),
        ("swarm port", str(found.swarm_port)),
        ("DHT nodes", str(found.dht_nodes)),
    ]
    print_facts(
        [
            ("node", format_address(found.node_id)),
            ("author", format_address(found.author_id)),
            *(network if found.running else []),
            ("disk", f"{used}, {format_bytes(found.disk_free_bytes)} free"),
        ]
    )
    if found.feeds:
        print_line("")
        print_table(
            ("author", "feed", "", ">entries held", ">bytes", ">holders"),
            [_feed_row(feed) for feed in found.feeds],
        )
    if found.peers:
        print_line("")
        print_table(
            ("peer", "node", "since"), [_peer_row(peer, now_ms) for peer in found.peers]
        )


def _feed_row(feed: FeedStatus) -> tuple[str, ...]:
    state = feed.relation
    if feed.forked:
        state = "FORKED: two histories"
    elif feed.fetching:
        state = f"fetching, {format_bytes(feed.rate_bytes_per_s)}/s"
    return (
        feed.author_name or "(no name)",
        format_address(feed.feed_id)[:SHORT_CHARS],
        state,
        f"{feed.entries_held:,} of {feed.size:,}",
        format_bytes(feed.bytes_held),
        str(feed.holders),
    )


def _peer_row(peer: PeerStatus, now_ms: int) -> tuple[str, ...]:
    return (
        peer.endpoint,
        format_address(peer.node_id)[:SHORT_CHARS],
        format_age(peer.since_ms, now_ms),
    )
