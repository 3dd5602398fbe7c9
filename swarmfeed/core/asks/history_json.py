"""What a history server shows, as JSON; the same promises as ``views_json``.

Shares and chances are numbers from 0 to 1, rates are requests a day.
"""

from collections.abc import Sequence

from swarmfeed.core.asks.views import (
    Explanation,
    HistoryFeed,
    HistoryStatus,
    HolderOutlook,
    Safety,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.history.choice import HistoryChoice

Json = dict[str, object]


def safety_json(safety: Safety | None) -> Json | None:
    """Null while nothing was written, or the node is not online."""
    if safety is None:
        return None
    return {
        "friends": safety.friends,
        "servers": safety.servers,
        "reachable": safety.reachable,
        "copies": safety.copies,
        "copies_needed": safety.copies_needed,
        "safe": safety.safe,
        "sentence": safety.sentence,
    }


def choice_json(choice: HistoryChoice | None) -> Json | None:
    """Null when the node is no history server."""
    if choice is None:
        return None
    return {
        "scope": choice.scope,
        "disk_bytes": choice.disk_bytes,
        "free_bytes_min": choice.free_bytes_min,
    }


def history_json(status: HistoryStatus) -> Json:
    return {
        "choice": choice_json(status.choice),
        "leaving": status.leaving,
        "sentence": status.sentence,
        "used_bytes": status.used_bytes,
        "feeds_leased": status.feeds_leased,
        "feeds_claimed": status.feeds_claimed,
        "feeds_leaving": status.feeds_leaving,
        "feeds_watched": status.feeds_watched,
        "servers": status.servers,
        "in_bytes": status.in_bytes,
        "out_bytes": status.out_bytes,
        "taken": status.taken,
        "released": status.released,
        "evicted": status.evicted,
        "refused": status.refused,
        "audits_passed": status.audits_passed,
        "audits_failed": status.audits_failed,
        "feeds": [history_feed_json(feed) for feed in status.feeds],
    }


def history_feed_json(feed: HistoryFeed) -> Json:
    return {
        "author": format_address(feed.author_id),
        "name": feed.author_name,
        "feed": format_address(feed.feed_id),
        "state": feed.state,
        "size": feed.size,
        "bytes_held": feed.bytes_held,
        "since_ms": feed.since_ms,
        "until_ms": feed.until_ms,
        "copies": feed.copies,
        "unavailable": feed.unavailable,
        "target": feed.target,
        "requests_per_day": feed.requests_per_day,
        "reason": feed.reason,
    }


def explanations_json(explanations: Sequence[Explanation]) -> Json:
    return {
        "feeds": [
            {
                **history_feed_json(each.feed),
                "quota_bytes": each.quota_bytes,
                "holders": [_holder_json(holder) for holder in each.holders],
            }
            for each in explanations
        ]
    }


def _holder_json(holder: HolderOutlook) -> Json:
    return {
        "node": format_address(holder.node_id),
        "word": holder.word,
        "is_self": holder.is_self,
        "online": holder.online,
        "up": holder.up,
        "lasting": holder.lasting,
        "domain": holder.domain,
        "until_ms": holder.until_ms,
        "reason": holder.reason,
    }
