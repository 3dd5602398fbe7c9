"""Peers that say what is legal, as fast as they are read, in a process of their own.

``python -m ordeals.strangers.babbler`` links to a node once for each sequence of messages, says
them until its input ends, and then writes as a line of JSON how many, and how often a link
ended.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct, field
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import (
    PEER_BYTES_PER_S,
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
from swarmfeed.shell.wire.rules import LinkRules

from ordeals.strangers.babble import SEQUENCES, World

WITHIN: Final = 0.7
"""Share of its budgets that it uses: beyond them it would be shut out, and rightly."""

WINDOW_S: Final = 3.0
READY: Final = "ready"
END_S: Final = 60
PATIENCE_S: Final = 3_600
TOOLS: Final = Path(__file__).resolve().parents[2]


class Babble(Struct):
    """What came of it, once it has ended."""

    said: dict[str, int] = field(default_factory=dict)
    """``messages``, ``bytes``, ``endings`` of its link, and ``blamed`` of them."""


@contextmanager
def babbling(
    at: tuple[str, int], sequences: Iterable[str], folder: Path, *, feeds: int, number: int
) -> Iterator[Babble]:
    """Noisy peers, linked and talking for as long as the block lasts; numbered from one on."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "ordeals.strangers.babbler", *map(str, at)]
    command += [",".join(sequences), str(folder), f"--feeds={feeds}", f"--number={number}"]
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
        # It waits for as long as it is not read.
        rules = LinkRules(send_timeout_s=PATIENCE_S)
        self._link = WebSocketLink(key_seed, world.folder.parent, rules=rules)
        self._messages = SEQUENCES[sequence](world)
        self._sizes: dict[int, tuple[Message, int]] = {}
        now_s = time.monotonic()
        self._budgets = tuple(
            TokenBucket(rate * WITHIN * WINDOW_S, rate * WITHIN, now_s)
            for rate in (PEER_MESSAGES_PER_S, PEER_BYTES_PER_S)
        )
        self.linked = asyncio.Event()
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
            self.linked.set()
            await self._converse(peer, stop)
        await self._link.stop()

    async def _converse(self, peer: Peer, stop: asyncio.Event) -> None:
        """Talk and listen until told to stop, or the link ends."""
        both = [asyncio.create_task(self._talk(peer)), asyncio.create_task(self._listen(peer))]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*both, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (*both, stopping):
            task.cancel()
        await asyncio.gather(*both, stopping, return_exceptions=True)

    async def _talk(self, peer: Peer) -> None:
        for message in self._messages:
            await self._afford(message)
            await peer.send(message)
            await asyncio.sleep(0)

    async def _afford(self, message: Message) -> None:
        """Wait until what was sent before is within its budgets again."""
        size = self._size(message)
        for budget, cost in zip(self._budgets, (1, size), strict=True):
            await asyncio.sleep(budget.paid_off_in_s(time.monotonic()))
            budget.owe(cost, time.monotonic())
        self.said["messages"] += 1
        self.said["bytes"] += size

    def _size(self, message: Message) -> int:
        found = self._sizes.get(id(message))
        if found is None:
            # Kept with the message, so that its id stays its own.
            found = message, len(VOCABULARY.encode(message))
            if len(self._sizes) < 100:
                self._sizes[id(message)] = found
        return found[1]

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
    stop = asyncio.Event()
    babblers = [
        _make(asked, sequence, asked.number + at)
        for at, sequence in enumerate(asked.sequences.split(","))
    ]
    running = [asyncio.create_task(each.run(stop)) for each in babblers]
    for each in babblers:
        await each.linked.wait()
    print(READY, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    stop.set()
    await asyncio.wait(running, timeout=END_S / 2)
    said = {key: sum(each.said[key] for each in babblers) for key in babblers[0].said}
    print(json.dumps(said), flush=True)


def _make(asked: argparse.Namespace, sequence: str, number: int) -> Babbler:
    seed = bytes([77, number]) * 16
    folder = asked.folder / str(number)
    folder.mkdir()
    world = World(
        folder=folder / "feed",
        feeds=asked.feeds,
        luck=Random(number),
        node_key=SigningKey(seed),
        now_ms=time.time_ns() // 1_000_000,
    )
    return Babbler(Endpoint(asked.host, asked.port), world, sequence, seed)


def main() -> None:
    """Talk, until nobody listens any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("sequences", help="one or more of them, with commas between")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--feeds", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
