"""GET /status: how the node is, whether own posts are safe, and every feed, peer and job."""

from math import ceil
from typing import Final

from flask import render_template
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.mailboxes import Mailboxes
from swarmfeed.core.asks.sentences import BY_ANOTHER, SLOWLY_BY_ANOTHER, what_is_confirmed
from swarmfeed.core.asks.supernodes import Supernodes
from swarmfeed.core.asks.upkeep import Safety, Status
from swarmfeed.core.history.sentences import how_long, whole_copies

from webui.current import ask
from webui.parts import part_of
from webui.routes import Menu, Page, get


def show_status() -> str:
    status = ask(Status())
    safety = status.safety
    own = [feed for feed in status.feeds if feed.relation == "own"]
    return render_template(
        "status.html",
        status=status,
        own_feeds=own,
        feeds=part_of(status.feeds, "feeds"),
        peers=part_of(status.peers, "peers"),
        by_another=BY_ANOTHER(),
        slowly=SLOWLY_BY_ANOTHER(),
        supernodes=ask(Supernodes()),
        mailboxes=ask(Mailboxes()),
        out_of_reach=how_long(1 - safety.reachable) if safety else "",
        copies=whole_copies(safety.copies, safety.copies_needed) if safety else 0,
        copies_wanted=ceil(safety.copies_needed) if safety else 0,
        safe_sentence=say_safe(own, safety),
        disk_used_bytes=status.disk.bytes + status.disk.free_bytes,
    )


def say_safe(own_feeds: list[FeedStatus], safety: Safety | None) -> str:
    """Say in one sentence whether own posts would outlive this machine.

    Holders that keep signing that they hold all of it tell most; before they have, receipts.
    """
    if safety is not None and safety.friends + safety.servers > 0:
        return safety.sentence
    held_by = min((feed.held_by for feed in own_feeds if feed.size > 0), default=None)
    return what_is_confirmed(held_by)


PAGE: Final = Page(
    routes=(
        get(
            "/status",
            "status",
            show_status,
            menu=Menu(label="Status", icon="status", needs_room=True),
        ),
    )
)
