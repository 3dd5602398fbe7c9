"""How much of a feed is taken in anew because its author packed chunks anew.

Who withdraws has a few chunks packed anew.  An author who packs all of them at every head, by a
fault or to wear others out, would have each follower fetch or patch the whole history again and
again: so there is a bound for a day, which no honest author reaches.
"""

from collections import Counter

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import RENEWED_BYTES_PER_DAY, RENEWED_TIMES_PER_DAY

DAY_MS = 24 * 3_600 * 1_000


class Renewals:
    """Counts bytes by feed, a day at a time."""

    def __init__(self) -> None:
        self._day = 0
        self._bytes: Counter[FeedId] = Counter()

    def may_take(
        self, feed_id: FeedId, size_bytes: int, *, feed_bytes: int, now_ms: int
    ) -> bool:
        """Count a chunk that was packed anew, if it is within the bound.

        Args:
            feed_bytes: Of all chunks of the feed.
            now_ms: By a stop-watch.
        """
        if now_ms // DAY_MS != self._day:
            self._day = now_ms // DAY_MS
            self._bytes.clear()
        after = self._bytes[feed_id] + size_bytes
        if after > RENEWED_BYTES_PER_DAY + RENEWED_TIMES_PER_DAY * feed_bytes:
            return False
        self._bytes[feed_id] = after
        return True


def next_day_s(now_ms: int) -> float:
    """Seconds until the next day begins to be counted."""
    return (DAY_MS - now_ms % DAY_MS) / 1_000
