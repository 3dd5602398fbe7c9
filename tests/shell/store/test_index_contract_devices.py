"""What the device of a feed is called, and how much it posted: the fake and the real index
say the same."""

from swarmfeed.core.feed.kinds import FeedBody
from swarmfeed.ports import Index, KnownDevice

from tests.shell.store.index_samples import LAPTOP, PHONE, add, stored


def test_the_last_name_of_a_feed_counts_whatever_comes_first(index: Index) -> None:
    assert index.device(LAPTOP) == KnownDevice()
    add(index, LAPTOP, 4, [stored(FeedBody(b"join", device="study"))])
    add(index, LAPTOP, 0, [stored(FeedBody(b"join", device="desk")), stored("a"), stored("b")])
    assert (index.device(LAPTOP).name, index.device(LAPTOP).posts) == ("study", 2)
    add(index, LAPTOP, 5, [stored(FeedBody(b"join", device=" \u200b"))])
    assert index.device(LAPTOP).name == ""
    add(index, PHONE, 0, [stored("c")])
    assert (index.device(PHONE).name, index.device(PHONE).posts) == ("", 1)
    assert index.device(PHONE).last_ms is not None


def test_a_device_that_posted_nothing_wrote_last_at_no_time(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(FeedBody(b"join", device="desk"))])
    assert index.device(LAPTOP) == KnownDevice(name="desk")


def test_it_is_forgotten_with_its_feed(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(FeedBody(b"join", device="desk")), stored("a")])
    index.drop_feed(LAPTOP)
    assert index.device(LAPTOP) == KnownDevice()
