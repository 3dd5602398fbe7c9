"""Long loops let others in; threads and what goes on beside are paid for."""

import asyncio
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from street.loop import settle
from swarmfeed.core.talk.limits import PERSON_WAITS_S, TURN_S
from swarmfeed.node.ground.fairness import breathe, off_loop, on_behalf

from tests.node.ground.hall import OWN_BURST_S, Hall, at


def test_a_long_loop_lets_others_in_as_soon_as_it_had_its_turn() -> None:
    async def scene(hall: Hall) -> None:
        walked: list[int] = []

        async def walk() -> None:
            for number in range(10):
                walked.append(number)
                hall.clock.work(TURN_S * 0.6)
                await breathe()

        def count() -> Iterator[int]:
            while len(walked) < 10:
                yield len(walked)

        task = asyncio.get_running_loop().create_task(hall.peer(1).pay(walk))
        steps = []
        for length in count():
            steps.append(length)
            await asyncio.sleep(0)
        await task
        assert {0, 2, 4, 6, 8} <= set(steps), "it never ran for longer than its turn"
        assert max(b - a for a, b in pairwise(steps)) == 2

    at(scene)


def test_a_loop_of_our_own_is_not_interrupted_by_it() -> None:
    async def scene(hall: Hall) -> None:
        other: list[str] = []

        async def note() -> None:
            other.append("ran")

        task = asyncio.get_running_loop().create_task(note())
        hall.clock.work(1)
        await breathe()
        assert other == []
        await task

    at(scene)


def test_work_in_a_thread_is_paid_for_by_who_caused_it() -> None:
    async def scene(hall: Hall) -> None:
        anna = hall.peer(1)

        def count() -> int:
            hall.clock.work(0.3)
            return 3

        async def ask() -> int:
            return await off_loop(count)

        assert await off_loop(count) == 3, "of our own, at nobody's cost"
        assert hall.left(anna) == pytest.approx(OWN_BURST_S)
        assert await anna.pay(ask) == 3
        assert hall.left(anna) <= OWN_BURST_S - 0.3

    at(scene)


def test_a_thread_that_fails_is_paid_for_too() -> None:
    async def scene(hall: Hall) -> None:
        anna = hall.peer(1)

        def fail() -> None:
            hall.clock.work(0.3)
            raise LookupError("not here")

        async def ask() -> None:
            await off_loop(fail)

        with pytest.raises(LookupError):
            await anna.pay(ask)
        assert hall.left(anna) <= OWN_BURST_S - 0.3

    at(scene)


@pytest.mark.attack("A40")
def test_while_a_person_waits_no_thread_is_begun() -> None:
    async def scene(hall: Hall) -> None:
        done: list[str] = []

        async def work() -> None:
            await off_loop(lambda: done.append("thread"))

        with hall.fairness.person_waits():
            task = asyncio.create_task(hall.peer(1).pay(work))
            await settle()
            assert done == []
        await task
        assert done == ["thread"]

        with hall.fairness.person_waits(), hall.fairness.person_waits():
            task = asyncio.create_task(hall.peer(1).pay(work))
            await hall.pass_s(PERSON_WAITS_S + 0.1)
            await task
        assert len(done) == 2, "but not for ever"

    at(scene)


@pytest.mark.attack("A40")
def test_who_is_in_debt_keeps_nobody_else_from_the_thread() -> None:
    async def scene() -> None:
        hall, go_on = Hall(), threading.Event()
        anna, bert = hall.peer(1), hall.peer(2)
        anna.seconds.owe(OWN_BURST_S, hall.clock.monotonic_ms() / 1000)

        def count() -> None:
            assert go_on.wait(60)
            hall.clock.work(0.05)

        async def ask() -> None:
            await off_loop(count)

        annas = [asyncio.create_task(anna.pay(ask)) for _ in range(3)]
        await asyncio.sleep(0)
        berts = asyncio.create_task(bert.pay(ask))
        await asyncio.sleep(0)
        go_on.set()
        async with asyncio.timeout(60):
            await berts
        assert not all(each.done() for each in annas), "no time has passed: she owes it yet"
        for each in annas:
            each.cancel()

    asyncio.run(scene())


@pytest.mark.attack("A40")
def test_a_thread_nobody_waits_for_any_more_is_paid_for_too() -> None:
    async def scene() -> None:
        hall, begun, go_on = Hall(), threading.Event(), threading.Event()
        anna = hall.peer(1)

        def count() -> None:
            begun.set()
            assert go_on.wait(60)
            hall.clock.work(0.3)

        async def ask() -> None:
            await off_loop(count)

        task = asyncio.create_task(anna.pay(ask))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        go_on.set()
        async with asyncio.timeout(60):
            while hall.left(anna) > OWN_BURST_S - 0.3:
                await asyncio.sleep(0.001)

    asyncio.run(scene())


def test_what_goes_on_beside_is_paid_for_by_who_began_it() -> None:
    async def scene(hall: Hall) -> None:
        anna = hall.peer(1)
        beside: list[asyncio.Task[None]] = []

        async def later() -> None:
            hall.clock.work(0.3)

        async def ask() -> None:
            beside.append(asyncio.get_running_loop().create_task(on_behalf(later)))

        await anna.pay(ask)
        await asyncio.gather(*beside)
        assert hall.left(anna) == pytest.approx(OWN_BURST_S - 0.3)
        await on_behalf(later)
        assert hall.left(anna) == pytest.approx(OWN_BURST_S - 0.3), "that was our own"

    at(scene)
