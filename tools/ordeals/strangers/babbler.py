"""A peer that says what is legal, as fast as it is read, in a process of its own.

``python -m ordeals.strangers.babbler`` links to a node, says a sequence of messages until its
input ends, and then writes as a line of JSON how many, and how often its link ended.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import (
    PEER_BYTES_PER_S,
    PEER_DECODE_S_PER_S,
    PEER_MESSAGES_PER_S,
)
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.ports import Peer
from swarmfeed.shell.wire.link import WebSocketLink

from ordeals.strangers.babble import SEQUENCES, World

WITHIN: Final = 0.7
"""Share of its budgets that it uses: beyond them it would be shut out, and rightly."""

WINDOW_S: Final = 3.0
READY: Final = "ready"
END_S: Final = 60
TOOLS: Final = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Babble:
    """What came of it, once it has ended."""

    said: dict[str, int] = field(default_factory=dict)
    """``messages``, ``bytes``, ``endings`` of its link, and ``blamed`` of them."""


@contextmanager
def babbling(
    at: tuple[str, int], sequence: str, folder: Path, *, feeds: int, number: int
) -> Iterator[Babble]:
    """A noisy peer, linked and talking for as long as the block lasts."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ordeals.strangers.babbler", *map(str, at), sequence]
    command += [str(folder), f"--feeds={feeds}", f"--number={number}"]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": f"{TOOLS}{os.pathsep}{TOOLS.parent}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    babble = Babble()
    try:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        if first != READY:
            raise RetryError(f"a noisy peer did not begin: {first!r}")
        yield babble
    finally:
        said, _ = process.communicate(timeout=END_S)
        babble.said = json.loads(said.splitlines()[-1]) if said.strip() else {}


class Babbler:
    """Dials, talks, listens to all answers, and dials again if its link ends."""

    def __init__(self, at: Endpoint, world: World, sequence: str, key_seed: bytes) -> None:
        self._at = at
        self._node_id = NodeId(world.node_key.public)
        self._link = WebSocketLink(key_seed, world.folder.parent)
        self._messages = SEQUENCES[sequence](world)
        self._costs: dict[int, tuple[Message, int, float]] = {}
        now_s = time.monotonic()
        self._budgets = tuple(
            TokenBucket(rate * WITHIN * WINDOW_S, rate * WITHIN, now_s)
            for rate in (PEER_MESSAGES_PER_S, PEER_BYTES_PER_S, PEER_DECODE_S_PER_S)
        )
        self.said = {"messages": 0, "bytes": 0, "endings": 0, "blamed": 0}

    async def run(self, stop: asyncio.Event) -> None:
        """Talk until told to stop."""
        while not stop.is_set():
            try:
                peer = await self._link.dial(self._at, Hello(node_id=self._node_id))
            except (RetryError, RemoteError) as error:
                self._note_end(error)
                await asyncio.sleep(0.5)
                continue
            print(READY, flush=True)
            listening = asyncio.create_task(self._listen(peer))
            with suppress(RetryError):
                await self._talk(peer, stop)
            if stop.is_set():
                listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
        await self._link.stop()

    async def _talk(self, peer: Peer, stop: asyncio.Event) -> None:
        for message in self._messages:
            if stop.is_set():
                return
            await self._afford(message)
            await peer.send(message)
            await asyncio.sleep(0)

    async def _afford(self, message: Message) -> None:
        """Wait until its budgets have room for a message, by what it costs to read here."""
        _, size, decode_s = self._cost(message)
        for budget, cost in zip(self._budgets, (1, size, decode_s), strict=True):
            budget.owe(cost, time.monotonic())
            await asyncio.sleep(budget.paid_off_in_s(time.monotonic()))
        self.said["messages"] += 1
        self.said["bytes"] += size

    def _cost(self, message: Message) -> tuple[Message, int, float]:
        found = self._costs.get(id(message))
        if found is None:
            data = VOCABULARY.encode(message)
            began_s = time.thread_time()
            VOCABULARY.decode(data)
            # Kept with the message, so that its id stays its own.
            found = message, len(data), time.thread_time() - began_s
            if len(self._costs) < 100:
                self._costs[id(message)] = found
        return found

    async def _listen(self, peer: Peer) -> None:
        try:
            async for _ in peer.messages():
                pass
            self._note_end(None)
        except (RetryError, RemoteError) as error:
            self._note_end(error)

    def _note_end(self, error: Exception | None) -> None:
        self.said["endings"] += 1
        self.said["blamed"] += isinstance(error, RemoteError)
        print(f"link ended: {error}", file=sys.stderr)


async def _run(asked: argparse.Namespace) -> None:
    seed = bytes([77, asked.number]) * 16
    world = World(
        folder=asked.folder / "feed",
        feeds=asked.feeds,
        luck=Random(asked.number),
        node_key=SigningKey(seed),
        now_ms=time.time_ns() // 1_000_000,
    )
    stop = asyncio.Event()
    babbler = Babbler(Endpoint(asked.host, asked.port), world, asked.sequence, seed)
    running = asyncio.create_task(babbler.run(stop))
    await asyncio.to_thread(sys.stdin.read)
    stop.set()
    await asyncio.wait([running], timeout=10)
    print(json.dumps(babbler.said), flush=True)


def main() -> None:
    """Talk, until nobody listens any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("sequence", choices=list(SEQUENCES))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--feeds", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
