"""What it would take to follow somebody: asked of holders before anything is kept.

first look --> everybody is asked, once --> waited for, LOOK_S at most, while anybody may answer
next looks --> what came meanwhile, at once; what is on its way is waited for
LOOKED_AT_S later, and nothing came --> sought no more
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct, field

from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.people import Cost
from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.limits import (
    LOOK_S,
    LOOKED_AT_BYTES,
    LOOKED_AT_MAX,
    LOOKED_AT_S,
)
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.ground.events import ChunkKept, HeadGrew, NothingHeld
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import LOOKED_AT, Interest

_TOGETHER_S: Final = 0.05
"""What comes within it is looked at together: several holders answer about as soon."""


class _Look(Struct, frozen=True, eq=False):
    """Somebody who was looked at lately."""

    until_s: float
    """When nobody waits for a first word any more, by the loop's clock."""
    before: Interest | None
    """What was cared for them until then."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something of them came, or somebody has nothing."""
    denied: set[NodeId] = field(default_factory=set)
    """Peers that hold nothing of them."""


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
        self._swarm = ground.shells.swarm
        self._carer = carer
        self._fetcher = fetcher
        self._looks: OrderedDict[AuthorId, _Look] = OrderedDict()
        """Those of the last LOOKED_AT_S, LOOKED_AT_MAX of them; the longest ago first."""

    async def look_at(self, author_id: AuthorId, at: Sequence[Endpoint] = ()) -> Cost:
        """What following would take; waits LOOK_S at most, and for a first word only once in
        LOOKED_AT_S: who is not found by then is sought on, and nobody has to wait for it.

        Args:
            at: Where a link says that they are: dialled already.
        """
        look = self._looks.get(author_id) or self._begin(author_id)
        await self._carer.care(author_id, LOOKED_AT)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until_s(author_id, look)):
                await self._see_enough(author_id, look, at)
        return await asyncio.to_thread(self._cost, author_id, self._held_by(author_id))

    def on_head(self, event: HeadGrew) -> None:
        self._heard_of(event.after.feed_id)

    def on_chunk(self, event: ChunkKept) -> None:
        self._heard_of(event.feed_id)

    def on_nothing_held(self, event: NothingHeld) -> None:
        look = self._looks.get(event.author_id)
        if look is not None:
            look.denied.add(event.session.node_id)
            look.news.set()

    # --- inside ---

    def _begin(self, author_id: AuthorId) -> _Look:
        if len(self._looks) >= LOOKED_AT_MAX:
            self._let_go(*next(iter(self._looks.items())))
        loop, before = asyncio.get_running_loop(), self._interests.of(author_id)
        is_first = before is not LOOKED_AT
        look = _Look(until_s=loop.time() + LOOK_S, before=before if is_first else None)
        self._looks[author_id] = look
        loop.call_later(LOOKED_AT_S, self._let_go, author_id, look)
        return look

    def _let_go(self, author_id: AuthorId, look: _Look) -> None:
        """Seek somebody no more who was only looked at; what came of them stays, as it was."""
        if self._looks.get(author_id) is not look:
            return  # it made room for others before
        del self._looks[author_id]
        if self._interests.of(author_id) is not LOOKED_AT:
            return  # followed, fetched or let go since
        if look.before is not None:
            self._interests.lower_to(author_id, look.before)
        elif not self._shelf.feeds_of(author_id):
            self._interests.forget(author_id)

    def _heard_of(self, feed_id: FeedId) -> None:
        """More of a feed is here: who waits for its author looks again."""
        author_id = self._shelf.author_of(feed_id) if self._looks else None
        look = self._looks.get(author_id) if author_id is not None else None
        if look is not None:
            look.news.set()

    def _until_s(self, author_id: AuthorId, look: _Look) -> float:
        """Until when to wait: also later on for what is missing of a feed that is known."""
        is_known = bool(self._shelf.feeds_of(author_id))
        return asyncio.get_running_loop().time() + LOOK_S if is_known else look.until_s

    async def _see_enough(
        self, author_id: AuthorId, look: _Look, at: Sequence[Endpoint]
    ) -> None:
        while self._settings.network and not self._has_seen_enough(author_id):
            if self._is_nobody_left(author_id, look, at):
                return
            look.news.clear()
            await look.news.wait()
            await asyncio.sleep(_TOGETHER_S)

    def _is_nobody_left(self, author_id: AuthorId, look: _Look, at: Sequence[Endpoint]) -> bool:
        """Whether all who are linked hold nothing of an author, and nobody else is asked."""
        if self._shelf.feeds_of(author_id) or self._sessions.is_dialling(at):
            return False
        if self._settings.dht and self._swarm.dht_nodes():
            return False  # it does not say when it has said all
        asked = {each.node_id for each in self._sessions.all() if each.stays}
        return bool(asked) and asked <= look.denied

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
