"""Torrents of chunks: single-file hybrids (BitTorrent v1 + v2), a pure function of hashes.

Any two nodes that know a chunk's record build the same info dict, so no metadata is asked
for and every swarm has one name.  No date, comment or tracker enters it.

Sources: BEP 3 (v1), BEP 52 (v2, hybrids), BEP 9 (magnet links).
"""

from base64 import b32decode, b32encode
from collections.abc import Sequence
from hashlib import sha1, sha256
from mmap import mmap
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.limits import PIECE_BYTES_MAX, PIECE_BYTES_MIN
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, Hash

_BLOCK_BYTES = 16 * 1024
"""Leaf of the v2 tree (BEP 52)."""

NAMED_BYTES: Final = 10
"""Of a feed's id, in the names of its torrents: 16 characters."""


class Pieces(Struct, frozen=True):
    """The piece hashes of one file, for both versions of BitTorrent."""

    size_bytes: int
    v1: bytes
    """SHA-1 of each piece, 20 bytes each (BEP 3 ``pieces``)."""
    v2: bytes
    """Root of each piece's tree of 16 KiB blocks, 32 bytes each (BEP 52 ``piece layers``; for
    a single piece, its one hash is the ``pieces root`` itself)."""


class ChunkTorrent(Struct, frozen=True):
    """A chunk as ordinary clients know it."""

    info_hash: bytes
    """SHA-1 of the info dict, 20 bytes (BEP 3): the swarm's name here."""
    info_hash_v2: bytes
    """SHA-256 of the same info dict, 32 bytes (BEP 52)."""
    name: str
    """File name: ``<feed address[:16]>-<level>-<position>.zst``, or ``-list-<entries>.ben``."""
    size_bytes: int
    piece_count: int
    torrent: bytes
    """The whole ``.torrent`` file, piece layers included."""


def piece_length(size_bytes: int) -> int:
    """Smallest power of two >= size, within 16 KiB and 1 MiB: small chunks are one piece."""
    wanted = 1 << max(size_bytes - 1, 0).bit_length()
    return min(max(wanted, PIECE_BYTES_MIN), PIECE_BYTES_MAX)


def piece_count(size_bytes: int) -> int:
    """Pieces of a file of ``size_bytes`` > 0."""
    return -(-size_bytes // piece_length(size_bytes))


def hash_pieces(content: bytes | mmap) -> Pieces:
    """Hash a file's content for both versions.  1.3 ms for 1 MiB."""
    length = piece_length(len(content))
    view = memoryview(content)
    pieces = [view[at : at + length] for at in range(0, len(content), length)]
    # For a file of one piece this is as wide as its blocks need (BEP 52): its piece length is
    # the smallest power of two that holds it.
    width = length // _BLOCK_BYTES
    return Pieces(
        len(content),
        b"".join(sha1(piece, usedforsecurity=False).digest() for piece in pieces),
        b"".join(_piece_root(piece, width) for piece in pieces),
    )


def is_undamaged(content: bytes, pieces: Pieces, start: int, end: int) -> bool:
    """Whether the pieces around bytes [start, end) of a file are what was hashed.

    Finds what a disk did, not what an enemy did: it compares the v1 hashes.
    """
    length = piece_length(pieces.size_bytes)
    if len(content) != pieces.size_bytes:
        return False
    return all(
        sha1(content[at * length : (at + 1) * length], usedforsecurity=False).digest()
        == pieces.v1[at * 20 : (at + 1) * 20]
        for at in range(start // length, -(-end // length))
    )


def is_piece(content: bytes, pieces: Pieces, number: int) -> bool:
    """Whether some bytes are a piece of a file, by both of its hashes.  1.3 ms for 1 MiB."""
    length = piece_length(pieces.size_bytes)
    end = min((number + 1) * length, pieces.size_bytes)
    if len(content) != end - number * length:
        return False
    v1 = sha1(content, usedforsecurity=False).digest()
    v2 = _piece_root(memoryview(content), length // _BLOCK_BYTES)
    return (v1, v2) == (
        pieces.v1[number * 20 : (number + 1) * 20],
        pieces.v2[number * 32 : (number + 1) * 32],
    )


def pieces_root(pieces: Pieces) -> Hash:
    """Return the BEP 52 ``pieces root`` of a file: its piece hashes under padding."""
    layer = [pieces.v2[at : at + 32] for at in range(0, len(pieces.v2), 32)]
    if len(layer) == 1:
        return Hash(layer[0])
    empty_piece = _fold([bytes(32)] * (piece_length(pieces.size_bytes) // _BLOCK_BYTES))
    padding = [empty_piece] * (_power_of_two(len(layer)) - len(layer))
    return Hash(_fold(layer + padding))


def chunk_name(feed_id: FeedId, span: ChunkSpan) -> str:
    """File and torrent name of a chunk: the first 80 bits of the feed id, level, position."""
    return f"{_named(feed_id)}-{span.level}-{span.position}.zst"


def named_by(name: str) -> bytes | None:
    """Return the first 80 bits of the id of the feed whose torrent has a name; None: it is a
    medium's."""
    feed, dash, _ = name.partition("-")
    return b32decode(feed, casefold=True) if dash else None


def _named(feed_id: FeedId) -> str:
    return b32encode(feed_id[:NAMED_BYTES]).decode("ascii").lower()


def chunk_torrent(feed_id: FeedId, span: ChunkSpan, pieces: Pieces) -> ChunkTorrent:
    """Build the torrent of a chunk."""
    return file_torrent(chunk_name(feed_id, span), pieces)


def list_torrent(feed_id: FeedId, sealed: int, pieces: Pieces) -> ChunkTorrent:
    """Build the torrent of a chunk list, as a file of its own: what chunks are checked by.

    Args:
        feed_id: Whose chunks it lists.
        sealed: How many entries these hold.
        pieces: Of the encoded list.
    """
    return file_torrent(f"{_named(feed_id)}-list-{sealed}.ben", pieces)


def file_torrent(name: str, pieces: Pieces) -> ChunkTorrent:
    """Build the torrent of one file; ``name`` is ASCII.

    Keys are in order by construction: this is bencoded by hand because it is made for each
    chunk of each feed at every start."""
    raw, size, root = name.encode("ascii"), pieces.size_bytes, pieces_root(pieces)
    info = b"".join(
        (
            b"d9:file treed%d:%bd0:d6:lengthi%de11:pieces root32:%beee"
            % (len(raw), raw, size, root),
            b"6:lengthi%de12:meta versioni2e4:name%d:%b" % (size, len(raw), raw),
            b"12:piece lengthi%de6:pieces%d:" % (piece_length(size), len(pieces.v1)),
            pieces.v1,
            b"e",
        )
    )
    layers = b""
    if len(pieces.v2) > 32:
        layers = b"32:%b%d:%b" % (root, len(pieces.v2), pieces.v2)
    return ChunkTorrent(
        info_hash=sha1(info, usedforsecurity=False).digest(),
        info_hash_v2=sha256(info).digest(),
        name=name,
        size_bytes=size,
        piece_count=piece_count(size),
        torrent=b"d4:info%b12:piece layersd%bee" % (info, layers),
    )


def magnet_link(torrent: ChunkTorrent, peers: Sequence[Endpoint] = ()) -> str:
    """Return the magnet link (BEP 9): every client that takes the torrent takes the link.

    It has the v1 hash alone.  rtorrent refuses a link that has another beside it, and a
    client that was given one torrent under two names might hold it twice.

    Args:
        torrent: What to fetch.
        peers: Who has it; a client that knows no tracker and no DHT goes there.
    """
    places = "".join(f"&x.pe={each}" for each in peers)
    return (
        f"magnet:?xt=urn:btih:{torrent.info_hash.hex()}"
        f"&dn={torrent.name}&xl={torrent.size_bytes}{places}"
    )


def _piece_root(piece: memoryview, width: int) -> bytes:
    blocks = [
        sha256(piece[at : at + _BLOCK_BYTES]).digest()
        for at in range(0, len(piece), _BLOCK_BYTES)
    ]
    return _fold(blocks + [bytes(32)] * (width - len(blocks)))


def _fold(row: list[bytes]) -> bytes:
    """Root of a BEP 52 tree over a power of two of hashes; no prefixes there."""
    while len(row) > 1:
        row = [sha256(row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


def _power_of_two(count: int) -> int:
    """Smallest power of two >= count, for count >= 1."""
    return 1 << (count - 1).bit_length()
