"""Torrents of chunks: libtorrent is the reference, its own hashing of real files included."""

from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

import libtorrent as lt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import ChunkSpan, Endpoint
from swarmfeed.core.feed.medium import medium_torrent
from swarmfeed.core.feed.metainfo import (
    NAMED_BYTES,
    ChunkTorrent,
    Pieces,
    chunk_name,
    chunk_torrent,
    hash_pieces,
    is_piece,
    is_undamaged,
    list_torrent,
    magnet_link,
    named_by,
    piece_count,
    piece_length,
    pieces_root,
)

from tests.core.samples import FEED

KIB, MIB = 1024, 1024 * 1024
SPAN = ChunkSpan(1, 7)
SIZES = [
    1,
    100,
    16 * KIB - 1,
    16 * KIB,
    16 * KIB + 1,
    48 * KIB,
    MIB - 1,
    MIB,
    MIB + 1,
    MIB + 16 * KIB,
    2 * MIB,
    2 * MIB + 1,
    3 * MIB,
]


def content_of(size: int) -> bytes:
    block = bytes(range(256)) * 7 + b"not aligned to any block"
    return (block * (size // len(block) + 1))[:size]


def torrent_of(content: bytes) -> ChunkTorrent:
    return chunk_torrent(FEED, SPAN, hash_pieces(content))


def made_by_libtorrent(folder: Path, content: bytes) -> dict[bytes, Any]:
    """Let libtorrent read and hash the file itself; return the torrent as it decodes it."""
    name = chunk_name(FEED, SPAN)
    (folder / name).write_bytes(content)
    entry = lt.create_file_entry(name, len(content))
    creator = lt.create_torrent([entry], piece_length(len(content)))
    lt.set_piece_hashes(creator, str(folder))
    return cast(dict[bytes, Any], lt.bdecode(lt.bencode(creator.generate())))


@pytest.mark.parametrize("size", SIZES)
def test_libtorrent_makes_the_same_torrent_of_the_same_file(tmp_path: Path, size: int) -> None:
    content = content_of(size)
    ours = torrent_of(content)
    theirs = made_by_libtorrent(tmp_path, content)
    info = lt.bencode(theirs[b"info"])
    assert sha1(info, usedforsecurity=False).digest() == ours.info_hash
    assert sha256(info).digest() == ours.info_hash_v2
    layers = theirs.get(b"piece layers", {})
    assert ours.torrent == lt.bencode({b"info": theirs[b"info"], b"piece layers": layers})
    assert len(layers) == (size > MIB), "only files of several pieces have a layer"


@pytest.mark.parametrize("size", SIZES)
def test_libtorrent_reads_our_torrent(size: int) -> None:
    ours = torrent_of(content_of(size))
    read = lt.load_torrent_buffer(ours.torrent)
    info = read.ti
    assert info is not None
    assert info.info_hashes().v1.to_bytes() == ours.info_hash
    assert info.info_hashes().v2.to_bytes() == ours.info_hash_v2
    assert info.num_files() == 1
    assert info.layout().file_path(0) == ours.name == chunk_name(FEED, SPAN)
    assert info.total_size() == ours.size_bytes == size
    assert info.num_pieces() == ours.piece_count == piece_count(size)


def test_the_torrent_is_these_bytes() -> None:
    """One small file, from raw bytes to published shape (BEP 3, BEP 52: keys in order)."""
    content = b"swarm" * 20
    ours = torrent_of(content)
    # printf 'swarm%.0s' {1..20} | sha1sum, and | sha256sum: one block is its own tree.
    v1 = bytes.fromhex("7dc269e4f79c5f5f212c0c8aae5e9f52097d1895")
    v2 = bytes.fromhex("75a8253c425350ff7ebe449894684bb93597e2d1a490155434079013e64e5a2f")
    name = b"%d:%b" % (len(ours.name), ours.name.encode())
    assert ours.torrent == (
        b"d4:infod9:file treed" + name + b"d0:d6:lengthi100e11:pieces root32:" + v2 + b"eee"
        b"6:lengthi100e12:meta versioni2e4:name" + name + b"12:piece lengthi16384e"
        b"6:pieces20:" + v1 + b"e12:piece layersdee"
    )


def test_the_name_says_feed_level_and_position() -> None:
    assert chunk_name(FEED, ChunkSpan(3, 4095)) == "aoqqpp7tzyil4hlq-3-4095.zst"


def test_a_name_tells_whose_it_is() -> None:
    pieces = Pieces(1, bytes(20), bytes(32))
    for torrent in (chunk_torrent(FEED, SPAN, pieces), list_torrent(FEED, 7, pieces)):
        assert named_by(torrent.name) == FEED[:NAMED_BYTES]
    assert named_by(medium_torrent(pieces).name) is None


@pytest.mark.parametrize(
    ("size", "length", "count"),
    [
        (1, 16 * KIB, 1),
        (16 * KIB, 16 * KIB, 1),
        (16 * KIB + 1, 32 * KIB, 1),
        (40_000, 64 * KIB, 1),
        (MIB, MIB, 1),
        (MIB + 1, MIB, 2),
        (2 * MIB, MIB, 2),
        (45_000_000, MIB, 43),
    ],
)
def test_small_chunks_are_one_piece_and_no_piece_is_longer_than_a_mebibyte(
    size: int, length: int, count: int
) -> None:
    assert (piece_length(size), piece_count(size)) == (length, count)


@given(st.integers(1, 2**40))
def test_a_piece_length_is_a_power_of_two(size: int) -> None:
    length = piece_length(size)
    assert length.bit_count() == 1
    assert 16 * KIB <= length <= MIB
    assert (piece_count(size) - 1) * length < size <= piece_count(size) * length


@pytest.mark.parametrize("size", [20_000, MIB + 5])
def test_every_changed_byte_gives_another_swarm(size: int) -> None:
    content = content_of(size)
    ours = torrent_of(content)
    for at in (0, 16 * KIB, size - 1):
        other = torrent_of(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert other.info_hash != ours.info_hash
        assert other.info_hash_v2 != ours.info_hash_v2
    pieces = hash_pieces(content)
    assert chunk_torrent(FEED, ChunkSpan(1, 8), pieces).info_hash != ours.info_hash


def test_the_pieces_root_of_one_piece_is_its_hash() -> None:
    pieces = hash_pieces(b"x")
    assert pieces_root(pieces) == pieces.v2


def test_libtorrent_reads_our_magnet_link() -> None:
    ours = torrent_of(content_of(2 * MIB + 1))
    peers = [Endpoint("127.0.0.9", 5_000), Endpoint("::1", 5_001)]
    read = lt.parse_magnet_uri(magnet_link(ours, peers))
    assert read.info_hashes.v1.to_bytes() == ours.info_hash
    assert read.name == ours.name
    assert read.peers == [(each.host, each.port) for each in peers]
    assert magnet_link(ours).endswith(f"&xl={2 * MIB + 1}")


def test_a_magnet_link_has_one_name_of_its_torrent() -> None:
    """rtorrent 0.9.8 refuses a link with two."""
    link = magnet_link(torrent_of(b"x"), [Endpoint("127.0.0.9", 5_000)])
    names = [value for key, value in parse_qsl(link.partition("?")[2]) if key == "xt"]
    assert names == ["urn:btih:" + torrent_of(b"x").info_hash.hex()]


@pytest.mark.attack("A29")
@pytest.mark.parametrize("size_bytes", [1, 20_000, 2_500_000])
def test_only_pieces_around_a_damaged_byte_are_damaged(size_bytes: int) -> None:
    content = bytes(range(251)) * (size_bytes // 251 + 1)
    content = content[:size_bytes]
    pieces = hash_pieces(content)
    assert is_undamaged(content, pieces, 0, size_bytes)
    assert not is_undamaged(content[:-1], pieces, 0, 1)
    last = content[:-1] + bytes([content[-1] ^ 1])
    assert not is_undamaged(last, pieces, size_bytes - 1, size_bytes)
    assert is_undamaged(last, pieces, 0, 1) == (size_bytes > 1024 * 1024)


@pytest.mark.parametrize("size", SIZES)
def test_each_piece_is_known_by_both_hashes(size: int) -> None:
    content = content_of(size)
    pieces, length = hash_pieces(content), piece_length(size)
    for number in range(piece_count(size)):
        piece = content[number * length : (number + 1) * length]
        assert is_piece(piece, pieces, number)
        assert not is_piece(piece + b"x", pieces, number)
        assert not is_piece(piece[:-1] + bytes([piece[-1] ^ 1]), pieces, number)
