"""Texts that are gone: cutting them out of the index, sweeping it, and who waits for that."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import WithdrawBody, encode_body
from swarmfeed.shell.store.index import SqliteIndex

from benchmarks.bench import Bench
from benchmarks.physical import seconds_of
from benchmarks.report import Row, at_most
from benchmarks.turns import TurnsSelector

BATCH = 4_096
WITHDRAWN = 100
LET_GO = 8
"""One post in so many is of a feed that is let go."""

STAYS, GOES = (FeedId(bytes([number]) * 32) for number in (1, 2))


@dataclass
class Sweep:
    """How long steps took, and how long the loop beside them was held."""

    steps_s: list[float] = field(default_factory=list)
    held_ms: float = 0.0


def measure(bench: Bench) -> Iterator[Row]:
    """Withdraw posts one by one, then let a feed go, and sweep beside an idle loop."""
    going = bench.posts // LET_GO
    with closing(SqliteIndex(bench.new_folder() / "index.db")) as index:
        _fill(index, GOES, bench.stored[:going])
        _fill(index, STAYS, bench.stored[going:])
        _sweep(index)
        size = bench.posts - going
        cut_s = seconds_of(lambda: _withdraw(index, size)) / WITHDRAWN
        one = _sweep(index)
        dropped_s = seconds_of(lambda: index.drop_feed(GOES))
        feed = _sweep(index)
    posts, bar = f"{bench.posts:,} posts", (at_most(15),)
    yield Row("sweeping.withdraw", f"withdraw one of {posts}", cut_s * 1000, "ms")
    yield Row(
        "sweeping.after-one", "sweep behind it", sum(one.steps_s), "s", None, (at_most(15),)
    )
    yield Row("sweeping.drop", f"let go a feed of {going:,} of {posts}", dropped_s, "s")
    yield Row("sweeping.after-feed", "sweep behind it", sum(feed.steps_s), "s", None, bar)
    longest_s = max(one.steps_s + feed.steps_s)
    yield Row("sweeping.step", "longest step: a new post waits as long", longest_s * 1000, "ms")
    held_ms = max(one.held_ms, feed.held_ms)
    yield Row("sweeping.loop", "longest the loop is held", held_ms, "ms", None, (at_most(20),))


def _fill(index: SqliteIndex, feed_id: FeedId, stored: list[bytes]) -> None:
    author_id = AuthorId(feed_id)
    for at in range(0, len(stored), BATCH):
        part = stored[at : at + BATCH]
        index.add_entries(feed_id, author_id, at, part, [hash_stored(each) for each in part])


def _withdraw(index: SqliteIndex, size: int) -> None:
    for number in range(WITHDRAWN):
        body = encode_body(WithdrawBody(number * (size // WITHDRAWN)))
        entry = encode_entry(WithdrawBody.kind, 1, body)
        author_id = AuthorId(STAYS)
        index.add_entries(STAYS, author_id, size + number, [entry], [hash_stored(entry)])


def _sweep(index: SqliteIndex) -> Sweep:
    """Sweep as a node does: in the thread that writes, beside the loop."""
    selector, found = TurnsSelector(), Sweep()
    loop = asyncio.SelectorEventLoop(selector)

    async def run() -> None:
        selector.take()
        beat = asyncio.create_task(_beat())
        is_more = True
        while is_more:
            started_s = time.perf_counter()
            is_more = await loop.run_in_executor(thread, index.sweep)
            found.steps_s.append(time.perf_counter() - started_s)
        beat.cancel()
        found.held_ms = selector.take().longest_ms

    with ThreadPoolExecutor(1) as thread:
        try:
            loop.run_until_complete(run())
        finally:
            loop.close()
    return found


async def _beat() -> None:
    """Something to be held up."""
    while True:
        await asyncio.sleep(0.001)
