"""What was seen when is written before anything goes by it, and is there after a restart."""

from collections.abc import Mapping

import pytest
from street.fakes.clock import FakeClock
from street.fakes.ledger import FakeLedger
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import LEAP_MS_MIN
from swarmfeed.core.feed.sightings import PLAIN, Leap, Sighting
from swarmfeed.errors import UserError
from swarmfeed.node.ground.almanac import SIGHTINGS_PAGE, TIME_PAGE, Almanac
from swarmfeed.node.ground.memory import Bookkeeper

from tests.shell.store.index_samples import BOBS, CYDS, NOW_MS

YEAR_MS = 365 * 24 * 3600 * 1000
AHEAD_MS = NOW_MS + YEAR_MS
HONEST_MS = NOW_MS + POST_AHEAD_MS_MAX


class FullLedger(FakeLedger):
    """A ledger on a disk that may be full."""

    is_full = False

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        if self.is_full:
            raise UserError("the disk is full")
        super().write(changes)


class Rig:
    def __init__(self) -> None:
        self.ledger = FullLedger()
        self.clock = FakeClock(NOW_MS)
        self.almanac = self.open()

    def open(self) -> Almanac:
        """As after a restart."""
        memory = Bookkeeper(self.ledger)
        almanac = Almanac(memory, self.clock)
        memory.connect(almanac.rows())
        memory.recall()
        return almanac

    def sightings(self, feed_id: FeedId) -> tuple[Sighting, ...]:
        assert self.open().reckoning(feed_id) == self.almanac.reckoning(feed_id)
        return self.almanac.reckoning(feed_id).sightings


def seen(start: int, stop: int, at_ms: int = NOW_MS) -> Sighting:
    return Sighting(start=start, stop=stop, at_ms=at_ms)


def test_an_honest_feed_leaves_nothing_behind() -> None:
    rig = Rig()
    assert rig.almanac.see(BOBS, 5, [HONEST_MS, 1]) == 5
    assert rig.almanac.reckoning(BOBS) is PLAIN
    assert rig.almanac.feeds_seen() == []
    assert rig.ledger.read(SIGHTINGS_PAGE) == {}


@pytest.mark.attack("A25")
def test_what_is_dated_ahead_is_remembered_at_once_and_once() -> None:
    rig = Rig()
    rig.almanac.see(BOBS, 5, [HONEST_MS, AHEAD_MS])
    assert rig.sightings(BOBS) == (seen(5, 7),)
    rig.clock.advance(POST_AHEAD_MS_MAX)
    rig.almanac.see(BOBS, 5, [HONEST_MS, AHEAD_MS])
    assert rig.sightings(BOBS) == (seen(5, 7),)
    rig.almanac.see(BOBS, 7, [AHEAD_MS])
    assert rig.sightings(BOBS) == (seen(5, 7), seen(7, 8, NOW_MS + POST_AHEAD_MS_MAX))
    assert rig.almanac.feeds_seen() == [BOBS]
    assert rig.sightings(CYDS) == ()


def test_sightings_that_are_joined_say_from_where_on_they_count() -> None:
    rig = Rig()
    rig.almanac.see(BOBS, 5, [AHEAD_MS])
    rig.clock.advance(1)
    assert rig.almanac.see(BOBS, 8, [AHEAD_MS]) == 5
    assert rig.sightings(BOBS) == (seen(5, 9),)
    assert len(rig.ledger.read(SIGHTINGS_PAGE)) == 1


def test_what_cannot_be_written_is_not_gone_by() -> None:
    rig = Rig()
    rig.ledger.is_full = True
    with pytest.raises(UserError, match="full"):
        rig.almanac.see(BOBS, 0, [AHEAD_MS])
    with pytest.raises(UserError, match="full"):
        rig.almanac.look(None)
    assert rig.sightings(BOBS) == ()
    rig.ledger.is_full = False
    rig.almanac.see(BOBS, 0, [AHEAD_MS])
    assert rig.sightings(BOBS) == (seen(0, 1),)


def test_what_authors_agree_on_outweighs_a_slow_clock_also_after_a_restart() -> None:
    rig = Rig()
    assert rig.almanac.now_ms() == NOW_MS
    rig.almanac.look(NOW_MS + YEAR_MS)
    assert rig.almanac.now_ms() == rig.open().now_ms() == NOW_MS + YEAR_MS
    rig.almanac.see(BOBS, 0, [AHEAD_MS])
    assert rig.sightings(BOBS) == ()
    rig.almanac.look(None)
    assert rig.almanac.now_ms() == NOW_MS + YEAR_MS
    rig.almanac.look(5)
    assert rig.almanac.now_ms() == NOW_MS


def test_a_leap_is_what_goes_far_at_once() -> None:
    rig = Rig()
    assert not rig.almanac.look(None)
    rig.almanac.see(BOBS, 0, [AHEAD_MS])
    rig.clock.set_wall_clock(NOW_MS + LEAP_MS_MIN)
    assert not rig.almanac.look(None)
    rig.clock.set_wall_clock(NOW_MS + YEAR_MS)
    assert rig.almanac.look(None)
    leap = Leap(from_ms=NOW_MS + LEAP_MS_MIN, to_ms=NOW_MS + YEAR_MS)
    assert rig.almanac.reckoning(BOBS).leaps == rig.open().reckoning(BOBS).leaps == (leap,)
    assert rig.almanac.reckoning(BOBS).sort_ms(0, NOW_MS + YEAR_MS) == NOW_MS + YEAR_MS
    # It was the other way round: the clock had been right, and is again.
    rig.clock.set_wall_clock(NOW_MS)
    assert rig.almanac.look(None)
    assert rig.almanac.reckoning(BOBS).leaps == rig.open().reckoning(BOBS).leaps == ()
    assert rig.almanac.reckoning(BOBS).sort_ms(0, NOW_MS + YEAR_MS) == NOW_MS


def test_the_first_look_is_no_leap_and_a_quiet_hour_writes_nothing() -> None:
    rig = Rig()
    assert not rig.almanac.look(None)
    before = rig.ledger.read(TIME_PAGE)
    rig.clock.advance(3600 * 1000 - 1)
    assert not rig.almanac.look(None)
    assert rig.ledger.read(TIME_PAGE) == before
    rig.clock.advance(1)
    rig.almanac.look(None)
    assert rig.ledger.read(TIME_PAGE) != before


@pytest.mark.attack("A29")
def test_damaged_rows_are_as_if_they_had_never_been() -> None:
    rig = Rig()
    rig.almanac.see(BOBS, 0, [AHEAD_MS])
    rig.almanac.look(NOW_MS + 5)
    rig.ledger.write(
        {SIGHTINGS_PAGE: {b"short": b""}, TIME_PAGE: {b"now": b"x", b"leap1": b"", b"?": b""}}
    )
    almanac = rig.open()
    assert almanac.reckoning(BOBS).sightings == (seen(0, 1),)
    assert almanac.now_ms() == NOW_MS
