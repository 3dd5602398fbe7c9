"""What this node knows of time: what it saw when, and how far its clock is to be believed.

*Our time* is the clock's, or the one that several followed authors say has passed, if that is
later.  What was seen is written to the ledger before the index goes by it, so that an index
made anew puts everything where it stood.  Belongs to the thread that writes the index.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import LEAP_MS_MIN
from swarmfeed.core.feed.sightings import (
    PLAIN,
    Leap,
    Reckoning,
    Sighting,
    add_leap,
    add_sighting,
    still_true,
)
from swarmfeed.errors import DamageError
from swarmfeed.node.ground.memory import Bookkeeper, Rows, readable
from swarmfeed.ports import Clock

SIGHTINGS_PAGE: Final = "sightings"
"""Keys: feed id, start, stop, at_ms.  Values are empty."""

TIME_PAGE: Final = "time"
"""``now``: our time at the last look, and what authors agree on.  ``leap``: from_ms, to_ms."""

NOW_KEY: Final = b"now"
LEAP_KEY: Final = b"leap"

NOTED_EVERY_MS: Final = 3600 * 1000
"""How far our time moves before it is written again: nothing to a leap, and an idle disk."""


class Almanac:
    """Remembers sightings and leaps, and reckons by them."""

    def __init__(self, memory: Bookkeeper, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._sightings: dict[FeedId, tuple[Sighting, ...]] = {}
        self._leaps: tuple[Leap, ...] = ()
        self._agreed_ms = 0
        self._last_ms = 0
        self._noted: tuple[int, int] = (0, 0)

    def rows(self) -> tuple[Rows, ...]:
        return (
            Rows(page=SIGHTINGS_PAGE, load=self._load_sightings, take_changes=dict),
            Rows(page=TIME_PAGE, load=self._load_time, take_changes=dict),
        )

    def now_ms(self) -> int:
        """Our time, Unix time in milliseconds."""
        return max(self._clock.now_ms(), self._agreed_ms)

    def feeds_seen(self) -> list[FeedId]:
        """Feeds that claimed times to come."""
        return sorted(self._sightings)

    def reckoning(self, feed_id: FeedId) -> Reckoning:
        """By what times the entries of a feed are sorted."""
        sightings = self._sightings.get(feed_id)
        return Reckoning(sightings=sightings, leaps=self._leaps) if sightings else PLAIN

    def see(self, feed_id: FeedId, start: int, times_ms: Sequence[int]) -> int:
        """Remember that entries are here now, if some would stand ahead of our time.

        Args:
            times_ms: What they claim, from the one at ``start`` on.

        Returns:
            From which entry on this changes how the feed is reckoned; ``start`` or below.

        Raises:
            PassingError: Not now; nothing is remembered.
        """
        now_ms = self.now_ms()
        latest_ms = now_ms + POST_AHEAD_MS_MAX
        stop = start + len(times_ms)
        if max(times_ms, default=0) <= latest_ms:
            return start
        known = self.reckoning(feed_id).within(start, stop)
        if known.latest_ms(start, times_ms) <= latest_ms:
            return start
        return self.note(feed_id, Sighting(start=start, stop=stop, at_ms=now_ms))

    def note(self, feed_id: FeedId, new: Sighting) -> int:
        """Remember one more sighting.  Returns the first entry of the one it is joined to."""
        before = self._sightings.get(feed_id, ())
        after = add_sighting(before, new)
        changes: dict[bytes, bytes | None] = {}
        changes |= {_sighting_key(feed_id, each): None for each in before if each not in after}
        changes |= {_sighting_key(feed_id, each): b"" for each in after if each not in before}
        self._memory.write(SIGHTINGS_PAGE, changes)
        self._sightings[feed_id] = after
        return after[-1].start

    def look(self, agreed_ms: int | None) -> bool:
        """Take up what time it is; returns whether entries are reckoned otherwise since.

        Args:
            agreed_ms: What several followed authors agree has passed; None: not known now.
        """
        if agreed_ms is not None:
            self._agreed_ms = agreed_ms
        now_ms, before = self.now_ms(), self._leaps
        after = still_true(before, now_ms)
        if self._last_ms and now_ms - self._last_ms > LEAP_MS_MIN:
            after = add_leap(after, Leap(from_ms=self._last_ms, to_ms=now_ms))
        self._write_time(now_ms, after)
        self._last_ms, self._leaps = now_ms, after
        return after != before

    # --- inside ---

    def _write_time(self, now_ms: int, leaps: tuple[Leap, ...]) -> None:
        noted = (now_ms, self._agreed_ms)
        moved_ms = max(abs(new - old) for new, old in zip(noted, self._noted, strict=True))
        if moved_ms < NOTED_EVERY_MS and leaps == self._leaps:
            return
        changes: dict[bytes, bytes | None] = {NOW_KEY: _numbers(*noted)}
        changes |= {_leap_key(each): None for each in self._leaps}
        changes |= {_leap_key(each): b"" for each in leaps}
        self._memory.write(TIME_PAGE, changes)
        self._noted = noted

    def _load_sightings(self, page: Mapping[bytes, bytes]) -> None:
        for _, (feed_id, sighting) in readable({key: key for key in page}, _read_sighting):
            self._sightings[feed_id] = (*self._sightings.get(feed_id, ()), sighting)

    def _load_time(self, page: Mapping[bytes, bytes]) -> None:
        now = {key: value for key, value in page.items() if key == NOW_KEY}
        for _, noted in readable(now, lambda value: _read_numbers(value, 2)):
            self._noted = (noted[0], noted[1])
            self._last_ms, self._agreed_ms = self._noted
        leaps = {key: key[len(LEAP_KEY) :] for key in page if key.startswith(LEAP_KEY)}
        self._leaps = tuple(
            Leap(from_ms=from_ms, to_ms=to_ms)
            for _, (from_ms, to_ms) in readable(leaps, lambda value: _read_numbers(value, 2))
        )


def _sighting_key(feed_id: FeedId, sighting: Sighting) -> bytes:
    return feed_id + _numbers(sighting.start, sighting.stop, sighting.at_ms)


def _leap_key(leap: Leap) -> bytes:
    return LEAP_KEY + _numbers(leap.from_ms, leap.to_ms)


def _read_sighting(key: bytes) -> tuple[FeedId, Sighting]:
    start, stop, at_ms = _read_numbers(key[32:], 3)
    return FeedId(key[:32]), Sighting(start=start, stop=stop, at_ms=at_ms)


def _numbers(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "big") for number in numbers)


def _read_numbers(value: bytes, count: int) -> tuple[int, ...]:
    """Raises DamageError unless these are so many numbers of 8 bytes."""
    if len(value) != 8 * count:
        raise DamageError(f"{len(value)} bytes, not {count} numbers")
    return tuple(int.from_bytes(value[at : at + 8], "big") for at in range(0, 8 * count, 8))
