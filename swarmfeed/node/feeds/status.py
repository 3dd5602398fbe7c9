"""How things are: what ``status`` and the status page show."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.feeds import AllTogether, FeedStatus
from swarmfeed.core.asks.people import FetchProgress
from swarmfeed.core.asks.withdrawal_sentences import PACKED_TOO_OFTEN
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.texts import format_size, joined
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.metainfo import NAMED_BYTES, named_by
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.patcher import Patcher
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.feeds.sizes import Size, Sizes, Sum
from swarmfeed.node.ground.begun_anew import begun_anew
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import KnownAuthor, TorrentProgress

COUNTED_SOONER: Final = 10
"""How many times sooner a feed is counted than looked at."""


class OwnStanding(Struct, frozen=True, kw_only=True):
    """How the own feed stands; every page asks, so it is looked up once for each."""

    trouble: str
    """Why nothing can be written; empty while all is well."""
    held_by: int | None
    """Others that confirmed all of the own feed that most have; None while it is empty."""


class _Noted(Struct, frozen=True, kw_only=True):
    """What the index has on a feed."""

    author_id: AuthorId
    author_name: str = ""
    holders: frozenset[NodeId] = frozenset()
    receipts: tuple[int, ...] = ()
    """Sizes that other nodes confirmed."""


class _Traffic(Struct, frozen=True):
    """What comes and went by BitTorrent, of all feeds."""

    flying: dict[FeedId, list[TorrentProgress]]
    """Chunks that are being fetched."""
    uploaded_bytes: Counter[bytes]
    """By what names tell of a feed's id."""


class Reporter:
    """Puts numbers together; changes nothing."""

    def __init__(
        self,
        ground: Ground,
        fetcher: Fetcher,
        showing: Showing,
        finder: Finder,
        patcher: Patcher,
    ) -> None:
        self._pen = ground.pen
        self._own_feed = ground.identity.feed_id
        self._own_id = ground.identity.author_id
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._index = ground.shells.index
        self._interests = ground.interests
        self._sessions = ground.sessions
        self._swarm = ground.shells.swarm
        self._shells = ground.shells
        self._inventory = ground.inventory
        self._fetcher = fetcher
        self._showing = showing
        self._finder = finder
        self._patcher = patcher
        self._extents = ground.extents
        self._sizes = Sizes(ground.shelf, ground.shells.logs)

    def ranked(self) -> list[FeedId]:
        """All feeds, those of the strongest interest first."""
        by_rank: dict[int, list[FeedId]] = {}
        for feed_id in self._shelf.feed_ids():
            by_rank.setdefault(self._rank(feed_id), []).append(feed_id)
        # Thousands, of a handful of ranks: to sort pairs of both takes twice as long.
        return [
            each for rank in sorted(by_rank, reverse=True) for each in sorted(by_rank[rank])
        ]

    async def together(self) -> AllTogether:
        """Sums over all feeds, without a look into the index."""
        traffic, feed_ids = self._traffic(), self._shelf.feed_ids()
        self._sizes.forget_others(feed_ids)
        sums = dict[str, Sum]()
        async for feed_id in in_turns(feed_ids, COUNTED_SOONER):
            author_id = self._shelf.author_of(feed_id)
            if author_id is not None and self._shelf.replica(feed_id) is not None:
                interest = self._interests.of(author_id)
                relation = interest.relation if interest else ""
                if relation not in sums:
                    sums[relation] = Sum(relation=relation)
                self._add(sums[relation], feed_id, traffic)
        return AllTogether(sums=tuple(each.done() for each in sums.values()))

    async def feeds_of(self, author_id: AuthorId) -> tuple[FeedStatus, ...]:
        """The feeds of one author that are on the shelf."""
        return await self.feeds(sorted(self._shelf.feeds_of(author_id)))

    async def feeds(self, feed_ids: Sequence[FeedId]) -> tuple[FeedStatus, ...]:
        """Some feeds, in this order; those that are not on the shelf are left out.

        The index is read in a thread, and others run between parts: 3,000 feeds take a second.
        """
        authors = {each: self._shelf.author_of(each) for each in feed_ids}
        noted = await asyncio.to_thread(self._look_up, authors)
        traffic, found = self._traffic(), []
        async for feed_id in in_turns(feed_ids):
            # One may have been dropped meanwhile.
            if feed_id in noted and self._shelf.replica(feed_id) is not None:
                found.append(self._feed(feed_id, noted[feed_id], traffic))
        return tuple(found)

    def author_size(self, author_id: AuthorId) -> Size:
        """Sum over all feeds of the author that we know of."""
        feeds = self._shelf.feeds_of(author_id)
        is_fetching = any(of in feeds for _, of in self._fetcher.all_in_flight())
        flying = self._flying() if is_fetching else {}
        return sum((self._size(each, flying.get(each, ())) for each in feeds), Size())

    def is_disputed(self, author_id: AuthorId) -> bool:
        """Whether a key of an author signed for two successors."""
        return self._shelf.certified(author_id).is_disputed

    def is_forked(self, author_id: AuthorId) -> bool:
        """Whether the author signed two histories of one of their feeds."""
        return any(self._shelf.is_forked(each) for each in self._shelf.feeds_of(author_id))

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        feeds = self._shelf.feeds_of(author_id)
        size = self.author_size(author_id)
        known = self._index.author(author_id) or KnownAuthor()
        served = {str(each) for feed_id in feeds for each in self._fetcher.served_by(feed_id)}
        return FetchProgress(
            author_id=author_id,
            name=known.name,
            entries_held=size.entries_held,
            entries_total=size.entries,
            bytes_held=size.bytes_held,
            bytes_total=size.bytes_total,
            holders=tuple(sorted(served)),
            done=bool(feeds) and all(self._shelf.is_complete(each) for each in feeds),
            searchable=all(self._is_searchable(each) for each in feeds),
            missing=self.missing(author_id),
            error=sentences.FORKED() if self.is_forked(author_id) else "",
            unpacked_bytes=self.unpacked_bytes(author_id),
            limit=self.limit(author_id, known.name),
        )

    def missing(self, author_id: AuthorId) -> str:
        """What the DHT has shown of newer heads, while nobody linked has any of the feed; or
        that the author packs it anew too often."""
        feeds = self._shelf.feeds_of(author_id)
        if any(map(self._patcher.waits, feeds)):
            return PACKED_TOO_OFTEN()
        lost = sum(
            self._finder.unseen(each) for each in feeds if not self._sessions.sources(each)
        )
        return sentences.NEWEST_OUT_OF_REACH(entries=lost) if lost else ""

    def unpacked_bytes(self, author_id: AuthorId) -> int:
        """What is held of an author, once it is unpacked."""
        feeds = self._shelf.feeds_of(author_id)
        return sum(self._extents.unpacked_bytes(each) for each in feeds)

    def limit(self, author_id: AuthorId, name: str) -> str:
        """Why not all that is held of an author can be read; empty when all can."""
        if not self._interests.is_indexed(author_id):
            return ""
        held = hidden = 0
        for feed_id in self._shelf.feeds_of(author_id):
            shown = self._extents.first_shown(feed_id, author_id)
            for start, end in self._shelf.held_ranges(feed_id):
                held += end - start
                hidden += max(min(end, shown) - start, 0)
        if not hidden:
            return ""
        return sentences.ONLY_THE_NEWEST(
            shown=held - hidden,
            entries=held,
            name=name or format_author(author_id),
            unpacked=format_size(self.unpacked_bytes(author_id), tenths_below=10),
            budget=format_size(self._extents.shown_bytes(author_id) or 0, tenths_below=10),
        )

    def standing(self) -> OwnStanding:
        return OwnStanding(trouble=self._pen.trouble(), held_by=self._own_held_by())

    def sentence(self, own: OwnStanding, *, running: bool, safe: bool) -> str:
        """How things are, for a person; ``safe`` when own posts would outlive this machine."""
        if own.trouble:
            return joined((own.trouble, *self._concerns(but=self._own_feed)))
        peers, held_by = len(self._sessions.all()), own.held_by
        how = sentences.how_it_is(running=running, peers=peers, held_by=held_by, safe=safe)
        return joined((how, *self._concerns()))

    async def disk_bytes(self) -> int:
        """Bytes of all feeds; asks the disk about those that changed, in a thread."""
        feeds = self._shelf.feed_ids()
        return await asyncio.to_thread(lambda: sum(map(self._logs.disk_bytes, feeds)))

    # --- inside ---

    def _concerns(self, *, but: FeedId | None = None) -> Iterator[str]:
        """What is not as it should be, a sentence each, ``but`` of one feed."""
        lacks = [each for each in self._inventory.lacks() if each.feed_id != but]
        entries = sum(each.entries for each in lacks)
        if self._showing.is_filling:
            yield sentences.INDEX_FILLS()
        if entries:
            feeds = sum(1 for each in lacks if each.entries)
            yield sentences.LACKING(entries=entries, feeds=feeds)
        elif lacks:
            yield sentences.LACKING_PAPERS(feeds=len(lacks))
        yield from begun_anew(self._shells)

    def _is_searchable(self, feed_id: FeedId) -> bool:
        """Whether the index has all that is held, as far as it is the author's."""
        last = self._shelf.end_of(feed_id)
        done = self._index.indexed_ranges(feed_id)
        return not any(
            subtract(start, end if last is None else min(end, last), done)
            for start, end in self._shelf.held_ranges(feed_id)
        )

    def _look_up(self, authors: Mapping[FeedId, AuthorId | None]) -> dict[FeedId, _Noted]:
        """What the index has on feeds; in a thread."""
        names, found = self._index.names({*filter(None, authors.values())}), {}
        holders = self._index.holders_by_feed([*authors])
        receipts = self._index.receipts_by_feed([*authors])
        for feed_id, author_id in authors.items():
            if author_id is not None:
                found[feed_id] = _Noted(
                    author_id=author_id,
                    author_name=names.get(author_id, ""),
                    holders=frozenset(each.node_id for each in holders[feed_id]),
                    receipts=tuple(receipts[feed_id].values()),
                )
        return found

    def _feed(
        self,
        feed_id: FeedId,
        noted: _Noted,
        traffic: _Traffic,
    ) -> FeedStatus:
        replica = self._shelf.replica(feed_id)
        assert replica is not None, "the caller looked"
        flying = traffic.flying.get(feed_id, ())
        size = self._size(feed_id, flying)
        interest = self._interests.of(noted.author_id)
        return FeedStatus(
            author_id=noted.author_id,
            author_name=noted.author_name,
            feed_id=feed_id,
            relation=interest.relation if interest else "",
            size=replica.size,
            root=replica.head.root,
            entries_held=size.entries_held,
            bytes_held=size.bytes_held,
            bytes_total=size.bytes_total,
            holders=self._holders(feed_id, noted.holders),
            held_by=sum(1 for each in noted.receipts if each >= replica.size),
            fetching=len(flying),
            rate_bytes_per_s=sum(each.down_bytes_per_s for each in flying),
            uploaded_bytes=traffic.uploaded_bytes[feed_id[:NAMED_BYTES]],
            forked=self._shelf.is_forked(feed_id),
            by_another=size.entries_held < size.entries and self._comes_by_another(feed_id),
        )

    def _add(self, to: Sum, feed_id: FeedId, traffic: _Traffic) -> None:
        """Count one feed: of each it is asked, so nothing else."""
        to.add(self._sizes.of(feed_id))
        to.forked += self._shelf.is_forked(feed_id)
        if flying := traffic.flying.get(feed_id):
            to.bytes_held += sum(each.bytes_done for each in flying)
            to.fetching += len(flying)
            to.rate_bytes_per_s += sum(each.down_bytes_per_s for each in flying)
        if traffic.uploaded_bytes:
            to.uploaded_bytes += traffic.uploaded_bytes[feed_id[:NAMED_BYTES]]

    def _size(self, feed_id: FeedId, flying: Sequence[TorrentProgress]) -> Size:
        size = self._sizes.of(feed_id)
        if not flying:
            return size
        return size + Size(bytes_held=sum(each.bytes_done for each in flying))

    def _traffic(self) -> _Traffic:
        return _Traffic(self._flying(), _uploaded_bytes(self._swarm.uploaded()))

    def _flying(self) -> dict[FeedId, list[TorrentProgress]]:
        """Chunks that are being fetched now, of each feed."""
        found = dict[FeedId, list[TorrentProgress]]()
        for key, feed_id in self._fetcher.all_in_flight():
            if (progress := self._swarm.progress_of(key)) is not None:
                found.setdefault(feed_id, []).append(progress)
        return found

    def _comes_by_another(self, feed_id: FeedId) -> bool:
        """Whether only peers hold a feed whose swarm nobody can dial."""
        if self._sessions.sources(feed_id):
            return False
        others = (
            each for each in self._sessions.all() if not each.swarm and not each.is_punched
        )
        return any(feed_id in each.holds for each in others)

    def _own_held_by(self) -> int | None:
        feeds = self._shelf.feeds_of(self._own_id)
        known = {each: self._shelf.replica(each) for each in feeds}
        written = [each for each, replica in known.items() if replica and replica.size]
        return max(map(self._held_by, written), default=None)

    def _rank(self, feed_id: FeedId) -> int:
        author_id = self._shelf.author_of(feed_id)
        return self._interests.rank(author_id) if author_id else 0

    def _holders(self, feed_id: FeedId, noted: frozenset[NodeId]) -> int:
        """Other nodes known to hold all of it or a part."""
        linked = {each.node_id for each in self._sessions.all() if feed_id in each.holds}
        return len(noted | linked)

    def _held_by(self, feed_id: FeedId) -> int:
        replica = self._shelf.replica(feed_id)
        if self._shelf.is_forked(feed_id):
            return 0  # they confirmed another history, perhaps
        size = replica.size if replica else 0
        return sum(1 for each in self._index.receipts(feed_id).values() if each >= size)


def _uploaded_bytes(by_name: Mapping[str, int]) -> Counter[bytes]:
    """Sum over the chunks of each feed that sent any, by what their names say of its id."""
    uploaded: Counter[bytes] = Counter()
    for name, sent_bytes in by_name.items():
        if (named := named_by(name)) is not None:
            uploaded[named] += sent_bytes
    return uploaded
