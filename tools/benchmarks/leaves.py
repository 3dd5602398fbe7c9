"""Many leaves in one process: links to a supernode, each told what it listens to.

Each line of standard input is a JSON object with ``do``; each is answered by one line.  Times
are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.push.words import Listen, Posted, Salt
from swarmfeed.core.supernode.interests import encode_keys, words_keys
from swarmfeed.core.talk.words import Hello
from swarmfeed.ports import Peer
from swarmfeed.shell.interpreter import keep_pauses_short
from swarmfeed.shell.wire.link import WebSocketLink

Answer = dict[str, Any]
DIALS_AT_ONCE = 4
"""A supernode lets more strangers of one address wait; so each is greeted soon."""


class Leaves:
    """Leaves ``count`` of them, of which each listens to one of ``tags``."""

    def __init__(self, at: Endpoint, folder: Path) -> None:
        self._at = at
        self._folder = folder
        self._running: list[asyncio.Task[None]] = []
        self._told = 0
        self.heard: list[tuple[int, int]] = []
        """Index of each post that came, and when."""

    async def open(self, count: int, tags: int) -> Answer:
        """Open the links, a few at once, and return when all are there."""
        numbers = iter(range(count))

        async def open_some() -> None:
            for number in numbers:
                peer = await self._dial(number)
                running = asyncio.create_task(self._run(peer, f"#t{number % tags}"))
                self._running.append(running)

        await asyncio.gather(*(open_some() for _ in range(DIALS_AT_ONCE)))
        keep_pauses_short()
        return {}

    async def told(self, count: int) -> Answer:
        """Return when so many of them said what they listen to."""
        while self._told < count:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # and the supernode has read it
        return {}

    async def hear(self, count: int) -> Answer:
        """Return what came, once it is so much."""
        while len(self.heard) < count:
            await asyncio.sleep(0.02)
        return {"heard": self.heard}

    async def _dial(self, number: int) -> Peer:
        seed = bytes([88]) + number.to_bytes(31, "big")
        link = WebSocketLink(seed, self._folder)
        return await link.dial(self._at, Hello(node_id=NodeId(SigningKey(seed).public)))

    async def _run(self, peer: Peer, tag: str) -> None:
        async for message in peer.messages():
            if isinstance(message, Salt):
                await peer.send(Listen(added=encode_keys(words_keys(tag, message.salt))))
                self._told += 1
            elif isinstance(message, Posted):
                now = time.monotonic_ns()
                self.heard += [(each.post.index, now) for each in message.posts]


async def _serve(at: Endpoint, folder: Path) -> None:
    leaves = Leaves(at, folder)
    actions: dict[str, Callable[..., Awaitable[Answer]]] = {
        "open": leaves.open,
        "told": leaves.told,
        "hear": leaves.hear,
    }
    print("{}", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        question = json.loads(line)
        print(json.dumps(await actions[question.pop("do")](**question)), flush=True)


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    host, _, port = asked.at.rpartition(":")
    asyncio.run(_serve(Endpoint(host, int(port)), asked.folder))


if __name__ == "__main__":
    main()
