"""Where peers have work done: for tests of turns and accounts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from street.fakes.clock import FakeClock
from street.loop import VirtualLoop, play, settle
from swarmfeed.core.base.limits import BUDGET_WINDOW_S
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.limits import (
    PEER_WORK_S_PER_S,
)
from swarmfeed.node.ground.fairness import Account, Fairness

OWN_BURST_S = PEER_WORK_S_PER_S * BUDGET_WINDOW_S


@dataclass
class Hall:
    """Where peers have work done, in steps that take as long as a test says."""

    clock: FakeClock = field(default_factory=FakeClock)
    done: list[str] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fairness = Fairness(self.clock)

    def peer(self, number: int) -> Account:
        return self.fairness.account(NodeId(bytes([number]) * 32))

    def left(self, account: Account) -> float:
        return account.seconds.left(self.clock.monotonic_ms() / 1000)

    def begin(self, account: Account, name: str, *steps_s: float) -> asyncio.Task[None]:
        """Do one step after the other at a peer's cost; ``done`` tells when each began."""

        async def work() -> None:
            for step_s in steps_s:
                self.done.append(name)
                self.clock.work(step_s)
                await asyncio.sleep(0)

        task = asyncio.get_running_loop().create_task(account.pay(work))
        self.tasks.append(task)
        return task

    async def pass_s(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for _ in range(round(seconds * 200)):
            self.clock.advance(5)
            loop.skipped_s += 0.005
            await settle()


def at(scene: Callable[[Hall], Awaitable[None]]) -> None:
    async def script() -> None:
        hall = Hall()
        await scene(hall)
        for task in hall.tasks:
            task.cancel()
        await asyncio.gather(*hall.tasks, return_exceptions=True)

    play(script)
