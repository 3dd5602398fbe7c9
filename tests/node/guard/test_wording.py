"""What a person is told of an alarm."""

import pytest
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.alarms import Alarm, What
from swarmfeed.node.guard.wording import what_happened, what_to_do


@pytest.mark.parametrize("what", What)
def test_each_is_told_with_what_to_do(what: What) -> None:
    alarm = Alarm(id=Hash(bytes(32)), what=what, feed_id=FeedId(bytes(32)), end=3)
    assert what_happened(alarm).endswith(".")
    advice = what_to_do(alarm)
    expected = {
        What.SIGNED: "restore",
        What.MOVED: "your first one now",
        What.DISPUTED: "nothing helps",
    }
    assert expected.get(what, "move-to-second-sheet") in advice


def test_a_device_is_told_by_its_name_and_its_address() -> None:
    alarm = Alarm(id=Hash(bytes(32)), what=What.LEFT, feed_id=FeedId(bytes(32)), end=3)
    assert "laptop (aaaaaaaa)" in what_happened(alarm, "laptop")
    assert "the device aaaaaaaa" in what_happened(alarm)
