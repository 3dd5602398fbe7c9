"""A thousand in line: a few are called together, and none of them has more than a turn."""

import asyncio

import pytest
from street.loop import settle
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.limits import CALLED_AT_ONCE, TURN_S
from swarmfeed.node.ground.fairness import Account

from tests.node.ground.hall import Hall, at

IN_LINE = 400


def peer(hall: Hall, number: int) -> Account:
    return hall.fairness.account(NodeId(number.to_bytes(32, "big")))


async def rounds_until(hall: Hall, done: int) -> int:
    """Count the rounds of the loop until so many steps were done."""
    rounds = 0
    while len(hall.done) < done:
        await asyncio.sleep(0)
        rounds += 1
    return rounds


def test_short_steps_of_a_thousand_take_few_rounds_of_the_loop() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(peer(hall, IN_LINE), "long", TURN_S)
        for number in range(IN_LINE):
            hall.begin(peer(hall, number), f"{number}", TURN_S / 1000)
        assert await rounds_until(hall, 1 + IN_LINE) < 3 * IN_LINE / CALLED_AT_ONCE

    at(scene)


@pytest.mark.attack("A40")
def test_of_long_steps_one_is_done_in_a_round_whoever_was_called_with_it() -> None:
    async def scene(hall: Hall) -> None:
        for number in range(IN_LINE):
            hall.begin(peer(hall, number), f"{number}", TURN_S)
        assert await rounds_until(hall, IN_LINE) >= IN_LINE - 1
        assert hall.done == [f"{number}" for number in range(IN_LINE)]

    at(scene)


@pytest.mark.attack("A40")
def test_who_is_cancelled_when_called_holds_nobody_up() -> None:
    async def scene(hall: Hall) -> None:
        hall.begin(peer(hall, IN_LINE), "long", TURN_S)
        tasks = [
            hall.begin(peer(hall, number), f"{number}", TURN_S / 1000) for number in range(40)
        ]
        await rounds_until(hall, 1)
        for _ in range(10):
            for task in tasks[:30]:
                task.cancel()
            await asyncio.sleep(0)
        await settle()
        assert set(hall.done) >= {f"{number}" for number in range(30, 40)}
        hall.begin(peer(hall, 77), "later", TURN_S / 1000)
        await settle()
        assert hall.done[-1] == "later"
        assert not hall.fairness._in_line and not hall.fairness._called

    at(scene)
