"""How private state remembers what was read of notifications, and how those are named.

A post is read or not.  What people did with one post, or on one day, is read up to a time: who
comes later makes it unread again; so does who asks once more.

    post      feed id || index (8 bytes)                    -> 1
    regard    l, b or f || feed id || index, or the day (8) -> time in milliseconds (8)
    approach  w, a or i || author id                        -> time in milliseconds (8)
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.notifications import (
    ADMISSIONS,
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    REQUESTS,
)
from swarmfeed.core.asks.posts import PLACE_DIGITS_MAX, place_in
from swarmfeed.core.base.address import format_address, format_author, parse_author
from swarmfeed.core.base.types import AuthorId, FeedId

_TIME_DIGITS_MAX: Final = 16
_NUMBER_BYTES: Final = 8
_LETTERS: Final = {LIKES: b"l", BOOSTS: b"b", FOLLOWS: b"f"}
_OF_APPROACHES: Final = {REQUESTS: b"w", ASKS: b"a", ADMISSIONS: b"i"}


class ReadMark(Struct, frozen=True):
    """A row of private state: what was read, and how far."""

    key: bytes
    up_to_ms: int = 0
    """Of what people did or want; 0 of a post."""

    @property
    def value(self) -> bytes:
        return _number(self.up_to_ms) if self.up_to_ms else b"1"


def mark_of_post(feed_id: FeedId, index: int) -> ReadMark:
    return ReadMark(feed_id + _number(index))


def mark_of_regard(kind: str, feed_id: FeedId | None, index: int, time_ms: int) -> ReadMark:
    """Args:
    feed_id: Of the post; None: they followed on the day ``index``.
    """
    return ReadMark(_LETTERS[kind] + (feed_id or b"") + _number(index), time_ms)


def mark_of_approach(kind: str, author_id: AuthorId, time_ms: int) -> ReadMark:
    return ReadMark(_OF_APPROACHES[kind] + author_id, time_ms)


def approach_name(kind: str, author_id: AuthorId, time_ms: int) -> str:
    """``asks:<author>@<ms>``: what marks it as read."""
    return f"{kind}:{format_author(author_id)}@{time_ms}"


def read_up_to(value: bytes) -> int:
    """The time up to which something was read; 0 when it was not."""
    return int.from_bytes(value, "big") if len(value) == _NUMBER_BYTES else 0


def regard_name(kind: str, feed_id: FeedId | None, index: int, time_ms: int) -> str:
    """``likes:<feed address>/<index>@<ms>``, ``follows:<day>@<ms>``: what marks it as read."""
    place = f"{format_address(feed_id)}/{index}" if feed_id else f"{index}"
    return f"{kind}:{place}@{time_ms}"


def parse_name(name: str) -> ReadMark | None:
    """Read what names a notification; None when it is something else.

    Raises:
        UserError: The address of the feed, or of the author, is none.
    """
    kind, colon, rest = name.rpartition(":")
    if not colon:
        place = place_in(rest)
        return None if place is None else mark_of_post(*place)
    where, _, time_ms = rest.partition("@")
    if not _is_number(time_ms, _TIME_DIGITS_MAX):
        return None
    if kind in _OF_APPROACHES:
        return mark_of_approach(kind, parse_author(where), int(time_ms))
    if kind not in _LETTERS:
        return None
    if kind == FOLLOWS:
        is_day = _is_number(where, PLACE_DIGITS_MAX)
        return mark_of_regard(kind, None, int(where), int(time_ms)) if is_day else None
    place = place_in(where)
    return None if place is None else mark_of_regard(kind, *place, int(time_ms))


def _is_number(text: str, digits_max: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits_max


def _number(number: int) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big")
