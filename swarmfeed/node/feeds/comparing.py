"""Whether the index shows what the logs say: each author's posts are read from both.

The logs are put into an empty index of the same kind, one author after the other, and both are
asked the same.  So whatever decides what is shown - edits, withdrawals, profiles - decides it
once, and a new kind of entry is compared without a word here.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from hashlib import blake2b
from typing import Final

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import CHUNK_ENTRIES, PAGE_POSTS_MAX
from swarmfeed.core.base.ranges import joined
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.extent import pieces
from swarmfeed.errors import MendingError
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import Addition, Index, KnownAuthor

BATCH_ENTRIES: Final = 16 * CHUNK_ENTRIES
"""Entries of one transaction, as when they were indexed."""

Held = list[tuple[int, int]]
Ranges = dict[FeedId, Held]
"""Half-open ranges of entries that are here, by their feeds."""


class Comparer:
    """Compares, and has what differs read again."""

    def __init__(self, ground: Ground, showing: Showing) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._index = ground.shells.index
        self._indexer = ground.indexer
        self._interests = ground.interests
        self._inventory = ground.inventory
        self._guests = ground.guests
        self._almanac = ground.almanac
        self._extents = ground.extents
        self._showing = showing

    async def compare(self) -> list[str]:
        """Return a line for each author whose posts had to be read again."""
        try:
            for feed_id in self._shelf.feed_ids():
                self._showing.catch_up(feed_id)
            await self._indexer.drain()
            await self._indexer.run_in_thread(self._index.check)
            lines = await self._drop_strangers()
            for author_id in self._comparable():
                if await self._differs(author_id):
                    lines.append(sentences.INDEX_MENDED(name=self._name(author_id)))
                    await self._showing.read_again(self._shelf.feeds_of(author_id))
        except MendingError:
            await self._showing.mend()
            lines = [sentences.INDEX_DAMAGED()]
        await self._indexer.drain()
        return lines

    def _comparable(self) -> list[AuthorId]:
        """Authors of whom nothing is missing: the index may still know what an edit said that
        the logs have lost, and is right."""
        lacking = {each.author_id for each in self._inventory.lacks()}
        shown = filter(self._interests.is_indexed, self._interests.all())
        return [each for each in shown if each not in lacking]

    async def _drop_strangers(self) -> list[str]:
        """Take feeds out of the index that are neither here nor missed, nor guests."""
        missed = {each.feed_id for each in self._inventory.lacks()} | self._guests.feed_ids()
        known = await asyncio.to_thread(self._index.known_sizes)
        strangers = [
            each
            for each in known
            if self._shelf.replica(each) is None
            and not self._shelf.is_unread(each)
            and each not in missed
        ]
        await self._showing.read_again(strangers)
        return [sentences.INDEX_DROPPED(feed=format_address(each)) for each in strangers]

    async def _differs(self, author_id: AuthorId) -> bool:
        """Whether both say otherwise, twice: news may have come while the first was read."""
        for _ in range(2):
            held = {each: self._held(each) for each in self._shelf.feeds_of(author_id)}
            if await asyncio.to_thread(self._agrees, author_id, held):
                return False
            await self._indexer.drain()
        return True

    def _held(self, feed_id: FeedId) -> list[tuple[int, int]]:
        """Ranges of entries that are here, as far as they are the author's."""
        last = self._shelf.end_of(feed_id)
        return [
            (start, end if last is None else min(end, last))
            for start, end in self._shelf.held_ranges(feed_id)
            if last is None or start < last
        ]

    def _agrees(self, author_id: AuthorId, held: Ranges) -> bool:
        """In a thread.  Raises MendingError."""
        with self._index.scratch() as scratch:
            for feed_id, ranges in held.items():
                self._put(scratch, feed_id, author_id, ranges)
            shown = {each: self._shown_of(each, author_id, held[each]) for each in held}
            return all(
                ask(scratch, author_id, ranges) == ask(self._index, author_id, ranges)
                for ask, ranges in ((_shown, shown), (_person, held))
            )

    def _shown_of(self, feed_id: FeedId, author_id: AuthorId, held: Held) -> Held:
        """Ranges of entries that are here and so new that their posts are shown."""
        first = self._extents.first_shown(feed_id, author_id)
        return [(max(start, first), end) for start, end in held if end > first]

    def _put(self, index: Index, feed_id: FeedId, author_id: AuthorId, ranges: Held) -> None:
        index.reserve(feed_id, author_id, max((end for _, end in ranges), default=0))
        reckoning = self._almanac.reckoning(feed_id)
        shown = self._extents.first_shown(feed_id, author_id)
        for start, end in self._batches(feed_id, ranges, shown):
            packed, is_shown = self._logs.read_packed(feed_id, start, end), start >= shown
            with closing(index.prepare(packed)) as runs:
                for run in runs:
                    addition = Addition(
                        feed_id=feed_id,
                        author_id=author_id,
                        start=start,
                        prepared=run,
                        reckoning=reckoning,
                        with_posts=is_shown,
                    )
                    index.add_each([addition])
                    start = addition.end

    def _batches(self, feed_id: FeedId, ranges: Held, shown: int) -> Iterator[tuple[int, int]]:
        """As when they were indexed: so many entries, and so many bytes, at once."""
        for start, end in ranges:
            for first in range(start, end, BATCH_ENTRIES):
                stop = min(first + BATCH_ENTRIES, end)
                yield from pieces(first, stop, self._extents.sizes(feed_id, first, stop), shown)

    def _name(self, author_id: AuthorId) -> str:
        known = self._index.author(author_id) or KnownAuthor()
        return known.name or format_author(author_id)


def _shown(index: Index, author_id: AuthorId, held: Ranges) -> tuple[int, int]:
    """How many of those entries an index shows, and a sum over what it shows of them.

    Where it has more, that is no difference.  A sum of digests does not care for the order,
    and needs no memory for a million posts.
    """
    count = total = 0
    here = {feed_id: joined(ranges) for feed_id, ranges in held.items()}
    for post in _all_posts(index, author_id):
        ranges = here.get(post.ref.feed_id, ())
        if any(start <= post.ref.index < end for start, end in ranges):
            said = repr(_said(post)).encode("utf-8", "surrogatepass")
            total += int.from_bytes(blake2b(said, digest_size=16).digest())
            count += 1
    return count, total


def _all_posts(index: Index, author_id: AuthorId) -> Iterator[PostView]:
    before = None
    while page := index.author_posts(author_id, PAGE_POSTS_MAX, before):
        yield from page
        before = page[-1].cursor


def _said(post: PostView) -> tuple[object, ...]:
    """What the author said, without what depends on others and on when it was indexed."""
    return post.ref, post.author_id, post.time_ms, post.text, post.cw, post.reply_to


def _person(index: Index, author_id: AuthorId, _: Ranges) -> tuple[object, ...]:
    known = index.author(author_id) or KnownAuthor()
    pinned = index.pinned(author_id)
    told = (known.name, known.bio, pinned and pinned.ref)
    fields = index.profile_fields([author_id])
    return *told, *fields.values(), index.follows_of(author_id)
