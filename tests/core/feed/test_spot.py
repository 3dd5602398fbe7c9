"""Places in a list that several machines make."""

from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.spot import Spot, spot_of

FEED = FeedId(bytes(range(32)))


def test_later_posts_stand_higher() -> None:
    assert spot_of(2, FEED, 0) > spot_of(1, FEED, 9)


def test_posts_of_a_moment_stand_in_an_order_that_all_agree_on() -> None:
    # SHA-256 of the feed id and the index in eight bytes, its first seven.
    assert spot_of(5, FEED, 0) == Spot(5, 0xA9D6E500293A88)
    numbers = {spot_of(5, FEED, index).number for index in range(100)}
    assert len(numbers) == 100 and max(numbers) < 10**18
    assert sorted(numbers) != [spot_of(5, FEED, index).number for index in range(100)]


def test_its_keys() -> None:
    assert codec_of(Spot).write(Spot(7, 8)) == {b"t": 7, b"n": 8}
