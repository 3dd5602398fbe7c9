"""How things are: what ``status`` and the status page show."""

from collections import Counter
from dataclasses import dataclass

from swarmfeed.core.asks.views import FeedStatus, FetchProgress
from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.metainfo import chunk_name_prefix
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.ground.interests import Interest, Interests
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Index, Logs, Swarm, TorrentProgress

_FORKED = "the author signed two histories; the feed is stopped there"

_RELATIONS = {
    Interest.OWN: "own",
    Interest.FOLLOWED: "followed",
    Interest.FETCHED: "fetched",
    Interest.HISTORY: "history",
    Interest.FRIEND_OF_FRIEND: "friend of a friend",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a feed, or of an author, there is and is here."""

    entries: int = 0
    entries_held: int = 0
    bytes_held: int = 0
    bytes_total: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.entries + other.entries,
            self.entries_held + other.entries_held,
            self.bytes_held + other.bytes_held,
            self.bytes_total + other.bytes_total,
        )


class Reporter:
    """Puts numbers together; changes nothing."""

    def __init__(
        self,
        shelf: Shelf,
        logs: Logs,
        index: Index,
        interests: Interests,
        sessions: Sessions,
        fetcher: Fetcher,
        swarm: Swarm,
    ) -> None:
        self._shelf = shelf
        self._logs = logs
        self._index = index
        self._interests = interests
        self._sessions = sessions
        self._fetcher = fetcher
        self._swarm = swarm

    def feeds(self) -> tuple[FeedStatus, ...]:
        """All feeds, those of the strongest interest first."""
        progress = self._swarm.progress()
        uploaded_bytes = _uploaded_bytes(progress)
        ranked = sorted(
            self._shelf.feed_ids(),
            key=lambda each: (-(self._interest(each) or 0), each),
        )
        return tuple(self._feed(each, progress, uploaded_bytes) for each in ranked)

    def author_size(self, author_id: AuthorId) -> Size:
        """Sum over all feeds of the author that we know of."""
        progress = self._swarm.progress()
        sizes = (self._size(each, progress) for each in self._shelf.feeds_of(author_id))
        return sum(sizes, Size())

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        feeds = self._shelf.feeds_of(author_id)
        size = self.author_size(author_id)
        known = self._index.author(author_id)
        served = {str(each) for feed_id in feeds for each in self._fetcher.served_by(feed_id)}
        is_forked = any(self._shelf.is_forked(each) for each in feeds)
        return FetchProgress(
            author_id=author_id,
            name=known.name if known else "",
            entries_held=size.entries_held,
            entries_total=size.entries,
            bytes_held=size.bytes_held,
            bytes_total=size.bytes_total,
            holders=tuple(sorted(served)),
            done=bool(feeds) and all(self._shelf.is_complete(each) for each in feeds),
            searchable=all(self._is_searchable(each) for each in feeds),
            error=_FORKED if is_forked else "",
        )

    def sentence(self, *, running: bool) -> str:
        """How things are, for a person."""
        if not running:
            return "Offline: this command opened the data without the network."
        peers = len(self._sessions.all())
        if peers == 0:
            return "Alone: no other node is linked right now; posts are saved here."
        own = self._interests.with_interest(Interest.OWN)
        held_by = max(
            (self._held_by(each) for a in own for each in self._shelf.feeds_of(a)), default=0
        )
        links = "1 other node" if peers == 1 else f"{peers} other nodes"
        if held_by == 0:
            return f"Linked to {links}; nobody else holds your posts yet."
        keepers = "1 other node" if held_by == 1 else f"{held_by} other nodes"
        return f"Linked to {links}; your newest post is held by {keepers}."

    def disk_bytes(self) -> int:
        return sum(self._logs.disk_bytes(each) for each in self._shelf.feed_ids())

    # --- inside ---

    def _is_searchable(self, feed_id: FeedId) -> bool:
        """Whether the index has all that is held, as far as it is the author's."""
        last = self._shelf.end_of(feed_id)
        done = self._index.indexed_ranges(feed_id)
        return not any(
            subtract(start, end if last is None else min(end, last), done)
            for start, end in self._shelf.held_ranges(feed_id)
        )

    def _feed(
        self,
        feed_id: FeedId,
        progress: dict[bytes, TorrentProgress],
        uploaded_bytes: Counter[str],
    ) -> FeedStatus:
        replica = self._shelf.replica(feed_id)
        author_id = self._shelf.author_of(feed_id)
        assert replica is not None and author_id is not None, "every feed on the shelf has both"
        size = self._size(feed_id, progress)
        flying = self._flying(feed_id, progress)
        known = self._index.author(author_id)
        interest = self._interests.of(author_id)
        return FeedStatus(
            author_id=author_id,
            author_name=known.name if known else "",
            feed_id=feed_id,
            relation=_RELATIONS.get(interest, "") if interest else "",
            size=replica.size,
            root=replica.head.root,
            entries_held=size.entries_held,
            bytes_held=size.bytes_held,
            bytes_total=size.bytes_total,
            holders=self._holders(feed_id),
            held_by=self._held_by(feed_id),
            fetching=len(flying),
            rate_bytes_per_s=sum(each.down_bytes_per_s for each in flying),
            uploaded_bytes=uploaded_bytes[chunk_name_prefix(feed_id)],
            forked=self._shelf.is_forked(feed_id),
        )

    def _size(self, feed_id: FeedId, progress: dict[bytes, TorrentProgress]) -> Size:
        replica = self._shelf.replica(feed_id)
        assert replica is not None, "every feed on the shelf has a replica"
        held = self._logs.held(feed_id)
        tail_bytes = sum(map(len, replica.tail))
        sizes = {span: record.pieces.size_bytes for span, record in replica.chunks().items()}
        held_bytes = sum(size for span, size in sizes.items() if span in held)
        flying_bytes = sum(each.bytes_done for each in self._flying(feed_id, progress))
        return Size(
            entries=replica.size,
            entries_held=self._shelf.entries_held(feed_id),
            bytes_held=tail_bytes + held_bytes + flying_bytes,
            bytes_total=tail_bytes + sum(sizes.values()),
        )

    def _flying(
        self, feed_id: FeedId, progress: dict[bytes, TorrentProgress]
    ) -> list[TorrentProgress]:
        """Chunks of a feed that are being fetched now."""
        return [progress[key] for key in self._fetcher.in_flight(feed_id) if key in progress]

    def _interest(self, feed_id: FeedId) -> Interest | None:
        author_id = self._shelf.author_of(feed_id)
        return self._interests.of(author_id) if author_id else None

    def _holders(self, feed_id: FeedId) -> int:
        """Other nodes known to hold all of it or a part."""
        known = {each.node_id for each in self._index.holders(feed_id)}
        known |= {each.node_id for each in self._sessions.all() if feed_id in each.holds}
        return len(known)

    def _held_by(self, feed_id: FeedId) -> int:
        replica = self._shelf.replica(feed_id)
        size = replica.size if replica else 0
        return sum(1 for each in self._index.receipts(feed_id).values() if each >= size)


def _uploaded_bytes(progress: dict[bytes, TorrentProgress]) -> Counter[str]:
    """Sum over the chunks of each feed, by what their names begin with."""
    uploaded: Counter[str] = Counter()
    for each in progress.values():
        feed, _, _ = each.name.rsplit("-", 2)
        uploaded[f"{feed}-"] += each.uploaded_bytes
    return uploaded
