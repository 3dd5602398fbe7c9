"""The public id of a post: a short number by which pages and programs outside name it.

    id = claimed time_ms << 16 | SHA-256(feed_id || index as 8 bytes, big-endian)[:2]

It follows from the signed entry alone, so it is equal on all nodes and in every index.  Two
posts of one millisecond may have the same one: then the lower (feed, index) is meant.
"""

from hashlib import sha256
from typing import Final

from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.core.base.types import FeedId

TIME_BITS: Final = 47
"""Of the claimed time: 63 bits in all, a positive number wherever numbers have 64.  What
claims a time after the year 6429 has no id."""

TAG_BITS: Final = 16

FEED_PREFIX_BITS: Final = 27
"""Of a feed's id in the number of a place: with those of an entry it has 59, 18 digits.  Two
feeds that begin alike are told apart wherever posts are put in order, and where a page
ends only if the last post of one page and the first of the next have the same millisecond."""

DIGITS_MAX: Final = 19
"""Of an id in decimal."""


def public_id(feed_id: FeedId, index: int, time_ms: int) -> str:
    """Return the id of a post, in decimal; empty when it claims too late a time to have one.

    Args:
        time_ms: What the entry claims, whatever it is sorted by.
    """
    if time_ms >= 1 << TIME_BITS:
        return ""
    digest = sha256(feed_id + index.to_bytes(8, "big")).digest()
    return str(time_ms << TAG_BITS | int.from_bytes(digest[:2], "big"))


def place_number(feed_id: FeedId, index: int) -> int:
    """Return the place of an entry among those that are sorted by the same time.

    Equal in every index; ascending with the index within a feed.
    """
    return feed_prefix(feed_id) * FEED_ENTRIES_MAX + index


def feed_prefix(feed_id: FeedId) -> int:
    """Return the first bits of a feed's id, which places of one time are sorted by."""
    return int.from_bytes(feed_id[:4], "big") >> (32 - FEED_PREFIX_BITS)


def time_of_id(text: str) -> int | None:
    """Return the time that a post with this id claims; None when it is no id."""
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS_MAX:
        return None
    number = int(text)
    is_one = str(number) == text and number >> TAG_BITS < 1 << TIME_BITS
    return number >> TAG_BITS if is_one else None
