"""What a person is told of one alarm, and what helps."""

from typing import Final

from swarmfeed.core.asks import alarm_sentences as sentences
from swarmfeed.core.base.address import format_address
from swarmfeed.core.feed.alarms import Alarm, What

FEED_CHARS: Final = 8
"""Of a feed's address: enough to tell one's own devices apart."""


def what_happened(alarm: Alarm) -> str:
    """Return what somebody did, in one sentence."""
    feed = format_address(alarm.feed_id)[:FEED_CHARS] if alarm.feed_id else ""
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
    if alarm.what in (What.MOVED, What.DISPUTED):
        return sentences.BOTH_STOLEN()
    return sentences.DEVICE_STOLEN() if alarm.what is What.SIGNED else sentences.FIRST_STOLEN()
