"""Markers: how far one read, in the home timeline and of the notifications.

That of the timeline is the read mark of the page.  Of notifications each is read or not: what
an app is told is the newest one up to which all are.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import MarkRead, Notifications
from swarmfeed.core.asks.posts import PostView, Timeline
from swarmfeed.core.asks.stopping import StopHere, WhereDidIStop

from webui.current import ask
from webui.mastodon.endpoint import ApiCall, Json, MissingError, get, params, post
from webui.mastodon.ids import place_id, place_of
from webui.mastodon.limits import NOTICES_LOOKED_AT
from webui.mastodon.notifications import NoticeGroup, grouped
from webui.mastodon.times import iso

HOME: Final = "home"
NOTICES: Final = "notifications"

VERSION_MAX: Final = 2**31 - 1
"""Some apps keep the version in 32 bits."""


def _marker(id: str, time_ms: int) -> Json:
    """A Marker; its version grows with its time."""
    return {
        "last_read_id": id,
        "updated_at": iso(time_ms),
        "version": min(time_ms // 1_000, VERSION_MAX),
    }


# --- the home timeline ---


def _at_or_below(place: Cursor) -> PostView | None:
    """The newest post of the home timeline that stands no higher than a place."""
    right_above = Cursor(place.time_ms, place.number + 1)
    return next(iter(ask(Timeline(limit=1, before=right_above)).posts), None)


def _home() -> Json | None:
    stopped = ask(WhereDidIStop())
    seen = _at_or_below(stopped.place) if stopped.place is not None else None
    return None if seen is None else _marker(place_id(seen), stopped.at_ms)


def _stop_at(id: str) -> None:
    """Raises MissingError: that is no id."""
    place = place_of(id)
    if place is None:
        raise MissingError(id)
    # Never beyond what is here, whatever an app says: the mark does not go back.
    if (seen := _at_or_below(place)) is not None:
        ask(StopHere(place=seen.cursor))


# --- notifications ---


def _newest() -> list[NoticeGroup]:
    return grouped(ask(Notifications(limit=NOTICES_LOOKED_AT)))


def _notices() -> Json | None:
    return _read_up_to(_newest())


def _read_up_to(newest: Sequence[NoticeGroup]) -> Json | None:
    """The newest notice up to which all are read, of the newest, the first of them first."""
    read = list(takewhile(lambda each: not each.unread, reversed(newest)))
    return _marker(read[-1].id, read[-1].time_ms) if read else None


def _read_notices_to(id: str) -> None:
    """Mark what stands no higher as read.  Raises MissingError: that is no id."""
    newest = _newest()
    named = (each.cursor for each in newest if each.id == id.partition("-")[0] or each.id == id)
    place = next(named, None) or place_of(id)
    if place is None:
        raise MissingError(id)
    below = [each.name for each in newest if each.cursor <= place and each.unread]
    if below:
        ask(MarkRead(refs=",".join(below)))


_KINDS: Final[Mapping[str, tuple[Callable[[], Json | None], Callable[[str], None]]]] = {
    HOME: (_home, _stop_at),
    NOTICES: (_notices, _read_notices_to),
}


def _markers(names: Sequence[str]) -> Json:
    found = {name: _KINDS[name][0]() for name in names if name in _KINDS}
    return {name: marker for name, marker in found.items() if marker is not None}


def show() -> Json:
    """GET /api/v1/markers?timeline[]="""
    return _markers(params().many("timeline"))


def move() -> Json:
    """POST /api/v1/markers: a marker goes on, and never back."""
    asked = params()
    said = {name: asked.text(f"{name}[last_read_id]") for name in _KINDS}
    for name, id in said.items():
        if id:
            _KINDS[name][1](id)
    return _markers([name for name, id in said.items() if id])


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/markers", show, "read:statuses"),
    post("/api/v1/markers", move, "write:statuses"),
)
