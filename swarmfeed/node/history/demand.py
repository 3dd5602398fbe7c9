"""Demand: how often each feed's backlog is asked for, here and at other servers.

Counted are different people: the same peer once a day for each feed, and no history servers,
who fetch to hold.  Of several servers' counts the median is believed, so that one liar
changes little.
"""

from collections.abc import Mapping
from statistics import median
from typing import Final

from swarmfeed.core.base.limits import FEEDS_HELD_MAX
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history import rows
from swarmfeed.core.history.availability import DAY_MS, HOUR_MS
from swarmfeed.core.history.limits import SEEN_MAX
from swarmfeed.core.history.slack import REQUESTS_PER_DAY_MIN
from swarmfeed.core.history.words import Report, RequestRate
from swarmfeed.node.ground.memory import readable
from swarmfeed.ports import Clock

HALF_LIFE_DAYS: Final = 7.0
"""After so long without a request a rate is half of what it was."""

DAYS_PER_MONTH: Final = 30

_PER_REQUEST: Final = 0.693 / HALF_LIFE_DAYS
"""What one request adds, so that one a day comes to a rate of one: ln 2 / half-life."""


class Demand:
    """Rates of requests, by feed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rates: dict[FeedId, tuple[float, int]] = {}
        self._changed: set[FeedId] = set()
        self._counted: set[tuple[NodeId, FeedId]] = set()
        self._day = 0
        self._reported: dict[NodeId, dict[FeedId, float]] = {}
        self._ordinary = (-1, 1.0)

    def load(self, page: Mapping[bytes, bytes]) -> None:
        """Take up what was counted before a restart."""
        self._rates.update(
            (FeedId(key), rate) for key, rate in readable(page, rows.decode_rate)
        )

    def take_changes(self) -> dict[bytes, bytes | None]:
        """Rows that changed since the last call."""
        changed, self._changed = self._changed, set()
        return {
            each: rows.encode_rate(*self._rates[each]) if each in self._rates else None
            for each in changed
        }

    def note_request(self, node_id: NodeId, feed_id: FeedId) -> None:
        """Somebody asks for a whole feed."""
        day = self._clock.now_ms() // DAY_MS
        if day != self._day:
            self._day, self._counted = day, set()
        if (node_id, feed_id) in self._counted or len(self._counted) >= FEEDS_HELD_MAX:
            return
        self._counted.add((node_id, feed_id))
        now_ms = self._clock.now_ms()
        self._rates[feed_id] = self._own_rate(feed_id) + _PER_REQUEST, now_ms
        self._changed.add(feed_id)
        self._forget_some()

    def rate(self, feed_id: FeedId) -> float:
        """Requests a day: the median of what we and other servers count."""
        others = [told[feed_id] for told in self._reported.values() if feed_id in told]
        return median([self._own_rate(feed_id), *others]) if others else self._own_rate(feed_id)

    def ordinary_rate(self) -> float:
        """Mean over the feeds that anybody asked for here; worked out once an hour."""
        hour = self._clock.now_ms() // HOUR_MS
        if self._ordinary[0] != hour:
            rates = [self._own_rate(each) for each in self._rates]
            mean = sum(rates) / len(rates) if rates else 1.0
            self._ordinary = hour, max(mean, REQUESTS_PER_DAY_MIN)
        return self._ordinary[1]

    def report_rates(self) -> tuple[RequestRate, ...]:
        """The highest of our own rates, for other servers."""
        found = {each: self._own_rate(each) for each in self._rates}
        highest = sorted(found, key=lambda each: (-found[each], each))[:SEEN_MAX]
        return tuple(RequestRate(each, round(found[each] * DAYS_PER_MONTH)) for each in highest)

    def on_report(self, node_id: NodeId, report: Report) -> None:
        """Another server tells what it counts; its newest word takes the place of the last."""
        self._reported[node_id] = {
            each.feed_id: each.per_month / DAYS_PER_MONTH for each in report.rates
        }

    def on_close(self, node_id: NodeId) -> None:
        """A server that is gone is not listened to any more."""
        self._reported.pop(node_id, None)

    def _own_rate(self, feed_id: FeedId) -> float:
        rate, at_ms = self._rates.get(feed_id, (0.0, 0))
        days = max(0, self._clock.now_ms() - at_ms) / DAY_MS
        return float(rate * 2 ** -(days / HALF_LIFE_DAYS))

    def _forget_some(self) -> None:
        if len(self._rates) > FEEDS_HELD_MAX:
            least = min(self._rates, key=self._own_rate)
            del self._rates[least]
            self._changed.add(least)
