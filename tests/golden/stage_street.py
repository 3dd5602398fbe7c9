"""How a street of whole nodes is staged, and how each of them is asked."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from msgspec.structs import replace
from street.loop import VirtualLoop, settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.feeds import GetTorrent, ListTorrents
from swarmfeed.core.asks.history import (
    ChooseHistory,
    Explain,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
)
from swarmfeed.core.asks.people import (
    AboutAuthor,
    Follow,
    HowFar,
    Unfollow,
    WhoAreYou,
    WhoIsFollowed,
)
from swarmfeed.core.asks.posts import NewerThan, SearchPosts, ShowPost, Timeline
from swarmfeed.core.asks.upkeep import Reindex, Status, Verify
from swarmfeed.core.asks.writing import ImportPosts, OldPost, WritePost
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.bencoding import decode
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.rows import decode_custody, encode_custody
from swarmfeed.errors import SwarmfeedError
from swarmfeed.node.ground.desk import NodeDesk
from swarmfeed.node.history import pages
from swarmfeed.node.history.service import CHOICES
from swarmfeed.shell.store.index import SqliteIndex

T = TypeVar("T")

GIVEN = HistoryChoice(scope="community", disk_bytes=10**9, free_bytes_min=0)

PAGES = (
    pages.NOTICES,
    pages.PRESENCES,
    pages.CUSTODIES,
    pages.RATES,
    pages.ALLOWANCES,
    CHOICES,
)
"""All pages of the ledger."""


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

    with loaded_dice(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(run())
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
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
        changes = self._desk(one).changes()
        self._listening.append(asyncio.create_task(self._hear(one.number, changes)))

    async def ask(self, one: Neighbour, question: Callable[[NodeDesk], T]) -> T:
        """Ask as pages and commands do: from another thread, while the loop goes on."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        asked = self.threads.submit(question, self._desk(one))
        try:
            with loop.beside_a_thread():
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
                page: {
                    key.hex(): _rounded(page, row) for key, row in one.ledger.read(page).items()
                }
                for page in PAGES
            },
        }

    async def close(self) -> None:
        await self._world.close()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def _desk(self, one: Neighbour) -> NodeDesk:
        return one.running.desk(asyncio.get_running_loop())

    def _carry(self, sender: bytes, receiver: bytes, data: bytes) -> None:
        message = decode(data, limit_bytes=len(data))
        assert isinstance(message, dict) and isinstance(message[b"m"], bytes)
        kind = message[b"m"].decode()
        self.carried.append((self._numbers[sender], self._numbers[receiver], kind, data))

    async def _hear(self, number: int, changes: AsyncIterator[Any]) -> None:
        heard = self.heard.setdefault(number, [])
        async for change in changes:
            heard.append(f"{change.number} {change.name} {sorted(change.fields.items())}")


def answer(desk: NodeDesk, who: Neighbour, text: str) -> None:
    """Answer the first post of somebody."""
    desk.ask(WritePost(text=text, reply_to=f"{format_address(who.feed_id)}/2"))


def unfollow(desk: NodeDesk, who: Neighbour) -> None:
    desk.ask(Unfollow(who=format_author(who.author_id)))


def is_error(error: BaseException) -> bool:
    """Whether an error is an answer for a person."""
    return isinstance(error, SwarmfeedError)


def _told(ask: Ask[Any]) -> Callable[[NodeDesk, Neighbour], Any]:
    return lambda desk, _: to_json(desk.ask(ask))


def _cursor(desk: NodeDesk, limit: int) -> Any:
    return desk.ask(Timeline(limit=limit)).posts[-1].cursor


QUESTIONS: dict[str, Callable[[NodeDesk, Neighbour], Any]] = {
    "whoami": _told(WhoAreYou()),
    "home": _told(Timeline(limit=6)),
    "home, older": lambda desk, _: to_json(
        desk.ask(Timeline(limit=3, before=_cursor(desk, 2)))
    ),
    "newer": lambda desk, _: desk.ask(NewerThan(after=_cursor(desk, 4))).count,
    "follows": lambda desk, _: to_json(desk.ask(WhoIsFollowed()))["authors"],
    "status": _told(Status()),
    "history": _told(HowHistoryIs()),
    "search": _told(SearchPosts(words="hello", limit=10)),
    "search phrase": _told(SearchPosts(words='"post 7"', limit=10)),
    "search nothing": _told(SearchPosts(words="zebra", limit=10)),
    "search wrong": _told(SearchPosts(words="x" * 2_000, limit=10)),
    "no post": _told(ShowPost(ref="nowhere")),
    "no hash": _told(ShowPost(ref="00" * 32)),
    "wrong address": _told(ShowPost(ref="x/1")),
}
"""What everybody is asked about themselves."""

QUESTIONS_ABOUT: dict[str, Callable[[NodeDesk, Neighbour], Any]] = {
    "posts": lambda desk, who: to_json(desk.ask(Timeline(author=who.author_id, limit=4))),
    "author": lambda desk, who: to_json(desk.ask(AboutAuthor(author=who.author_id))),
    "progress": lambda desk, who: to_json(desk.ask(HowFar(author=who.author_id))),
    "explain": lambda desk, who: to_json(desk.ask(Explain(who=format_author(who.author_id)))),
    "torrents": lambda desk, who: to_json(desk.ask(ListTorrents(feed=who.feed_id))),
    "torrent file": lambda desk, who: _torrent(desk, who, 0, 0),
    "no torrent file": lambda desk, who: _torrent(desk, who, 3, 9),
    "thread": lambda desk, who: _thread(desk, who, 2),
    "other thread": lambda desk, who: _thread(desk, who, 3),
}
"""What everybody is asked about everybody."""

_IMPORT = ImportPosts(posts=(OldPost(1_500_000_000_000, "hello, old"),), anyway=True)
"""Whoever moves into a street has made no first device."""

LAST: dict[str, Callable[[NodeDesk, Neighbour], Any]] = {
    "verify": _told(Verify()),
    "reindex": lambda desk, _: desk.ask(Reindex()).entries,
    "import": _told(_IMPORT),
    "import again": _told(_IMPORT),
    "post": _told(WritePost(text="hello, last")),
    "post nothing": _told(WritePost(text=" ")),
    "post too much": _told(WritePost(text="x" * 9_000)),
    "follow oneself": lambda desk, who: to_json(
        desk.ask(Follow(who=format_author(who.author_id)))
    ),
    "follow nobody": _told(Follow(who="x")),
    "goodbye": lambda desk, _: desk.ask(SayGoodbye()).told,
    "no scope": _told(ChooseHistory(scope="all", disk_bytes=1, free_bytes_min=0)),
    "leave": _told(LeaveHistory()),
    "choose": _told(
        ChooseHistory(scope=GIVEN.scope, disk_bytes=GIVEN.disk_bytes, free_bytes_min=0)
    ),
    "history after all": _told(HowHistoryIs()),
}
"""What changes something, asked at the end."""


def _torrent(desk: NodeDesk, who: Neighbour, level: int, position: int) -> Any:
    file = desk.ask(GetTorrent(feed=who.feed_id, level=level, position=position))
    return file.name, file.torrent


def _thread(desk: NodeDesk, who: Neighbour, index: int) -> Any:
    thread = desk.ask(ShowPost(ref=f"{format_address(who.feed_id)}/{index}"))
    post = thread.post
    assert post == desk.ask(ShowPost(ref=post.ref.entry_hash.hex())).post
    return to_json(thread)


def _rounded(page: str, row: bytes) -> bytes:
    """A chance to nine digits: how floats are summed differs between versions of Python."""
    if page != pages.CUSTODIES:
        return row
    custody = decode_custody(row)
    unavailable = custody.memory.unavailable
    if unavailable is None:
        return row
    memory = replace(custody.memory, unavailable=round(unavailable, 9))
    return encode_custody(replace(custody, memory=memory))
