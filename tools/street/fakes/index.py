"""An index in memory: remembers what it was given and works out each answer from scratch."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from swarmfeed.core.base.limits import HOLDERS_MAX, PEERS_KEPT_MAX
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.chunk import read_frame
from swarmfeed.core.feed.entry import decode_entry, hash_stored
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.reading import Packed, unpack
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import Addition, Ahead, KnownHolder

from street.fakes.kept_entries import FakePrepared, Kept, decode_or_none
from street.fakes.noticed import Noticed


class FakeIndex(Noticed):
    """Implements ``ports.Index``."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[FeedId, int] = {}
        self._holders: dict[FeedId, dict[NodeId, KnownHolder]] = {}
        self._peers: dict[Endpoint, int] = {}
        self._revision = object()

    # damage

    def when_damaged(self, tell: Callable[[], None]) -> None:
        """Memory is never damaged."""

    def begin_anew(self) -> bool:
        return False

    def check(self) -> None:
        """What is worked out from scratch agrees with itself."""

    @contextmanager
    def scratch(self) -> Iterator["FakeIndex"]:
        yield FakeIndex()

    # writing

    @contextmanager
    def together(self, *, in_order: bool = False) -> Iterator[None]:
        if in_order:
            yield  # one part, which goes in whole or not at all
            return
        before = _copied(self.__dict__)
        try:
            yield
        except BaseException:
            self.__dict__ = before
            raise

    def reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        self._revision = object()
        self._authors.setdefault(feed_id, author_id)
        self._sizes[feed_id] = max(size, self._sizes.get(feed_id, 0))

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        self.reserve(feed_id, author_id, start + len(stored))
        before = set(self._kept)
        for index, (record, entry_hash) in enumerate(zip(stored, hashes, strict=True), start):
            if (feed_id, index) not in before:
                entry = decode_entry(record)
                ref = EntryRef(feed_id, entry_hash, index)
                body = None if entry.body is None else decode_or_none(entry.kind, entry.body)
                if isinstance(body, PostBody) and not with_posts:
                    body = None
                is_post = with_posts and entry.kind == PostBody.kind
                is_post = is_post and (entry.body is None or body is not None)
                self._kept[feed_id, index] = Kept(author_id, ref, entry.time_ms, body, is_post)
                self._sort_ms[feed_id, index] = reckoning.sort_ms(index, entry.time_ms)
                if isinstance(body, EditBody | WithdrawBody) and body.index < index:
                    self._said.setdefault((feed_id, body.index), {})[index] = body
        self._revision = object()
        new = set(self._kept) - before
        return sum(self._amended(self._kept[each]) is not None for each in new)

    def prepare(
        self, packed: Packed, ahead: Ahead | None = None
    ) -> Generator["FakePrepared", None, None]:
        stored = [entry for entry, _ in read_frame(unpack(packed))]
        yield FakePrepared(stored[packed.skip : packed.skip + packed.count])

    def prepare_each(
        self, runs: Sequence[Packed]
    ) -> Sequence["FakePrepared | BadEncodingError"]:
        prepared = list[FakePrepared | BadEncodingError]()
        for each in runs:
            try:
                prepared += self.prepare(each)
            except BadEncodingError as error:
                prepared.append(error)
        return prepared

    def add_each(self, additions: Sequence[Addition]) -> list[int]:
        with self.together(in_order=len(additions) == 1):
            return [self._add(each) for each in additions]

    def _add(self, addition: Addition) -> int:
        prepared, feed_id = addition.prepared, addition.feed_id
        assert isinstance(prepared, FakePrepared)
        added = self.add_entries(
            feed_id,
            addition.author_id,
            addition.start,
            prepared.stored,
            [hash_stored(each) for each in prepared.stored],
            reckoning=addition.reckoning,
            with_posts=addition.with_posts,
        )
        if addition.resorted_from is not None:
            start, stop = addition.resorted_from, addition.end
            self.resort(feed_id, start, stop, addition.reckoning)
        return added

    def resort(self, feed_id: FeedId, start: int, stop: int, reckoning: Reckoning) -> None:
        self._revision = object()
        for (feed, index), kept in self._kept.items():
            if feed == feed_id and start <= index < stop:
                self._sort_ms[feed, index] = reckoning.sort_ms(index, kept.time_ms)

    def drop_feed(self, feed_id: FeedId) -> None:
        self._revision = object()
        for index in range(self._sizes.pop(feed_id, 0)):
            self._kept.pop((feed_id, index), None)
            self._said.pop((feed_id, index), None)
        self._authors.pop(feed_id, None)
        self._receipts.pop(feed_id, None)
        self._holders.pop(feed_id, None)

    def clear(self) -> None:
        self._revision = object()
        self._kept.clear()
        self._said.clear()

    def is_to_sweep(self) -> bool:
        """What is gone from memory leaves nothing."""
        return False

    def sweep(self) -> bool:
        return False

    def save_own_author(self, author_id: AuthorId) -> None:
        self._revision = object()
        self._own = author_id

    def save_receipt(self, feed_id: FeedId, node_id: NodeId, size: int, time_s: int) -> None:
        self._revision = object()
        known = self._receipts.setdefault(feed_id, {})
        before_s, before = known.get(node_id, (-1, -1))
        if time_s > before_s or size > before:
            known[node_id] = (time_s, size)
        if len(known) > HOLDERS_MAX:
            del known[min(known, key=lambda node: known[node][0])]

    def save_holder(self, feed_id: FeedId, holder: KnownHolder) -> None:
        self._revision = object()
        known = self._holders.setdefault(feed_id, {})
        known[holder.node_id] = holder
        if len(known) > HOLDERS_MAX:
            del known[min(known, key=lambda node: known[node].seen_at_ms)]

    def save_peer(self, endpoint: Endpoint, *, seen_at_ms: int) -> None:
        self._revision = object()
        self._peers[endpoint] = max(seen_at_ms, self._peers.get(endpoint, seen_at_ms))
        if len(self._peers) > PEERS_KEPT_MAX:
            del self._peers[min(self._peers, key=lambda peer: self._peers[peer])]

    def forget_peer(self, endpoint: Endpoint) -> None:
        self._revision = object()
        self._peers.pop(endpoint, None)

    # what is kept, and where else it is

    def revision(self) -> object:
        return self._revision

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        ranges: list[tuple[int, int]] = []
        for index in sorted(index for feed, index in self._kept if feed == feed_id):
            if ranges and ranges[-1][1] == index:
                ranges[-1] = (ranges[-1][0], index + 1)
            else:
                ranges.append((index, index + 1))
        return ranges

    def indexed_by_feed(self) -> dict[FeedId, list[tuple[int, int]]]:
        return {each: self.indexed_ranges(each) for each in {feed for feed, _ in self._kept}}

    def known_sizes(self) -> dict[FeedId, tuple[AuthorId, int]]:
        return {each: (self._authors[each], size) for each, size in self._sizes.items()}

    def feeds_later_than(self, time_ms: int) -> list[FeedId]:
        return sorted({feed for feed, at in self._kept if self._sort_ms[feed, at] > time_ms})

    def time_agreed_on(self, authors: int) -> int:
        latest: dict[AuthorId, int] = {}
        for kept in self._kept.values():
            latest[kept.author_id] = max(latest.get(kept.author_id, 0), kept.time_ms)
        followed = self.follows_of(self._own) if self._own else []
        times = sorted((latest[one] for one in followed if one in latest), reverse=True)
        return times[authors - 1] if len(times) >= authors else 0

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        known = self._holders.get(feed_id, {}).values()
        return sorted(known, key=lambda holder: (-holder.seen_at_ms, holder.node_id))

    def holders_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
        return {each: self.holders(each) for each in feed_ids}

    def doors_of(self, feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
        newest: dict[Endpoint, int] = {}
        for holder in (each for feed_id in feed_ids for each in self.holders(feed_id)):
            seen_at_ms = max(holder.seen_at_ms, newest.get(holder.link, 0))
            newest[holder.link] = seen_at_ms
        doors = sorted(newest, key=lambda each: (-newest[each], each.host, each.port))
        return [(each, newest[each] > 0) for each in doors]

    def peers(self, limit: int) -> list[Endpoint]:
        return sorted(self._peers, key=lambda peer: (-self._peers[peer], peer))[:limit]

    # the memory

    def check_writable(self) -> None:
        """Memory takes everything."""

    def release_memory(self) -> None:
        """All of it is kept at hand."""

    def close(self) -> None:
        pass


def _copied(state: dict[Any, Any]) -> dict[Any, Any]:
    """With the dicts that are in it, of any depth; all else in an index never changes."""
    return {
        name: _copied(value) if isinstance(value, dict) else value
        for name, value in state.items()
    }
