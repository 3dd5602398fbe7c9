"""How often a feed may be packed anew: by bytes, a day at a time."""

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import RENEWED_BYTES_PER_DAY, RENEWED_TIMES_PER_DAY
from swarmfeed.core.feed.renewing import DAY_MS, Renewals, next_day_s

ONE, OTHER = FeedId(b"1" * 32), FeedId(b"2" * 32)
SIZE = RENEWED_BYTES_PER_DAY // 4


def taken(renewals: Renewals, feed_id: FeedId, now_ms: int, *, feed_bytes: int = 0) -> int:
    """How many chunks of SIZE are taken of ten."""
    return sum(
        renewals.may_take(feed_id, SIZE, feed_bytes=feed_bytes, now_ms=now_ms)
        for _ in range(10)
    )


def test_each_feed_has_so_many_bytes_a_day() -> None:
    renewals = Renewals()
    assert taken(renewals, ONE, 5) == 4
    assert taken(renewals, ONE, DAY_MS - 1) == 0
    assert taken(renewals, OTHER, DAY_MS - 1) == 4
    assert taken(renewals, ONE, DAY_MS) == 4


def test_a_long_feed_may_be_packed_anew_as_a_whole() -> None:
    assert taken(Renewals(), ONE, 5, feed_bytes=SIZE) == 4 + RENEWED_TIMES_PER_DAY


def test_the_next_day_begins_when_it_is_counted_anew() -> None:
    assert next_day_s(DAY_MS - 1) == 0.001
    assert next_day_s(DAY_MS) == DAY_MS / 1_000
