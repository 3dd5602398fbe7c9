"""When entries were first seen: what keeps their author's clock from deciding where they stand.

An entry claims a time, by its author's clock.  It is sorted by that time, unless the time was
still to come when the entry was first seen: then it is sorted by when it was seen.

    sighting   entries [start, stop) were here at at_ms, by our time
    leap       our time went from one moment to a much later one at once: it had been slow

What follows from them is the same for the same entries in whatever order they came, so an
index that is made anew comes out the same.
"""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.feed.limits import LEAPS_MAX, SIGHTINGS_FINE, SIGHTINGS_MAX


class Sighting(Struct, frozen=True, order=True, kw_only=True):
    """Entries [start, stop) of a feed were here at a moment of our time."""

    start: int
    stop: int
    at_ms: int


class Leap(Struct, frozen=True, order=True, kw_only=True):
    """Our time went from one moment to another at once: nearer to the truth."""

    from_ms: int
    to_ms: int

    def lifts(self, sighting: Sighting, time_ms: int) -> bool:
        """Whether an entry looked dated ahead at a sighting only because our time was slow."""
        since_ms, until_ms = (each + POST_AHEAD_MS_MAX for each in (self.from_ms, self.to_ms))
        return sighting.at_ms < self.to_ms and since_ms < time_ms <= until_ms


class Reckoning(Struct, frozen=True, kw_only=True):
    """How the times of one feed's entries are reckoned: by what was seen of it."""

    sightings: tuple[Sighting, ...] = ()
    leaps: tuple[Leap, ...] = ()

    def sort_ms(self, index: int, time_ms: int) -> int:
        """The time by which an entry is sorted, never later than the one it claims.

        Args:
            time_ms: What it claims.
        """
        earliest_ms = time_ms
        for each in self.sightings:
            if (
                each.start <= index < each.stop
                and each.at_ms < earliest_ms
                and time_ms > each.at_ms + POST_AHEAD_MS_MAX
                and not any(leap.lifts(each, time_ms) for leap in self.leaps)
            ):
                earliest_ms = each.at_ms
        return earliest_ms

    def latest_ms(self, start: int, times_ms: Sequence[int]) -> int:
        """The latest time by which any of the entries from ``start`` on is sorted; 0: none."""
        if not self.sightings:
            return max(times_ms, default=0)
        latest_ms = 0
        for index, time_ms in enumerate(times_ms, start):
            if time_ms > latest_ms:
                latest_ms = max(latest_ms, self.sort_ms(index, time_ms))
        return latest_ms

    def within(self, start: int, stop: int) -> "Reckoning":
        """What of it counts for entries [start, stop)."""
        near = (each for each in self.sightings if each.start < stop and start < each.stop)
        return Reckoning(sightings=tuple(near), leaps=self.leaps)


PLAIN = Reckoning()
"""Of a feed that never claimed a time to come: entries are sorted by what they claim."""


Plain = tuple[list[tuple[int, int, int]], list[tuple[int, int]]]
"""A reckoning in plain values: its sightings, its leaps."""


def plain_reckoning(reckoning: Reckoning) -> Plain:
    return (
        [(each.start, each.stop, each.at_ms) for each in reckoning.sightings],
        [(each.from_ms, each.to_ms) for each in reckoning.leaps],
    )


def reckoning_of(plain: Plain) -> Reckoning:
    sightings, leaps = plain
    return Reckoning(
        sightings=tuple(Sighting(start=a, stop=b, at_ms=at_ms) for a, b, at_ms in sightings),
        leaps=tuple(Leap(from_ms=from_ms, to_ms=to_ms) for from_ms, to_ms in leaps),
    )


def add_sighting(known: Sequence[Sighting], new: Sighting) -> tuple[Sighting, ...]:
    """Return what is known with one more; at most SIGHTINGS_MAX.

    One soon after the last is joined to it, as if all had been seen then: what is soon grows
    with their number, so that those of a clock that is wrong for years take little room.
    """
    if not known:
        return (new,)
    last = max(known, key=lambda each: (each.at_ms, each.start, each.stop))
    soon_ms = POST_AHEAD_MS_MAX << (len(known) // SIGHTINGS_FINE)
    if len(known) < SIGHTINGS_MAX and not 0 <= new.at_ms - last.at_ms < soon_ms:
        return (*known, new)
    joined = Sighting(
        start=min(last.start, new.start),
        stop=max(last.stop, new.stop),
        at_ms=min(last.at_ms, new.at_ms),
    )
    return (*(each for each in known if each != last), joined)


def add_leap(known: Sequence[Leap], new: Leap) -> tuple[Leap, ...]:
    """Return what is known with one more, and without those it contains; LEAPS_MAX at most:
    then no other is taken."""
    others = tuple(
        each for each in known if each.from_ms < new.from_ms or each.to_ms > new.to_ms
    )
    return others if len(others) >= LEAPS_MAX else (*others, new)


def still_true(known: Sequence[Leap], now_ms: int) -> tuple[Leap, ...]:
    """Those leaps that may have led to the truth: not beyond what our time is now."""
    return tuple(each for each in known if each.to_ms <= now_ms + POST_AHEAD_MS_MAX)
