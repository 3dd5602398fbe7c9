"""What an author leaves in the DHT for those who come when nobody of swarmfeed is there.

    gate key,  salt "feed"    ->  the newest feed's id, and what proves it  (``gate``)
    feed key,  salt "sealed"  ->  the deposit:

    {"c": join or keep, "h": head over the sealed chunks, "n": bytes of the chunk list,
     "o": [other feeds of the author], "p": BEP 52 piece hash of the list, "s": BEP 3}

The chunk list is a torrent, as the chunks are: plain clients hold both.  So whoever knows an
author's address comes from the gate to the deposit, from there to the list, which the head
signs, and from the list to each chunk.  What is not sealed yet has no part in it.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Fields, decode_fields, encode
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    CHUNK_LIST_BYTES_MAX,
    HEAD_BYTES_MAX,
    KEY_BYTES,
)
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.chunklist import sealed_end, sealed_frontier
from swarmfeed.core.feed.head import Head, Sign, open_head, sign_head
from swarmfeed.core.feed.limits import DEPOSIT_FEEDS_MAX
from swarmfeed.core.feed.metainfo import ChunkTorrent, Pieces, hash_pieces, list_torrent
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import BadEncodingError

_SHA1_BYTES: Final = 20
_SHA256_BYTES: Final = 32


class Deposit(Struct, frozen=True, kw_only=True):
    """What a newcomer checks a feed's sealed chunks by."""

    join: bytes
    """The signed join or keep that makes the feed the author's."""
    head: Head
    signed_head: bytes
    """Covers the sealed chunks and nothing else."""
    pieces: Pieces
    """Of the encoded chunk list."""
    others: tuple[FeedId, ...] = ()
    """Other feeds of the author, as far as there is room."""

    @property
    def torrent(self) -> ChunkTorrent:
        """The chunk list, as plain clients have it."""
        return list_torrent(self.head.feed_id, self.head.size, self.pieces)


def make_deposit(
    replica: Replica, join: bytes, others: Sequence[FeedId], sign: Sign
) -> Deposit | None:
    """Make the deposit of an own feed; None while no chunk of it is sealed.

    The head over the sealed chunks alone says nothing that the newest head does not: its
    entries are the first of the same history.
    """
    sealed = sealed_end(replica.size)
    if sealed == 0:
        return None
    signed_head, head = replica.signed_head, replica.head
    if sealed < replica.size:
        root = sealed_frontier(replica.records, replica.size).root()
        head = Head(
            feed_id=replica.feed_id,
            size=sealed,
            root=root,
            time_ms=replica.head.time_ms,
            chunks_hash=replica.head.chunks_hash,
        )
        signed_head = sign_head(head, sign)
    return Deposit(
        join=join,
        head=head,
        signed_head=signed_head,
        pieces=hash_pieces(replica.chunk_list),
        others=tuple(others[:DEPOSIT_FEEDS_MAX]),
    )


def torrent_of_list(replica: Replica) -> ChunkTorrent | None:
    """The newest chunk list as plain clients have it; None while no chunk is sealed."""
    sealed = sealed_end(replica.size)
    if sealed == 0:
        return None
    return list_torrent(replica.feed_id, sealed, hash_pieces(replica.chunk_list))


def encode_deposit(deposit: Deposit) -> bytes:
    """Return the value of the item; other feeds are left out as far as there is no room."""
    for count in range(len(deposit.others), -1, -1):
        value = encode(
            {
                b"c": deposit.join,
                b"h": deposit.signed_head,
                b"n": deposit.pieces.size_bytes,
                b"o": list(deposit.others[:count]),
                b"p": deposit.pieces.v2,
                b"s": deposit.pieces.v1,
            }
        )
        if len(value) <= KRPC_VALUE_BYTES_MAX:
            return value
    raise BadEncodingError("a certificate or head is too long for the DHT")


def decode_deposit(value: bytes, feed_id: FeedId, seq: int) -> Deposit:
    """Read a deposit, and verify its head; its certificate is not looked at.

    Args:
        value: Of the item.
        feed_id: Whose key the item is under.
        seq: Its sequence number: entries of the newest head when it was made.

    Raises:
        BadEncodingError: Not a deposit, or one over another number of entries than sealed.
        BadSignatureError: The head is not that feed's.
    """
    fields = decode_fields(value, "deposit", limit_bytes=KRPC_VALUE_BYTES_MAX)
    signed_head = fields.take_bytes(b"h", bytes_max=HEAD_BYTES_MAX)
    head = open_head(signed_head, feed_id)
    if not head.size or sealed_end(head.size) != head.size or sealed_end(seq) != head.size:
        raise BadEncodingError(f"a deposit over {head.size} entries")
    size_bytes = fields.take_int(b"n", 1, CHUNK_LIST_BYTES_MAX)
    v2 = fields.take_bytes(b"p", length=_SHA256_BYTES)
    v1 = fields.take_bytes(b"s", length=_SHA1_BYTES)
    return Deposit(
        join=fields.take_bytes(b"c", bytes_max=CERTIFICATE_BYTES_MAX),
        head=head,
        signed_head=signed_head,
        pieces=Pieces(size_bytes, v1, v2),
        others=_others(fields),
    )


def _others(fields: Fields) -> tuple[FeedId, ...]:
    found = fields.take_list(b"o", count_max=DEPOSIT_FEEDS_MAX)
    if not all(isinstance(each, bytes) and len(each) == KEY_BYTES for each in found):
        raise BadEncodingError("deposit.o is not a list of feed ids")
    return tuple(FeedId(each) for each in found if isinstance(each, bytes))
