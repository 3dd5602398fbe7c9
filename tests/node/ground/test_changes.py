"""What a live page is told."""

import asyncio

from swarmfeed.core.asks.views import Change
from swarmfeed.core.base.limits import EVENT_BACKLOG_MAX
from swarmfeed.node.ground.changes import Changes


def test_every_listener_hears_every_change_from_when_it_came() -> None:
    async def script() -> None:
        changes = Changes()
        changes.tell("status", peers=0)
        listener = changes.listen()
        heard = asyncio.create_task(anext(listener))  # type: ignore[arg-type]  # it is awaitable
        await asyncio.sleep(0)
        changes.tell("new", n=3)
        assert await heard == Change("new", 2, {"n": 3})
        await listener.aclose()  # type: ignore[attr-defined]  # it is a generator
        changes.tell("nobody listens")
        assert changes._listeners == set()

    asyncio.run(script())


def test_a_listener_that_falls_behind_loses_the_oldest() -> None:
    async def script() -> None:
        changes = Changes()
        listener = changes.listen()
        first = asyncio.create_task(anext(listener))  # type: ignore[arg-type]  # it is awaitable
        await asyncio.sleep(0)
        for _ in range(EVENT_BACKLOG_MAX + 5):
            changes.tell("new")
        assert (await first).number == 6
        await listener.aclose()  # type: ignore[attr-defined]  # it is a generator

    asyncio.run(script())
