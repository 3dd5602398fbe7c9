"""The stopwatch of a loop counts what keeps others waiting, and not the waiting itself."""

import asyncio
import time

from benchmarks.turns import Held, TurnsSelector

TURN_S = 0.02
WAIT_S = 0.2


def watch(work: float, *, times: int) -> Held:
    """Let a loop do ``work`` seconds so many times, with a wait before each."""
    turns = TurnsSelector()

    async def run() -> Held:
        turns.take()
        for _ in range(times):
            await asyncio.sleep(WAIT_S / times)
            time.sleep(work)
        await asyncio.sleep(0)
        return turns.take()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(turns)) as runner:
        return runner.run(run())


def test_a_long_turn_is_told_and_waiting_is_not() -> None:
    started_s = time.perf_counter()
    held = watch(TURN_S, times=1)
    took_ms = (time.perf_counter() - started_s) * 1000
    assert TURN_S * 1000 <= held.longest_ms <= held.total_ms <= took_ms - WAIT_S * 1000 + 1


def test_turns_add_up() -> None:
    held = watch(TURN_S, times=3)
    assert held.total_ms >= 3 * TURN_S * 1000 - 0.1
    assert held.longest_ms < held.total_ms


def test_what_was_told_is_not_told_again() -> None:
    turns = TurnsSelector()

    async def run() -> tuple[Held, Held]:
        time.sleep(TURN_S)
        await asyncio.sleep(0)
        return turns.take(), turns.take()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(turns)) as runner:
        first, second = runner.run(run())
    assert first.longest_ms >= TURN_S * 1000
    assert second == Held(longest_ms=0, longest_cpu_ms=0, total_ms=0)
