"""What it would take to follow somebody: asked of holders before anything is kept."""

import asyncio
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.people import Cost
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.limits import LOOK_S, LOOKED_AT_BYTES
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import LOOKED_AT

_LOOK_EVERY_S: Final = 0.05


class _Sum(Struct):
    """What is known of all feeds of an author."""

    entries: int = 0
    bytes_total: int = 0
    bytes_held: int = 0
    """Of the sealed ones."""
    unpacked_held: int = 0
    tail_bytes: int = 0

    def unpacked(self) -> int | None:
        """What is held to the byte, and the rest as it goes on like that.

        None while nothing of what is sealed is here: then nobody can tell.
        """
        if not self.bytes_total:
            return self.tail_bytes
        if not self.bytes_held:
            return None
        share = self.bytes_total / self.bytes_held
        return round(self.unpacked_held * share) + self.tail_bytes


class Looker:
    """Asks for heads, fetches a little of the newest, and counts."""

    def __init__(self, ground: Ground, carer: Carer, fetcher: Fetcher) -> None:
        self._shelf = ground.shelf
        self._sessions = ground.sessions
        self._logs = ground.shells.logs
        self._extents = ground.extents
        self._settings = ground.settings
        self._interests = ground.interests
        self._carer = carer
        self._fetcher = fetcher

    async def look_at(self, author_id: AuthorId) -> Cost:
        """What following would take; waits LOOK_S for holders at most."""
        await self._carer.care(author_id, LOOKED_AT)
        for _ in range(round(LOOK_S / _LOOK_EVERY_S)):
            if not self._settings.network or self._has_seen_enough(author_id):
                break
            await asyncio.sleep(_LOOK_EVERY_S)
        return await asyncio.to_thread(self._cost, author_id, self._held_by(author_id))

    def _has_seen_enough(self, author_id: AuthorId) -> bool:
        """Whether the newest chunks of all feeds are here; asks for those that are not."""
        feeds = self._shelf.feeds_of(author_id)
        missing = {each: self._sample(each) - self._logs.held(each) for each in feeds}
        if self._interests.is_kept_whole(author_id):
            return bool(feeds)  # what is missing is fetched anyway
        for feed_id, spans in missing.items():
            if spans and not self._fetcher.in_flight(feed_id):
                self._fetcher.want(feed_id, set(spans))
        return bool(feeds) and not any(missing.values())

    def _sample(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        """The newest chunks, up to LOOKED_AT_BYTES of them."""
        replica, chosen, left = self._shelf.replica(feed_id), [], LOOKED_AT_BYTES
        for span, record in reversed((replica.chunks() if replica else {}).items()):
            left -= record.pieces.size_bytes
            if left < 0:
                break
            chosen.append(span)
        return frozenset(chosen)

    def _held_by(self, author_id: AuthorId) -> int:
        """Peers that say they hold all that is known of an author, in every feed."""
        known = map(self._shelf.replica, self._shelf.feeds_of(author_id))
        sizes = {each.feed_id: each.size for each in known if each is not None}
        return sum(
            all(
                (said := peer.holds.get(feed_id)) and said.complete and said.size >= size
                for feed_id, size in sizes.items()
            )
            for peer in self._sessions.all()
            if sizes
        )

    def _cost(self, author_id: AuthorId, held_by: int) -> Cost:
        found = _Sum()
        for feed_id in self._shelf.feeds_of(author_id):
            self._add(found, feed_id)
        exact = found.bytes_held == found.bytes_total
        return Cost(
            author_id=author_id,
            entry_count=found.entries,
            bytes_total=found.bytes_total + found.tail_bytes,
            unpacked_bytes=found.unpacked() or 0,
            exact=exact,
            held_by=held_by,
            sentences=size_sentences.what_it_would_take(
                entries=found.entries,
                size_bytes=found.bytes_total + found.tail_bytes,
                unpacked_bytes=found.unpacked(),
                exact=exact,
                held_by=held_by,
                budget_bytes=self._settings.shown_bytes_per_author,
            ),
        )

    def _add(self, found: _Sum, feed_id: FeedId) -> None:
        replica = self._shelf.replica(feed_id)
        if replica is None:
            return
        held = self._logs.held(feed_id)
        for span, record in replica.chunks().items():
            found.bytes_total += record.pieces.size_bytes
            found.bytes_held += record.pieces.size_bytes if span in held else 0
        tail_bytes = sum(map(len, replica.tail))
        found.entries += replica.size
        found.tail_bytes += tail_bytes
        found.unpacked_held += self._extents.unpacked_bytes(feed_id) - tail_bytes
