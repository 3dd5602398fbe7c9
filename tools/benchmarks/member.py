"""One node process of a measurement: what `swarmfeed run` runs, and a pipe to ask it things.

Each line of standard input is a JSON object with ``do``; each is answered by one line.  Times
are nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import psutil
from msgspec import to_builtins
from swarmfeed.cli.log import send_to_stderr
from swarmfeed.shell.interpreter import keep_pauses_short, loading

with loading():  # as the program does, the log first
    from swarmfeed import online
    from swarmfeed.core.asks.listening import Subscribe
    from swarmfeed.core.asks.people import WhoAreYou
    from swarmfeed.core.base.address import parse_link
    from swarmfeed.core.base.limits import PAGE_POSTS
    from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash
    from swarmfeed.node.ground.interests import FETCHED, FOLLOWED
    from swarmfeed.node.ground.settings import DISK_BUDGET_BYTES, NodeSettings
    from swarmfeed.node.history.role import History
    from swarmfeed.node.history.settings import HistorySettings
    from swarmfeed.node.node import Node
    from swarmfeed.node.supernode.settings import SupernodeSettings
    from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed
    from swarmfeed.shell.disk.homelock import HomeLock
    from swarmfeed.shell.heap import keep_heap_small
    from swarmfeed.wiring import open_identity, start_node
    from webui.asgi import PageServer

    from benchmarks.heard import Heard
    from benchmarks.illustrating import Illustrating
    from benchmarks.turns import TurnsSelector

Answer = dict[str, Any]
_LOOK_EVERY_S: Final = 0.02
"""How exactly it is told when many feeds were there: looking costs a millisecond or two."""

_TOLD_WITHIN_S: Final = 1.0
"""How long it takes at most until a parent knows what is listened to."""

FetchEvent = ChunkArrived | SwarmFailed | PeerSentGarbage


def main() -> None:
    """Run a node until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--history-disk", type=int)
    parser.add_argument("--history-speed", type=float, default=1.0)
    parser.add_argument("--supernode", choices=("on", "off"), default="off")
    parser.add_argument("--supernode-speed", type=float, default=0.0)
    parser.add_argument("--links", type=int, default=0)
    asked = parser.parse_args()
    send_to_stderr("info")
    keep_heap_small()
    peers = tuple(_endpoint(text) for text in asked.peer)
    history = HistorySettings(
        speed=asked.history_speed,
        scope="community" if asked.history_disk else None,
        free_bytes_min=0,
    )
    serving = SupernodeSettings(supernode=asked.supernode, speed=asked.supernode_speed)
    settings = NodeSettings(
        listen=asked.listen,
        peers=peers,
        dht=False,
        disk_budget_bytes=asked.history_disk or DISK_BUDGET_BYTES,
        others=(history, serving),
    )
    if asked.links:  # a larger machine than there is a class for
        vars(online)["links_most"] = lambda _: asked.links
    turns = TurnsSelector()
    with (
        HomeLock(asked.home),
        loading(),
        asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(turns)) as runner,
    ):
        runner.run(_run(asked.home, settings, turns))


async def _run(home: Path, settings: NodeSettings, turns: TurnsSelector) -> None:
    node = await start_node(home, settings, open_identity(home, ""))
    desk = node.desk(asyncio.get_running_loop())
    page = PageServer(desk, home / "run")
    await page.start()
    member = Member(node, turns)
    try:
        me = await asyncio.to_thread(desk.ask, WhoAreYou())
        keep_pauses_short()
        _say({"link": me.link, "at": str(node.ground.introduction.endpoint())})
        while line := await asyncio.to_thread(sys.stdin.readline):
            question = json.loads(line)
            _say(await member.actions[question.pop("do")](**question))
    finally:
        await page.stop()
        await node.stop()


class Member:
    """Answers questions with times."""

    def __init__(self, node: Node, turns: TurnsSelector) -> None:
        self._node = node
        self._turns = turns
        self.actions: dict[str, Callable[..., Awaitable[Answer]]] = {
            "fetch": self.fetch,
            "fetch_all": self.fetch_all,
            "catch_up": self.catch_up,
            "follow": self.follow,
            "meet": self.meet,
            "publish": self.publish,
            "watch": self.watch,
            "idle": self.idle,
            "turns": self.turns,
            "jobs": self.jobs,
            "listen": self.listen,
            "parents": self.parents,
            "adopt_all": self.adopt_all,
            **Illustrating(node).actions,
        }
        self._watching: asyncio.Task[Answer] | None = None

    async def fetch(self, link: str, size: int) -> Answer:
        """Fetch an author's backlog of ``size`` entries; tell when what was there."""
        author_id, at = self._parse(link)
        seen: dict[str, int] = {}
        watch = asyncio.create_task(self._watch_fetch(author_id, size, seen))
        await asyncio.sleep(0)  # it listens from here on
        self._note_arrivals(seen)
        cpu_before, started = _cpu_s(), time.monotonic_ns()
        self._node.feeds.finder.hint(at)
        await self._node.feeds.carer.care(author_id, FETCHED)
        await watch
        seen["verified_cpu_us"] = round((_cpu_s() - cpu_before) * 1e6)
        await self._node.ground.indexer.drain()
        seen["indexed"] = time.monotonic_ns()
        served = self._node.feeds.reporter.fetch_progress(author_id).holders
        return {"started": started, "holders": len(served), **seen}

    async def fetch_all(self, at: list[str], feeds: int, posts: int) -> Answer:
        """Fetch all that is followed from these nodes; tell when it was shown, here, found.

        ``feeds`` of others are to come, with ``posts``; a page is 50 of them.
        """
        seen: dict[str, int] = {}
        self._turns.take()
        cpu_before, started = _cpu_s(), time.monotonic_ns()
        self._node.feeds.finder.hint(map(_endpoint, at))
        self._node.ground.beside.spawn(self._node.feeds.finder.search_now())
        index, shelf = self._node.ground.shells.index, self._node.ground.shelf
        while not {"shown", "held"} <= seen.keys():
            await asyncio.sleep(_LOOK_EVERY_S)
            now = time.monotonic_ns()
            if "shown" not in seen and len(index.home(PAGE_POSTS, None)) == PAGE_POSTS:
                seen["shown"] = time.monotonic_ns()
            ids = shelf.feed_ids()
            if len(ids) > feeds and all(map(shelf.is_complete, ids)) and "held" not in seen:
                seen["held"] = now
        await self._node.ground.indexer.caught_up()
        while (found := await asyncio.to_thread(self._count_posts)) < posts:
            await asyncio.sleep(_LOOK_EVERY_S)
        assert found == posts, "a post was indexed twice"
        seen["indexed"] = time.monotonic_ns()
        seen["cpu_us"] = round((_cpu_s() - cpu_before) * 1e6)
        seen["rss"] = psutil.Process().memory_info().rss
        return {"started": started, **seen}

    async def catch_up(self, at: list[str], posts: int, entries: int, since_ms: int) -> Answer:
        """Fetch what is new from these nodes; tell when it was shown and found, and its bytes.

        There are to be ``posts`` of others in the end, among so many entries; those since
        ``since_ms`` fill a page.
        """
        heard, seen = Heard(self._node), dict[str, int]()
        index = self._node.ground.shells.index
        self._turns.take()
        cpu_before, started = _cpu_s(), time.monotonic_ns()
        self._node.feeds.finder.hint(map(_endpoint, at))
        self._node.ground.beside.spawn(self._node.feeds.finder.search_now())
        while (page := index.home(PAGE_POSTS, None))[-1].time_ms < since_ms:
            await asyncio.sleep(_LOOK_EVERY_S / 2)
        seen["shown"] = time.monotonic_ns()
        assert len(page) == PAGE_POSTS
        shelf = self._node.ground.shelf
        while sum(map(shelf.entries_held, shelf.feed_ids())) < entries:
            await asyncio.sleep(_LOOK_EVERY_S)
        await self._node.ground.indexer.caught_up()
        while (found := await asyncio.to_thread(self._count_posts)) < posts:
            await asyncio.sleep(_LOOK_EVERY_S)
        seen["indexed"] = time.monotonic_ns()
        assert found == posts, "a post was indexed twice"
        seen["cpu_us"] = round((_cpu_s() - cpu_before) * 1e6)
        return {"started": started, "linked": heard.linked, **seen, **heard.counted()}

    async def follow(self, link: str) -> Answer:
        """Follow an author and return when all there is of it is here and searchable."""
        author_id, at = self._parse(link)
        self._node.feeds.finder.hint(at)
        await self._node.feeds.carer.follow(author_id)
        while not self._is_complete(author_id):
            await asyncio.sleep(0.02)
        await self._node.ground.indexer.drain()
        return {}

    async def meet(self, at: list[str]) -> Answer:
        """Be linked with these nodes."""
        self._node.feeds.finder.hint(map(_endpoint, at))
        while len(self._node.ground.sessions.all()) < len(at):
            await self._node.feeds.finder.search_now()
            await asyncio.sleep(_LOOK_EVERY_S)
        return {}

    async def publish(
        self, texts: list[str], every_s: float, answers: tuple[str, str, int] | None = None
    ) -> Answer:
        """Publish posts at a steady pace; tell when each was handed over and its index.

        ``answers``: a post that they all answer, as it was told for ``last``.
        """
        published = []
        to = _ref(*answers) if answers else None
        due = time.monotonic()
        for text in texts:
            due += every_s
            await asyncio.sleep(max(due - time.monotonic(), 0))
            started = time.monotonic_ns()
            said = await self._node.feeds.writer.publish_post(text, to)
            published.append((said.index, started, time.monotonic_ns()))
        last = said.feed_id.hex(), said.entry_hash.hex(), said.index
        return {"published": published, "last": last}

    async def watch(self, links: Sequence[str] = (), count: int = 0) -> Answer:
        """Begin to watch authors' pages, and when asked again tell what was seen when."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch_posts(links, count))
            return {}
        return await self._watching

    async def idle(self) -> Answer:
        """How many feeds are complete, and whether anything waits to be indexed."""
        shelf, history = self._node.ground.shelf, self._node.parts(History)
        complete = sum(shelf.is_complete(each) for each in shelf.feed_ids())
        return {
            "complete": complete,
            "feeds": len(shelf.feed_ids()),
            "leased": len(history.custodian.all()),
            "leased_bytes": history.allotment.used_bytes(),
            "refused": history.custodian.tally.refused,
            "waiting": self._node.ground.indexer.waiting,
            "peers": len(self._node.ground.sessions.all()),
        }

    async def turns(self) -> Answer:
        """For how long the loop was held since this was asked the last time."""
        taken: dict[str, Any] = to_builtins(self._turns.take())
        return taken

    async def jobs(self) -> Answer:
        """Run each job once, one after the other; milliseconds of its longest turn, by name."""
        every = [job for role in self._node.roles for job in role.jobs()]
        longest = {}
        for job in (*every, self._node.ground.memory.job()):
            await asyncio.sleep(0)
            self._turns.take()
            await job.run()
            await asyncio.sleep(0)
            longest[job.name] = self._turns.take().longest_cpu_ms
        return longest

    async def listen(self, what: str) -> Answer:
        """Be told of new posts of anybody."""
        await self._node.ground.answering.answer(Subscribe(what=what))
        return {}

    async def parents(self, count: int) -> Answer:
        """Return when so many supernodes look out for this node, and know what for."""
        while len(self._node.ground.layer.parents) < count:
            await asyncio.sleep(_LOOK_EVERY_S)
        await asyncio.sleep(_TOLD_WITHIN_S)
        return {}

    async def adopt_all(self) -> Answer:
        """Take all who are linked as children: how many, what they take, and time so far."""
        ground = self._node.ground
        for session in ground.sessions.all():
            if not ground.layer.is_child(session.node_id):
                ground.layer.add_child(session)
        rss, children = psutil.Process().memory_info().rss, len(ground.layer.children)
        return {"children": children, "rss": rss, "cpu_s": _cpu_s(), "waited_s": _waited_s()}

    # --- inside ---

    async def _watch_fetch(self, author_id: AuthorId, size: int, seen: dict[str, int]) -> None:
        index = self._node.ground.shells.index
        async for _ in self._node.ground.changes.listen():
            now = time.monotonic_ns()
            if "linked" not in seen and self._node.ground.sessions.all():
                seen["linked"] = now
            if "shown" not in seen and index.author_posts(author_id, 20, None):
                seen["shown"] = time.monotonic_ns()
            held = sum(map(self._node.ground.shelf.entries_held, self._feeds(author_id)))
            if held >= size and "shown" in seen:
                seen["verified"] = now
                return

    def _note_arrivals(self, seen: dict[str, int]) -> None:
        """Note when the last chunk's bytes are on disk, as the author signed them."""
        fetcher, on_event = self._node.feeds.fetcher, self._node.feeds.fetcher.on_event

        def note(event: FetchEvent) -> None:
            if isinstance(event, ChunkArrived):
                seen["arrived"] = time.monotonic_ns()
            on_event(event)

        fetcher.on_event = note  # type: ignore[method-assign]  # a stopwatch around it

    async def _watch_posts(self, links: Sequence[str], count: int) -> Answer:
        seen: dict[tuple[str, int], int] = {}
        authors = [(link, self._parse(link)[0]) for link in links]
        async for change in self._node.ground.changes.listen():
            if change.name != "new":
                continue
            for link, author_id in authors:
                for post in self._node.ground.shells.index.author_posts(author_id, 10, None):
                    seen.setdefault((link, post.ref.index), time.monotonic_ns())
            if len(seen) >= count:
                break
        return {"seen": [(link, index, at) for (link, index), at in seen.items()]}

    def _count_posts(self) -> int:
        """Posts of others that a search finds."""
        authors = self._node.ground.interests.with_interest(FOLLOWED)
        found = self._node.ground.shells.index.authors(authors)
        return sum(each.post_count for each in found.values())

    def _is_complete(self, author_id: AuthorId) -> bool:
        feeds = self._feeds(author_id)
        return bool(feeds) and all(map(self._node.ground.shelf.is_complete, feeds))

    def _feeds(self, author_id: AuthorId) -> list[Any]:
        return self._node.ground.shelf.feeds_of(author_id)

    def _parse(self, text: str) -> tuple[AuthorId, tuple[Endpoint, ...]]:
        link = parse_link(text)
        return link.author_id, link.at


def _endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    return Endpoint(host, int(port))


def _ref(feed: str, entry_hash: str, index: int) -> EntryRef:
    return EntryRef(FeedId(bytes.fromhex(feed)), Hash(bytes.fromhex(entry_hash)), index)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _waited_s() -> float:
    """How long this process could have run and others had the processor."""
    waited = [
        int(each.read_text().split()[1]) for each in Path("/proc/self/task").glob("*/schedstat")
    ]
    return sum(waited) / 1e9


def _say(answer: Answer) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
