"""What is due to a peer is said once, in its newest form, and in order."""

import asyncio
from collections.abc import Awaitable, Callable

from street.loop import VirtualLoop, play, settle
from swarmfeed.core.talk.limits import SAID_SOON_S
from swarmfeed.node.ground.outbox import Outbox


class Speaker:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.may_speak = asyncio.Event()
        self.may_speak.set()

    def of(self, word: str) -> Callable[[], Awaitable[None]]:
        async def say() -> None:
            await self.may_speak.wait()
            self.said.append(word)

        return say


async def later(seconds: float) -> None:
    """Let time pass."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.skipped_s += seconds
    await settle()


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_things_are_said_in_the_order_they_came_up() -> None:
    async def script() -> None:
        outbox, speaker = Outbox(), Speaker()
        for word in ("one", "two", "three"):
            outbox.put(word, speaker.of(word))
        running = asyncio.create_task(outbox.run(rest))
        await rest()
        outbox.put("four", speaker.of("four"))
        await rest()
        assert speaker.said == ["one", "two", "three", "four"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(script())


def test_behind_a_peer_that_takes_nothing_only_the_newest_of_each_waits() -> None:
    async def script() -> None:
        outbox, speaker = Outbox(), Speaker()
        speaker.may_speak.clear()
        running = asyncio.create_task(outbox.run(rest))
        outbox.put("stuck", speaker.of("stuck"))
        await rest()
        for number in range(1000):
            outbox.put("news", speaker.of(f"news {number}"))
            outbox.put("holder", speaker.of(f"holder {number}"))
        assert len(outbox) == 2
        speaker.may_speak.set()
        await rest()
        assert speaker.said == ["stuck", "news 999", "holder 999"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(script())


def test_what_nobody_waits_for_is_said_with_what_else_came_up_until_then() -> None:
    async def script() -> None:
        outbox, speaker, pauses = Outbox(), Speaker(), list[int]()

        async def pause() -> None:
            pauses.append(len(speaker.said))

        running = asyncio.create_task(outbox.run(pause))
        outbox.put_soon("receipt", speaker.of("receipt 1"))
        await later(SAID_SOON_S * 0.4)
        outbox.put_soon("receipt", speaker.of("receipt 2"))
        outbox.put_soon("notice", speaker.of("notice"))
        outbox.put("news", speaker.of("news"))
        assert len(outbox) == 3
        await settle()
        assert speaker.said == ["news"]
        await later(SAID_SOON_S * 0.7)
        assert speaker.said == ["news", "receipt 2", "notice"], "the first is not made to wait"
        assert pauses[-2:] == [1, 3], "in one go"
        assert len(outbox) == 0
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(script)
