"""What a person is told of one alarm, and what helps."""

from typing import Final

from swarmfeed.core.asks import alarm_sentences as sentences
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.alarms import Alarm, What

FEED_CHARS: Final = 8
"""Of a feed's address: enough to tell one's own devices apart."""


def what_happened(alarm: Alarm, name: str = "") -> str:
    """Return what somebody did, in one sentence.

    Args:
        name: What the device calls itself that it is about; a thief's has any name.
    """
    feed = _device(alarm.feed_id, name) if alarm.feed_id else ""
    match alarm.what:
        case What.JOINED:
            return sentences.JOINED(feed=feed)
        case What.LEFT:
            return (
                sentences.LEFT(feed=feed, end=alarm.end)
                if alarm.end
                else sentences.LEFT_WHOLE(feed=feed)
            )
        case What.MOVED:
            return sentences.MOVED()
        case What.DISPUTED:
            return sentences.DISPUTED()
        case What.SIGNED:
            return sentences.SIGNED()


def what_to_do(alarm: Alarm) -> str:
    """Return what helps if the person did not do that."""
    if alarm.what is What.MOVED:
        return sentences.DID_YOU_MOVE()
    if alarm.what is What.DISPUTED:
        return sentences.BOTH_STOLEN()
    return sentences.DEVICE_STOLEN() if alarm.what is What.SIGNED else sentences.FIRST_STOLEN()


def who_vouched(feed_id: FeedId, name: str, advice: str) -> str:
    """Return which device says that the person did it, and what helps if that lies."""
    return sentences.VOUCHED(device=_device(feed_id, name), advice=advice)


def _device(feed_id: FeedId, name: str) -> str:
    feed = format_address(feed_id)[:FEED_CHARS]
    return sentences.A_DEVICE(name=name, feed=feed) if name else sentences.NAMELESS(feed=feed)
