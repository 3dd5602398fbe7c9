"""GET /network: how the node is, whether own posts are safe, who is around, and what it does.

GET /network/support: what helps others to help, as a file; nothing private is in it.
GET /status: where that page was before.
"""

from collections.abc import Sequence
from math import ceil
from typing import Final

from flask import Response, redirect, render_template, url_for
from swarmfeed.core.asks.feeds import AllTogether, FeedsOf, FeedStatus, HowMuchIsHeld
from swarmfeed.core.asks.history import HistoryStatus, HowHistoryIs
from swarmfeed.core.asks.mailboxes import Mailboxes
from swarmfeed.core.asks.neighbours import WhoIsAround
from swarmfeed.core.asks.newest import HowNewAreAll
from swarmfeed.core.asks.sentences import SLOWLY_BY_ANOTHER, what_is_confirmed
from swarmfeed.core.asks.starting import HowItWasStarted
from swarmfeed.core.asks.supernodes import Supernodes
from swarmfeed.core.asks.upkeep import NodeStatus, Safety, Status
from swarmfeed.core.history.sentences import how_long, whole_copies
from werkzeug.wrappers import Response as Redirect

from webui import charts, faces
from webui.charts import DiskPart
from webui.current import ask
from webui.parts import ROWS_PER_PART, ListPart, part_asked, part_of
from webui.routes import Menu, Page, get
from webui.support import support_text


def show_network() -> str:
    held, around, supernodes = ask(HowMuchIsHeld()), ask(WhoIsAround()), ask(Supernodes())
    number = part_asked(held.feeds, "feeds")
    status = ask(Status(start=(number - 1) * ROWS_PER_PART, limit=ROWS_PER_PART))
    parents = frozenset(each.node_id for each in supernodes.parents)
    known = charts.machines(around.neighbours, around.entries, parents)
    history = ask(HowHistoryIs())
    disk = disk_parts(status, held, history)
    return render_template(
        "network.html",
        status=status,
        feeds=ListPart(rows=status.feeds, total=held.feeds, number=number),
        peers=part_of(status.peers, "peers"),
        machines=known,
        machines_total=around.total,
        map=charts.drawn_map(known, faces.in_drawing(status.author_id)),
        disk=disk,
        bar=charts.drawn_bar(disk),
        coming_in=sum(each.rate_bytes_per_s for each in held.sums),
        given=sum(each.uploaded_bytes for each in held.sums),
        history=history,
        supernodes=supernodes,
        newest=ask(HowNewAreAll()),
        mailboxes=ask(Mailboxes()),
        slowly=SLOWLY_BY_ANOTHER(),
        support=_support(status, held),
        **_safe(status),
    )


def _safe(status: NodeStatus) -> dict[str, object]:
    safety = status.safety
    own = ask(FeedsOf(author=status.author_id)).feeds
    return {
        "safe_sentence": say_safe(own, safety),
        "out_of_reach": how_long(1 - safety.reachable) if safety else "",
        "copies": whole_copies(safety.copies, safety.copies_needed) if safety else 0,
        "copies_wanted": ceil(safety.copies_needed) if safety else 0,
    }


def say_safe(own_feeds: Sequence[FeedStatus], safety: Safety | None) -> str:
    """Say in one sentence whether own posts would outlive this machine.

    Holders that keep signing that they hold all of it tell most; before they have, receipts.
    """
    if safety is not None and safety.friends + safety.servers > 0:
        return safety.sentence
    held_by = min((feed.held_by for feed in own_feeds if feed.size > 0), default=None)
    return what_is_confirmed(held_by)


def disk_parts(
    status: NodeStatus, together: AllTogether, history: HistoryStatus
) -> list[DiskPart]:
    """What the disk holds, and what may still come; what is 0 bytes is left out."""
    held = {"own": 0, "followed": 0, "": 0}
    for each in together.sums:
        held[each.relation if each.relation in held else ""] += each.bytes_held
    given = history.choice.disk_bytes if history.choice else 0
    used = sum(held.values()) - held["own"]
    left = max(status.disk.budget_bytes - used, 0) + max(given - history.used_bytes, 0)
    parts = [
        DiskPart(label="Yours, always kept", size_bytes=held["own"], look="c1"),
        DiskPart(label="What your people wrote", size_bytes=held["followed"], look="c2"),
        DiskPart(label="Of others, for your people", size_bytes=held[""], look="c3"),
        DiskPart(
            label="Held for others, as history server", size_bytes=history.used_bytes, look="c4"
        ),
        DiskPart(label="Pictures and files", size_bytes=status.disk.media_bytes, look="c5"),
        DiskPart(label="Not used yet", size_bytes=left, look="c0"),
    ]
    return [each for each in parts if each.size_bytes]


def _support(status: NodeStatus, held: AllTogether) -> str:
    return support_text(status, held, ask(HowItWasStarted()).options)


def send_support() -> Response:
    return Response(
        _support(ask(Status(limit=1)), ask(HowMuchIsHeld())),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="swarmfeed-support.txt"'},
    )


def lead_on() -> Redirect:
    return redirect(url_for("network"), 301)


PAGE: Final = Page(
    routes=(
        get("/network", "network", show_network, menu=Menu(label="Network", icon="network")),
        get("/network/support", "support", send_support),
        get("/status", "status", lead_on),
    )
)
