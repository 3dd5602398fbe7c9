"""The read mark: where I stopped reading, and it never goes back."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.stopping import (
    NOWHERE,
    StopHere,
    Stopped,
    WhereDidIStop,
    read_stopped,
)

from tests.node.feeds.test_notifying import ask


def test_it_goes_forward_alone_and_survives_a_restart(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        assert await ask(me, WhereDidIStop()) == NOWHERE
        await ask(me, StopHere(place=Cursor(2_000, 7)))
        await street.pass_time(60)
        assert (await ask(me, StopHere(place=Cursor(1_000, 9)))).place == Cursor(2_000, 7)
        await me.stop()
        await me.start()
        kept = await ask(me, WhereDidIStop())
        assert kept.place == Cursor(2_000, 7) and kept.at_ms > 0
        assert (await ask(me, StopHere(place=Cursor(2_000, 8)))).place == Cursor(2_000, 8)

    in_neighbourhood(tmp_path, scenario)


def test_what_another_device_wrote_is_read_again() -> None:
    stopped = Stopped(place=Cursor(5, 6), at_ms=7)
    assert read_stopped(stopped.as_bytes()) == stopped


@pytest.mark.parametrize("garbage", [b"", b"5", b"\xff\x00 3", b"5-x 3", b"None 0", b"-1-2 3"])
def test_garbage_of_another_device_is_no_place(garbage: bytes) -> None:
    assert read_stopped(garbage) == NOWHERE


def test_a_time_that_is_none_is_left_out() -> None:
    for time in (b"", b"x", "٣".encode(), b"9" * 40):
        assert read_stopped(b"5-6 " + time) == Stopped(place=Cursor(5, 6), at_ms=0)
