"""The loops of the street: only what is skipped, or waited for, is time."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from street.loop import VirtualLoop, play, run_unhurried, settle


def test_work_takes_no_time_however_busy_the_machine_is() -> None:
    async def scenario() -> None:
        loop, due = asyncio.get_running_loop(), list[str]()
        loop.call_later(0.001, due.append, "late")
        time.sleep(0.01)
        await settle()
        assert (loop.time(), due) == (0, [])

    play(scenario)


def test_what_is_skipped_makes_timers_due() -> None:
    async def scenario() -> None:
        loop, due = asyncio.get_running_loop(), list[str]()
        assert isinstance(loop, VirtualLoop)
        loop.call_later(60, due.append, "now")
        loop.skipped_s += 60
        await settle()
        assert due == ["now"]

    play(scenario)


def test_where_nothing_is_left_to_do_the_next_timer_is_due() -> None:
    async def scenario() -> None:
        started_s = time.monotonic()
        await asyncio.sleep(3_600)
        assert asyncio.get_running_loop().time() >= 3_600
        assert time.monotonic() - started_s < 3_600

    play(scenario)


def test_while_a_thread_is_waited_for_no_time_passes() -> None:
    async def scenario() -> None:
        loop, due = asyncio.get_running_loop(), list[str]()
        assert isinstance(loop, VirtualLoop)
        loop.call_later(0.05, due.append, "luck")
        with ThreadPoolExecutor(1) as threads, loop.beside_a_thread():
            await asyncio.wrap_future(threads.submit(time.sleep, 0.15))
        assert (loop.time(), due) == (0, [])

    play(scenario)


def test_with_real_sockets_time_passes_only_while_nothing_is_left_to_do() -> None:
    async def scene() -> None:
        loop, due = asyncio.get_running_loop(), list[str]()
        begun_s = loop.time()
        loop.call_later(0.05, due.append, "late")
        time.sleep(0.06)  # as on a machine that has others to serve
        for _ in range(9):
            await asyncio.sleep(0)
        assert due == []
        await asyncio.sleep(0.06)
        assert due == ["late"]
        assert loop.time() - begun_s >= 0.06

    run_unhurried(scene())
