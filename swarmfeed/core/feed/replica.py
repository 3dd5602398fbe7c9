"""A replica of a feed: what may enter it, and how it grows.

    [ chunk ][ chunk ][chunk]...[ tail ]      head signs size, root and the chunk list's hash
      sealed, in swarms          < 256        the tail travels over the peer link

A replica never goes back: a smaller head is refused, a contradicting one is a fork, and both
signed heads of a fork are kept as its proof.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import hash_whole
from swarmfeed.core.feed.chunklist import (
    ChunkRecord,
    covering_spans,
    decode_chunk_list,
    encode_chunk_list,
    hash_chunk_list,
    sealed_end,
    sealed_frontier,
)
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.head import Head, Sign, open_head, sign_head
from swarmfeed.core.feed.merkle import Frontier, consistency_roots
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.feed.sealing import LoadChunk, build, cover, seal, seal_after
from swarmfeed.core.feed.withdrawal import named_in, strip_all, without_named
from swarmfeed.errors import (
    BadEncodingError,
    BadProofError,
    ForkError,
    RetryError,
    RollbackError,
)


class Replica(Struct, frozen=True):
    """The newest verified state of a feed, its chunks' bytes aside.

    Invariant: the records' roots and the tail's hashes give ``head.root``; the hash of
    ``chunk_list`` is ``head.chunks_hash``; the feed key signed ``signed_head``.
    """

    head: Head
    signed_head: bytes
    records: tuple[ChunkRecord, ...]
    """One for each of ``covering_spans(head.size)``."""
    chunk_list: bytes
    """The records, encoded."""
    tail: tuple[bytes, ...]
    """Stored entries [tail_start, head.size)."""
    frontier: Frontier
    """Over all ``head.size`` entries."""

    @property
    def feed_id(self) -> FeedId:
        return self.head.feed_id

    @property
    def size(self) -> int:
        return self.head.size

    @property
    def tail_start(self) -> int:
        """First entry of the tail (inclusive)."""
        return sealed_end(self.head.size)

    def chunks(self) -> dict[ChunkSpan, ChunkRecord]:
        """Sealed chunks, oldest first."""
        if not self.records:
            return {}  # of most feeds there is none, and this is asked often
        return dict(zip(covering_spans(self.head.size), self.records, strict=True))


class Growth(Struct, frozen=True):
    """An own feed after an append: the new replica, and chunks that come with it."""

    replica: Replica
    chunks: tuple[tuple[ChunkSpan, bytes], ...]
    """Those that are new, and those that take the place of one of the same span."""


def open_replica(
    feed_id: FeedId,
    signed_head: bytes,
    chunk_list: bytes,
    tail: Sequence[bytes],
    verify: Verify = verify_signature,
) -> Replica:
    """Verify a head together with its chunk list and tail.

    Bodies that the tail itself withdraws are dropped, if somebody still has them.

    Raises:
        BadSignatureError: The feed key did not sign this head.
        BadEncodingError: Chunk list or tail do not fit the head's size or are malformed.
        BadProofError: They lead to another root, or the list is not the signed one.
    """
    head = open_head(signed_head, feed_id, verify)
    if head.size < 1:
        raise BadEncodingError("head of an empty feed")
    if hash_chunk_list(chunk_list) != head.chunks_hash:
        raise BadProofError("chunk list is not the one the head signs")
    records = decode_chunk_list(chunk_list, head.size)
    frontier = sealed_frontier(records, head.size)
    if frontier.size + len(tail) != head.size:
        raise BadEncodingError(f"tail has {len(tail)} entries")
    frontier = _append_all(frontier, tail)
    if frontier.root() != head.root:
        raise BadProofError("chunk list and tail lead to another root")
    left = tuple(without_named(tail, sealed_end(head.size)))
    return Replica(head, signed_head, records, chunk_list, left, frontier)


def extend_replica(
    known: Replica, start: int, stored: Sequence[bytes], signed_head: bytes, chunk_list: bytes
) -> Replica:
    """Add entries that were pushed live: [start, start + len(stored)) of the same feed.

    Args:
        known: What we have; start <= known.size.
        start: Index of the first pushed entry; entries we have already are passed over.
        stored: Stored entries.
        signed_head: Head that covers exactly these entries.
        chunk_list: Empty when no chunk was sealed in between.

    Raises:
        RollbackError: Nothing in it is new.
        ForkError: A head of the size we have, over other entries.
        BadProofError: The entries are not what the head signs, or do not follow on ours.
    """
    if start > known.size:
        raise BadProofError(f"entries start at {start}, we have {known.size}")
    head = open_head(signed_head, known.feed_id)
    check_order(known, head, signed_head)
    if start + len(stored) != head.size:
        raise BadProofError(f"entries end at {start + len(stored)}, the head at {head.size}")
    new = stored[known.size - start :]
    if sealed_end(head.size) != known.tail_start or chunk_list:
        pending = [*known.tail, *new]
        in_tail = pending[sealed_end(head.size) - known.tail_start :]
        after = open_replica(known.feed_id, signed_head, chunk_list, in_tail)
        _check_pending(known, after, pending)
        return after
    if head.chunks_hash != known.head.chunks_hash:
        raise BadProofError("the head signs another chunk list")
    frontier = _append_all(known.frontier, new)
    if frontier.root() != head.root:
        raise BadProofError("pushed entries lead to another root")
    tail = _longer_tail(known, new)
    return Replica(head, signed_head, known.records, known.chunk_list, tail, frontier)


def check_offer(known: Replica | None, offered: Replica, full_proof: Sequence[Hash]) -> None:
    """Check that a verified offer may take the place of what we have.

    Raises:
        RollbackError: It is older, or the same.
        BadProofError: It is newer, but the consistency proof does not show it.
        ForkError: The author signed two histories.
    """
    if known is None:
        return
    check_order(known, offered.head, offered.signed_head)
    if known.size == offered.size:
        return
    old_root, new_root = consistency_roots(known.size, offered.size, full_proof)
    if new_root != offered.head.root:
        raise BadProofError("consistency proof leads to another root")
    if old_root != known.head.root:
        raise ForkError(known.signed_head, offered.signed_head)


def open_offer(
    known: Replica | None,
    feed_id: FeedId,
    signed_head: bytes,
    chunk_list: bytes,
    tail: Sequence[bytes],
    full_proof: Sequence[Hash],
) -> Replica:
    """Verify an offer that may take the place of what we have.

    An older head is known by its size: its list and its tail are not worth a look.

    Raises:
        RollbackError: It is older, or the same.
        RetryError: It is newer, but the proof does not show it.
        ForkError: The author signed two histories.
        RemoteError: It is false; see ``open_replica``.
    """
    if known is not None:
        check_order(known, open_head(signed_head, feed_id), signed_head)
    offered = open_replica(feed_id, signed_head, chunk_list, tail)
    try:
        check_offer(known, offered, full_proof)
    except BadProofError as error:
        raise RetryError(str(error)) from error
    return offered


def check_order(known: Replica, offered: Head, signed_offer: bytes) -> None:
    """Check size, root and time of an offered head against what we have.

    Raises:
        RollbackError: Smaller, or of the same size and not newer.
        ForkError: Same size, other root.
    """
    if offered.size < known.size:
        raise RollbackError(f"head of {offered.size} entries, we have {known.size}")
    if offered.size > known.size:
        return
    if offered.root != known.head.root:
        raise ForkError(known.signed_head, signed_offer)
    # The same entries under a new chunk list: a body was withdrawn.
    if offered.time_ms <= known.head.time_ms or offered.chunks_hash == known.head.chunks_hash:
        raise RollbackError(f"head of {offered.size} entries is known")


def verify_fork(
    feed_id: FeedId, first: bytes, second: bytes, full_proof: Sequence[Hash]
) -> None:
    """Check that two signed heads cannot both be true.

    Raises:
        BadSignatureError, BadEncodingError: Not heads of that feed.
        BadProofError: They do not contradict each other, or the proof does not show it.
    """
    old, new = open_head(first, feed_id), open_head(second, feed_id)
    if old.size == new.size:
        if old.root == new.root:
            raise BadProofError("both heads have the same root")
        if full_proof:
            raise BadProofError("two heads of one size need no further proof")
        return
    if not 0 < old.size < new.size:
        raise BadProofError("heads of a fork proof stand in the wrong order")
    old_root, new_root = consistency_roots(old.size, new.size, full_proof)
    if new_root != new.root or old_root == old.root:
        raise BadProofError("the heads do not contradict each other")


def grow(
    known: Replica | None,
    feed_id: FeedId,
    stored: Sequence[bytes],
    *,
    now_ms: int,
    sign: Sign,
    load: LoadChunk,
    going: Collection[int] = (),
) -> Growth:
    """Append entries to an own feed: seal full chunks, merge 16 into one, sign the head.

    Bodies in the tail go with the entry that withdraws them.

    Args:
        known: The feed so far; None starts it.
        stored: One or more stored entries.
        load: Reads chunks that were written before, to merge them.
        going: Entries in sealed chunks whose bodies go with this head: they are withdrawn, now
            or before.

    Raises:
        BadEncodingError: One of ``stored`` is not an entry.  Nothing was signed.
    """
    size = (known.size if known else 0) + len(stored)
    assert size > 0, "nobody takes a head of an empty feed"
    start = known.tail_start if known else 0
    if known is not None and sealed_end(size) == start and not any(n < start for n in going):
        return Growth(_append_to_tail(known, stored, now_ms, sign), ())
    before, hashes = known.frontier if known else Frontier(), hash_whole(stored)[1]
    pending = without_named([*(known.tail if known else ()), *stored], start)
    frames = seal_after(before, pending, hashes)
    old = known.chunks() if known else {}
    sealed_going = [index for index in going if index < start]
    records, made = cover(size, frames, old, load, sealed_going)
    tail = tuple(pending[sealed_end(size) - start :])
    frontier = _count_on(before, hashes, records, len(tail))
    return Growth(_sign(feed_id, records, tail, frontier, now_ms, sign), made)


def chunks_made_here(
    known: Replica, newer: Replica, pending: Sequence[bytes], load: LoadChunk
) -> Iterable[tuple[ChunkSpan, bytes]]:
    """Yield chunks that were sealed since ``known`` and that we can make ourselves.

    A follower that saw all entries of a chunk has no need to fetch it: the same entries mostly
    give the same bytes, and where another encoder made others, the hashes tell.

    Args:
        pending: Stored entries [known.tail_start, newer.size).
        load: Reads older chunks; it may raise to say that one is not held.
    """
    frames = seal(without_named(pending, known.tail_start), known.tail_start)
    old = known.chunks()
    for span, record in newer.chunks().items():
        if span in old or span.end > newer.tail_start:
            continue
        chunk, _ = build(span, frames, old, load)
        if hash_pieces(chunk) == record.pieces:
            yield span, chunk


def _append_to_tail(
    known: Replica, stored: Sequence[bytes], now_ms: int, sign: Sign
) -> Replica:
    """The common case: nothing is sealed, one signature and a few hashes."""
    frontier = _append_all(known.frontier, stored)
    head = Head(
        feed_id=known.feed_id,
        size=frontier.size,
        root=frontier.root(),
        time_ms=now_ms,
        chunks_hash=known.head.chunks_hash,
    )
    return Replica(
        head,
        sign_head(head, sign),
        known.records,
        known.chunk_list,
        _longer_tail(known, stored),
        frontier,
    )


def _longer_tail(known: Replica, new: Sequence[bytes]) -> tuple[bytes, ...]:
    """Add entries to the tail; what it withdraws itself is gone from it already."""
    named = named_in(new, known.size)
    longer = (*known.tail, *new)
    return tuple(strip_all(longer, known.tail_start, named)) if named else longer


def _count_on(
    before: Frontier, hashes: Sequence[Hash], records: Sequence[ChunkRecord], in_tail: int
) -> Frontier:
    """The tree over ``before`` and these; what is sealed of it is in the records."""
    if in_tail > len(hashes):
        return before.append(hashes)
    size = before.size + len(hashes)
    return sealed_frontier(records, size).append(hashes[len(hashes) - in_tail :])


def _sign(
    feed_id: FeedId,
    records: tuple[ChunkRecord, ...],
    tail: tuple[bytes, ...],
    frontier: Frontier,
    now_ms: int,
    sign: Sign,
) -> Replica:
    chunk_list = encode_chunk_list(records)
    head = Head(
        feed_id=feed_id,
        size=frontier.size,
        root=frontier.root(),
        time_ms=now_ms,
        chunks_hash=hash_chunk_list(chunk_list),
    )
    return Replica(head, sign_head(head, sign), records, chunk_list, tail, frontier)


def _append_all(frontier: Frontier, stored: Sequence[bytes]) -> Frontier:
    if len(stored) == 1:
        return frontier.append([hash_stored(stored[0])])  # a third of the time
    return frontier.append(hash_whole(stored)[1])


def _check_pending(known: Replica, after: Replica, pending: Sequence[bytes]) -> None:
    """Check that newly sealed chunks hold the very entries we have seen.

    The new root was only checked against the new chunk list; that it extends our own entries
    is checked here, by sealing those that we have.
    """
    frontier = Frontier(known.tail_start, sealed_frontier(known.records, known.size).roots)
    frontier = _append_all(frontier, pending)
    if frontier.root() != after.head.root:
        raise BadProofError("pushed entries are not what the sealed chunk holds")
