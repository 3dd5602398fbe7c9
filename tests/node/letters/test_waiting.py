"""How many messages wait, and that pages hear of it: whole nodes."""

import asyncio
from pathlib import Path

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.letters import HowManyWait, NoteRead, WaitingMessages

from tests.node.letters.scene import address, ask, friends, has, until, write


async def waiting(who: Neighbour) -> WaitingMessages:
    return await ask(who, HowManyWait())


def test_what_came_waits_until_it_is_seen_and_pages_hear_of_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        heard: list[str] = []

        async def listen() -> None:
            async for change in ben.running.ground.changes.listen():
                heard.append(change.name)

        listening = asyncio.create_task(listen())
        await settle()
        assert await waiting(ben) == WaitingMessages(unread=0, requests=0)
        await write(anna, ben, "one")
        await until(street, lambda: has(ben, anna, ["one"]))
        found = await waiting(ben)
        assert found.unread + found.requests == 1 and "messages" in heard
        assert await waiting(anna) == WaitingMessages(unread=0, requests=0)
        heard.clear()
        await ask(ben, NoteRead(talk=address(anna)))
        await settle()
        assert (await waiting(ben)).unread == 0 and "messages" in heard
        listening.cancel()

    in_neighbourhood(tmp_path, scenario)
