"""Circles: opening a timeline of protected posts, and letting one of ten thousand people go."""

import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median
from typing import Any, Final

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.circles import CreateCircle, LetIn
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.aead import seal, unseal
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.tree import cover
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.node.circles.role import CirclesRole
from swarmfeed.shell.interpreter import keep_pauses_short

from benchmarks.bench import Bench
from benchmarks.report import Limit, Row, at_most

AUTHORS: Final = 5
POSTS: Final = 10_000
PEOPLE: Final = 10_000
REMOVED: Final = 9
BATCH: Final = 250
NAME: Final = "Friends"
FETCHED_WITHIN_S: Final = 600
"""Of the street's own time."""


@dataclass
class Found:
    """What was measured."""

    opened: int = 0
    opening_s: float = 0
    turn_ms: float = 0
    removal_ms: list[float] = field(default_factory=list)
    rekey_bytes: int = 0


def measure(bench: Bench) -> Iterator[Row]:
    """Whole nodes in one loop, over fakes of disk and links: times are of the processor."""
    found, posts = Found(), bench.choose(POSTS, 500)

    async def scenario(street: Neighbourhood) -> None:
        await _open(street, posts // AUTHORS, found)
        await _remove(street, found)

    in_neighbourhood(bench.new_folder(), scenario)
    floor = Limit("decrypting each of them once, s", _decrypting_s(found.opened))
    what = f"{found.opened:,} protected posts of {AUTHORS} people, opened at a start"
    yield Row("private.opening", what, found.opening_s, "s", floor, (at_most(1.0),))
    bar = (at_most(20.0),)
    yield Row(
        "private.turn", "longest wait of others meanwhile", found.turn_ms, "ms", None, bar
    )
    what = f"one of {PEOPLE:,} people let go of a circle, a new epoch begun"
    floor = Limit("finding who is left, ms", _covering_ms())
    took = median(found.removal_ms)
    yield Row("private.removal", what, took, "ms", floor, (at_most(50.0),))
    bar = (at_most(1_000.0),)
    yield Row(
        "private.rekey", "the entry that says so", float(found.rekey_bytes), "B", None, bar
    )


# --- opening ---


async def _open(street: Neighbourhood, posts: int, found: Found) -> None:
    me = await street.move_in(is_first=True)
    authors = [await street.move_in(is_first=True) for _ in range(AUTHORS)]
    for each in authors:
        await me.follow(each)
        await each.follow(me)
    await me.running.ground.letters.expect()
    await street.pass_time(10)
    for each in authors:
        await _write(each, me, posts)
    opener = me.running.parts(CirclesRole).opener
    feeds = [each.feed_id for each in authors]
    shelf = me.running.ground.shelf

    def is_held() -> bool:
        kept = (shelf.replica(each) for each in feeds)
        return all(each is not None and each.size >= posts for each in kept)

    for _ in range(FETCHED_WITHIN_S // 10):
        await street.pass_time(10)
        if is_held() and all(map(shelf.is_complete, feeds)):
            break
    for feed_id in feeds:
        opener.forget(feed_id)
    await opener.look(())  # all is closed again
    keep_pauses_short()  # as in every node that runs
    turn = asyncio.create_task(_longest_turn_ms())
    await asyncio.sleep(0)
    began = time.process_time()
    found.opened = await opener.look([each.author_id for each in authors])
    found.opening_s = time.process_time() - began
    assert found.opened == posts * AUTHORS, "each was let in, and fetched all"
    gc.unfreeze()
    turn.cancel()
    found.turn_ms = await turn


async def _write(author: Neighbour, reader: Neighbour, posts: int) -> None:
    """Let somebody read, and write for them."""
    await _ask(author, CreateCircle(circle=NAME))
    await _ask(author, LetIn(who=format_author(reader.author_id), circle=NAME))
    first = await _ask(author, WritePost(text="the first of many", to=NAME))
    left = posts - 1
    while left > 0:
        texts = (f"{left - n} {sha256(b'%d' % n).hexdigest()[:40]}" for n in range(BATCH))
        bodies = [PostBody(text, reply=first.ref) for text in texts][:left]
        await author.running.feeds.writer.publish_all(bodies)
        left -= len(bodies)


async def _longest_turn_ms() -> float:
    """How long others had to wait for their turn, in time of the processor, until cancelled."""
    longest, last = 0.0, time.thread_time()
    try:
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, last = max(longest, now - last), now
    except asyncio.CancelledError:
        return longest * 1_000


# --- removing ---


async def _remove(street: Neighbourhood, found: Found) -> None:
    me = await street.move_in(is_first=True)
    await street.pass_time(5)
    parts = me.running.parts(CirclesRole)
    await _ask(me, CreateCircle(circle=NAME))
    people = [AuthorId(sha256(b"%d" % n).digest()) for n in range(PEOPLE)]
    await parts.rekeying.begin(parts.book.let_in(parts.book.called(NAME), people))
    shelf = me.running.ground.shelf
    for number in range(REMOVED):
        before = shelf.replica(me.feed_id)
        who = people[(number * 1_111 + 4_321) % PEOPLE]
        began = time.process_time()
        await parts.managing.remove(parts.book.called(NAME), who)
        found.removal_ms.append((time.process_time() - began) * 1_000)
        after = shelf.replica(me.feed_id)
        assert before is not None and after is not None, "it writes"
        if number == 0:
            stored = shelf.read_entries(me.feed_id, before.size, after.size)
            found.rekey_bytes = sum(map(len, stored))


# --- what the machine can do ---


def _decrypting_s(count: int) -> float:
    sealed = seal(bytes(32), bytes(24), bytes(128), b"place")
    began = time.process_time()
    for _ in range(count):
        unseal(bytes(32), bytes(24), sealed, b"place")
    return time.process_time() - began


def _covering_ms() -> float:
    began = time.process_time()
    cover(PEOPLE, {4_321})
    return (time.process_time() - began) * 1_000


async def _ask(of: Neighbour, what: Ask[Any]) -> Any:
    answer = await of.running.ground.answering.answer(what)
    await settle()
    return answer
