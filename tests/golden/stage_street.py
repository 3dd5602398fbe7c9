"""How a street of whole nodes is staged, and how each of them is asked."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from street.neighbourhood import Neighbour, Neighbourhood, VirtualLoop, settle
from swarmfeed.core.asks.history_json import explanations_json, history_json
from swarmfeed.core.asks.views_json import (
    author_json,
    fetch_progress_json,
    import_json,
    post_json,
    posts_json,
    status_json,
    thread_json,
    torrents_json,
    verify_json,
    whoami_json,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.bencoding import decode
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import SwarmfeedError
from swarmfeed.node.facade import NodeFacade
from swarmfeed.ports import Page
from swarmfeed.shell.store.index import SqliteIndex

T = TypeVar("T")

GIVEN = HistoryChoice(scope="community", disk_bytes=10**9, free_bytes_min=0)


class StillLoop(VirtualLoop):
    """A loop whose clock stands still unless time is let pass."""

    def time(self) -> float:
        return self.skipped_s


@contextmanager
def loaded_dice() -> Iterator[None]:
    """Let audits draw the same numbers each time."""
    real, dice = secrets.randbelow, Random(1)
    secrets.randbelow = dice.randrange
    try:
        yield
    finally:
        secrets.randbelow = real


def play(
    folder: Path, scenario: Callable[["Street"], Awaitable[None]], *, history_speed: int
) -> None:
    """Play a scenario on a new street and take that down in good order."""

    async def run() -> None:
        street = Street(folder, history_speed)
        with street.threads:
            await scenario(street)
            await street.close()

    with loaded_dice(), asyncio.Runner(loop_factory=StillLoop) as runner:
        runner.run(run())
        loop = runner.get_loop()
        assert isinstance(loop, StillLoop)
        assert loop.errors == []


class Street:
    """Neighbours, what they send each other, and what their pages hear."""

    def __init__(self, folder: Path, history_speed: int) -> None:
        self._world = Neighbourhood(folder, history_speed=history_speed)
        self._world.links.watch(self._carry)
        self._numbers: dict[bytes, int] = {}
        self._listening: list[asyncio.Task[None]] = []
        self.threads = ThreadPoolExecutor(1)
        self.carried: list[tuple[int, int, str, bytes]] = []
        """Sender and receiver by their numbers, type, bytes; in order."""
        self.heard: dict[int, list[str]] = {}
        """Changes that each one's open page was told of."""
        self.pass_time = self._world.pass_time

    async def move_in(self, *knows: Neighbour, server: bool = False) -> Neighbour:
        given = GIVEN if server else None
        one = await self._world.move_in(knows=knows, history=given, on=False)
        self._numbers[one.identity.node_id] = one.number
        await self.start(one)
        return one

    async def start(self, one: Neighbour) -> None:
        """Switch somebody on, and open a page that hears of changes."""
        # The fake index is slow with hundreds of posts.
        index = SqliteIndex(self._world.folder / f"index {one.number}")
        one.index = index  # type: ignore[assignment]  # both implement the port
        await one.start()
        changes = self._facade(one).changes()
        self._listening.append(asyncio.create_task(self._hear(one.number, changes)))

    async def ask(self, one: Neighbour, question: Callable[[NodeFacade], T]) -> T:
        """Ask as pages and commands do: from another thread, while the loop goes on."""
        asked = self.threads.submit(question, self._facade(one))
        try:
            return await asyncio.wrap_future(asked)
        finally:
            # How far the loop came meanwhile is a matter of real time; so let it end its work.
            await settle()

    def disk(self, one: Neighbour) -> dict[str, Any]:
        """What stays of somebody: heads, certificates, and the ledger."""
        return {
            "feeds": {
                format_address(feed_id): [
                    replica.size,
                    replica.head.root.hex(),
                    sorted(str(span) for span in one.disk.held[feed_id]),
                    [signed.hex() for signed in one.disk.certificates.get(feed_id, ())],
                ]
                for feed_id, replica in sorted(one.disk.replicas.items())
            },
            "ledger": {
                str(page): {key.hex(): row for key, row in one.ledger.read(page).items()}
                for page in Page
            },
        }

    async def close(self) -> None:
        await self._world.close()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def _facade(self, one: Neighbour) -> NodeFacade:
        return NodeFacade(one.running, asyncio.get_running_loop())

    def _carry(self, sender: bytes, receiver: bytes, data: bytes) -> None:
        message = decode(data, limit_bytes=len(data))
        assert isinstance(message, dict) and isinstance(message[b"m"], bytes)
        kind = message[b"m"].decode()
        self.carried.append((self._numbers[sender], self._numbers[receiver], kind, data))

    async def _hear(self, number: int, changes: AsyncIterator[Any]) -> None:
        heard = self.heard.setdefault(number, [])
        async for change in changes:
            heard.append(f"{change.number} {change.name} {sorted(change.fields.items())}")


def answer(node: NodeFacade, who: Neighbour, text: str) -> None:
    """Answer the first post of somebody."""
    parent = node.post(f"{format_address(who.feed_id)}/2")
    node.publish_post(text, parent.ref)


def unfollow(node: NodeFacade, who: Neighbour) -> None:
    node.unfollow(format_address(who.author_id))


def is_error(error: BaseException) -> bool:
    """Whether an error is an answer for a person."""
    return isinstance(error, SwarmfeedError)


QUESTIONS: dict[str, Callable[[NodeFacade, Neighbour], Any]] = {
    "whoami": lambda node, _: whoami_json(node.whoami()),
    "home": lambda node, _: posts_json(node.home(6), 6),
    "home, older": lambda node, _: posts_json(node.home(3, node.home(2)[-1].cursor), 3),
    "newer": lambda node, _: node.newer_than(node.home(4)[-1].cursor),
    "follows": lambda node, _: [author_json(each) for each in node.follows()],
    "status": lambda node, _: status_json(node.status()),
    "history": lambda node, _: history_json(node.history()),
    "search": lambda node, _: posts_json(node.search("hello", 10), 10),
    "search phrase": lambda node, _: posts_json(node.search('"post 7"', 10), 10),
    "search nothing": lambda node, _: posts_json(node.search("zebra", 10), 10),
    "search wrong": lambda node, _: posts_json(node.search("x" * 2_000, 10), 10),
    "no post": lambda node, _: post_json(node.post("nowhere")),
    "no hash": lambda node, _: post_json(node.post("00" * 32)),
    "wrong address": lambda node, _: post_json(node.post("x/1")),
}
"""What everybody is asked about themselves."""

QUESTIONS_ABOUT: dict[str, Callable[[NodeFacade, Neighbour], Any]] = {
    "posts": lambda node, who: posts_json(node.author_posts(who.author_id, 4), 4),
    "author": lambda node, who: author_json(node.author(who.author_id)),
    "progress": lambda node, who: fetch_progress_json(node.fetch_progress(who.author_id)),
    "explain": lambda node, who: explanations_json(node.explain(format_address(who.author_id))),
    "torrents": lambda node, who: torrents_json(node.torrents(who.feed_id)),
    "torrent file": lambda node, who: node.torrent_file(who.feed_id, ChunkSpan(0, 0)),
    "no torrent file": lambda node, who: node.torrent_file(who.feed_id, ChunkSpan(3, 9)),
    "thread": lambda node, who: _thread(node, who, 2),
    "other thread": lambda node, who: _thread(node, who, 3),
}
"""What everybody is asked about everybody."""

LAST: dict[str, Callable[[NodeFacade, Neighbour], Any]] = {
    "verify": lambda node, _: verify_json(node.verify()),
    "reindex": lambda node, _: node.reindex(),
    "import": lambda node, _: import_json(
        node.import_posts([(1_500_000_000_000, "hello, old")])
    ),
    "import again": lambda node, _: import_json(
        node.import_posts([(1_500_000_000_000, "hello, old")])
    ),
    "post": lambda node, _: post_json(node.publish_post("hello, last")),
    "post nothing": lambda node, _: post_json(node.publish_post(" ")),
    "post too much": lambda node, _: post_json(node.publish_post("x" * 9_000)),
    "follow oneself": lambda node, who: author_json(node.follow(format_address(who.author_id))),
    "follow nobody": lambda node, _: author_json(node.follow("x")),
    "goodbye": lambda node, _: node.say_goodbye(),
    "no scope": lambda node, _: history_json(
        node.choose_history(HistoryChoice(scope="all", disk_bytes=1, free_bytes_min=0))
    ),
    "leave": lambda node, _: history_json(node.leave_history()),
    "choose": lambda node, _: history_json(node.choose_history(GIVEN)),
    "history after all": lambda node, _: history_json(node.history()),
}
"""What changes something, asked at the end."""


def _thread(node: NodeFacade, who: Neighbour, index: int) -> Any:
    post = node.post(f"{format_address(who.feed_id)}/{index}")
    assert post == node.post(post.ref.entry_hash.hex())
    return thread_json(post, *node.thread(post))
