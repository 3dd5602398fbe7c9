"""GET /status: how the node is, whether own posts are safe, and every feed, peer and job."""

from flask import render_template
from swarmfeed.core.asks.views import FeedStatus, Safety

from webui.current import node


def show_status() -> str:
    status = node().status()
    own = [feed for feed in status.feeds if feed.relation == "own"]
    return render_template(
        "status.html",
        status=status,
        own_feeds=own,
        safe_sentence=say_safe(own, status.safety),
        disk_used_bytes=status.disk_bytes + status.disk_free_bytes,
    )


def say_safe(own_feeds: list[FeedStatus], safety: Safety | None) -> str:
    """Say in one sentence whether own posts would outlive this machine.

    Holders that keep signing that they hold all of it tell most; before they have, receipts.
    """
    if safety is not None and safety.friends + safety.servers > 0:
        return safety.sentence
    written = [feed for feed in own_feeds if feed.size > 0]
    if not written:
        return "You have not written anything yet, so there is nothing to lose."
    fewest = min(feed.held_by for feed in written)
    if fewest == 0:
        return (
            "Your newest posts exist only on this machine."
            " Keep the node running until somebody holds them."
        )
    nodes = "1 other node has" if fewest == 1 else f"{fewest} other nodes have"
    return f"{nodes} confirmed holding all your posts: this machine may go offline."
