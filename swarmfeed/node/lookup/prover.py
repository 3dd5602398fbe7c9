"""Proves posts from what is on disk, a frame of entries at a time."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import Entry, decode_entry
from swarmfeed.core.feed.kinds import (
    EditBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
    decode_body,
)
from swarmfeed.core.feed.limits import PROVEN_CERTIFICATES_MAX
from swarmfeed.core.feed.proven import (
    Proven,
    ProvenApart,
    ProvenPost,
    check_post,
    proving_certificates,
)
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports.recent import Looked, RecentPost

logger = structlog.get_logger()

Known = Callable[[FeedId, Sequence[bytes], int, int], Collection[int]]
"""Which of the entries [start, end) of a feed are posts that need no proof any more, as long as
these certificates prove whose it is."""


class Scanned(Struct):
    """What stands in some entries of a feed."""

    posts: list[int] = field(default_factory=list)
    edits: dict[int, int] = field(default_factory=dict)
    """Which entry has the newest text of a post."""
    withdrawn: list[int] = field(default_factory=list)
    profile: int | None = None
    """The newest one among them."""

    def indexes(self) -> list[int]:
        """All that have to be proven, ascending."""
        profile = [] if self.profile is None else [self.profile]
        return sorted({*self.posts, *self.edits, *self.edits.values(), *profile})


class ProvenPiece(Struct, frozen=True, kw_only=True):
    """What was found in some entries."""

    looked: Looked
    posts: Sequence[RecentPost]


class PostProver:
    """Looks through feeds that are held."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._prover = ground.prover
        self._clock = ground.shells.clock

    async def prove(
        self, feed_id: FeedId, start: int, end: int, first_ms: int, known: Known
    ) -> AsyncIterator[ProvenPiece]:
        """Yield the posts among entries [start, end) that are held, not older than a time.

        Those that are known are left out, unless they were edited in there.

        Raises:
            DamageError: A chunk is not what was written.
            RemoteError: What is in it is no chunk.
        """
        for first, stop in self._pieces(feed_id, start, end):
            replica, certificates = self._shelf.replica(feed_id), self._certificates(feed_id)
            if replica is None or not certificates:
                return  # it was let go meanwhile
            known_here = partial(known, feed_id, certificates, first, stop)
            scanned = await off_loop(
                partial(self._scan, feed_id, first, stop, first_ms, known_here)
            )
            if self._shelf.replica(feed_id) is None:
                return  # it was let go while it was read
            proven = await self._prove(replica, scanned)
            hits = _hits(replica, certificates, scanned, proven)
            yield ProvenPiece(
                looked=Looked(
                    feed_id=feed_id,
                    start=first,
                    end=stop,
                    withdrawn=tuple(scanned.withdrawn),
                    profile=_apart(replica, scanned.profile, proven),
                ),
                posts=await off_loop(partial(check_all, hits, self._clock.now_ms())),
            )

    def _scan(
        self,
        feed_id: FeedId,
        first: int,
        stop: int,
        first_ms: int,
        known_here: Callable[[], Collection[int]],
    ) -> Scanned:
        scanned = scan(self._shelf.read_entries(feed_id, first, stop), first, first_ms)
        there = known_here()
        scanned.posts = [each for each in scanned.posts if each not in there]
        return scanned

    def _certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        """What proves whose a feed is; nothing where that is more than comes with a post."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None:
            return ()
        found = proving_certificates(feed_id, self._shelf.opened(author_id))
        return found if len(found) <= PROVEN_CERTIFICATES_MAX else ()

    def _pieces(self, feed_id: FeedId, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Cut what is held of [start, end), ascending, and only what is the author's."""
        if self._shelf.replica(feed_id) is None:
            return
        own_end = self._shelf.end_of(feed_id)
        end = end if own_end is None else min(end, own_end)
        for low, high in reversed(self._shelf.held_ranges(feed_id)):
            first, stop = max(low, start), min(high, end)
            while first < stop:
                cut = min(stop, first - first % CHUNK_ENTRIES + CHUNK_ENTRIES)
                yield first, cut
                first = cut

    async def _prove(self, replica: Replica, scanned: Scanned) -> dict[int, Proven]:
        held = self._shelf.held_ranges(replica.feed_id)
        indexes = [each for each in scanned.indexes() if _is_in(each, held)]
        found = await self._prover.inclusions(replica, indexes) if indexes else []
        return {
            index: Proven(index=index, stored=stored, proof=proof)
            for index, (stored, proof) in zip(indexes, found, strict=True)
        }


def _apart(
    replica: Replica, index: int | None, proven: dict[int, Proven]
) -> ProvenApart | None:
    entry = proven.get(-1 if index is None else index)
    return None if entry is None else ProvenApart(head=replica.signed_head, entry=entry)


def _hits(
    replica: Replica,
    certificates: tuple[bytes, ...],
    scanned: Scanned,
    proven: dict[int, Proven],
) -> list[ProvenPost]:
    return [
        ProvenPost(
            feed_id=replica.feed_id,
            head=replica.signed_head,
            certificates=certificates,
            post=proven[index],
            edit=_apart(replica, scanned.edits.get(index), proven),
        )
        for index in sorted({*scanned.posts, *scanned.edits} - {*scanned.withdrawn})
        if index in proven and _is_post(proven[index])
    ]


def check_all(hits: Iterable[ProvenPost], now_ms: int) -> list[RecentPost]:
    """Return what is true of some posts; the others are nobody's business."""
    found = []
    for hit in hits:
        try:
            found.append(RecentPost(proven=hit, checked=check_post(hit, now_ms)))
        except RemoteError as error:
            logger.debug("a post is not proven", reason=str(error))
    return found


def scan(records: Iterable[bytes], first: int, first_ms: int) -> Scanned:
    """Return what stands in entries, of which the first one has an index.

    Args:
        records: As they are stored.
        first: Index of the first one.
        first_ms: Posts that claim to be older are left out.
    """
    found = Scanned()
    for index, stored in enumerate(records, start=first):
        try:
            _note(found, index, decode_entry(stored), first_ms)
        except RemoteError:
            continue  # its author signed what is no such thing; nobody else's posts go with it
    return found


def _note(found: Scanned, index: int, entry: Entry, first_ms: int) -> None:
    """Raises RemoteError when the entry is not of the kind that it says."""
    if entry.body is None or entry.kind not in _SCANNED:
        return
    match decode_body(entry.kind, entry.body):
        case PostBody() if entry.time_ms >= first_ms:
            found.posts.append(index)
        case EditBody(index=edited):
            found.edits[edited] = index
        case WithdrawBody(index=gone):
            found.withdrawn.append(gone)
        case ProfileBody():
            found.profile = index


_SCANNED = frozenset(each.kind for each in (PostBody, EditBody, WithdrawBody, ProfileBody))


def _is_post(proven: Proven) -> bool:
    entry = decode_entry(proven.stored)
    return entry.kind == PostBody.kind and entry.body is not None


def _is_in(index: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(start <= index < end for start, end in ranges)
