"""Pages of lists as apps turn them: ``max_id``, ``since_id``, ``min_id`` and ``Link`` headers.

The node knows one way through a list, from the newest on; the others are made of it.
"""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from msgspec import Struct
from swarmfeed.core.asks.cursor import Cursor

from webui.mastodon.endpoint import params
from webui.mastodon.ids import place_of
from webui.mastodon.limits import LOOKED_AT_MAX
from webui.mastodon.places import base

T = TypeVar("T")

PAGE: Final = 20
PAGE_MAX: Final = 40

_PAGERS: Final = ("max_id", "since_id", "min_id")


class Paged(Struct, Generic[T], frozen=True, kw_only=True):
    """A list that is read page by page."""

    read: Callable[[int, Cursor | None], tuple[Sequence[T], Cursor | None]]
    """Takes how many and behind which place; returns them, and what to go on with."""
    place: Callable[[T], Cursor]
    id: Callable[[T], str]
    find: Callable[[str], Cursor | None] = place_of
    """Where what has an id stands; None when it is no id at all."""


def turn(listed: Paged[T], *, most: int = PAGE_MAX) -> tuple[list[T], dict[str, str]]:
    """Return what this request asks for of a list, newest first, and its Link header."""
    asked = params()
    limit = asked.number("limit", PAGE, most)
    before = listed.find(asked.text("max_id")) if asked.has("max_id") else None
    stop = asked.text("min_id") or asked.text("since_id")
    if not stop:
        items, following = _some(listed, limit, before)
        return items, link([listed.id(each) for each in items], more=following is not None)
    after = listed.find(stop)
    newer = _newer(listed, limit, before, after, until_end=bool(asked.text("min_id")))
    items = newer[-limit:] if asked.text("min_id") else newer[:limit]
    return items, link([listed.id(each) for each in items], more=len(newer) > limit)


def _some(listed: Paged[T], limit: int, before: Cursor | None) -> tuple[list[T], Cursor | None]:
    """A page that has something on it: of one on which nothing is to be seen there would be no
    way on."""
    found: Sequence[T] = ()
    for _ in range(LOOKED_AT_MAX // PAGE_MAX):
        found, before = listed.read(limit, before)
        if found or before is None:
            break
    return list(found), before


def _newer(
    listed: Paged[T],
    limit: int,
    before: Cursor | None,
    after: Cursor | None,
    *,
    until_end: bool,
) -> list[T]:
    """What stands before a place in a list, from the newest on."""
    newer: list[T] = []
    while len(newer) < LOOKED_AT_MAX:
        found, before = listed.read(PAGE_MAX, before)
        fresh = [each for each in found if after is None or listed.place(each) > after]
        newer += fresh
        is_enough = not until_end and len(newer) >= limit
        if is_enough or len(fresh) < len(found) or before is None:
            break
    return newer


def link(ids: Sequence[str], *, more: bool) -> dict[str, str]:
    """Return the Link header of a page, ``next`` first; no header for an empty one."""
    if not ids:
        return {}
    said = [f'<{_here(min_id=ids[0])}>; rel="prev"']
    if more:
        said.insert(0, f'<{_here(max_id=ids[-1])}>; rel="next"')
    return {"Link": ", ".join(said)}


def _here(**place: str) -> str:
    kept = [
        (name, each) for name, each in request.args.items(multi=True) if name not in _PAGERS
    ]
    return f"{base()}{request.path}?{urlencode([*kept, *place.items()])}"
