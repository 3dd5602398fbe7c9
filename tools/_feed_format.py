"""The formats of docs/FORMAT.md, read by a second implementation.

Nothing of swarmfeed is imported.  Written to be compared with the page, section by section;
``verify_feed.py`` uses it.
"""

import re
from base64 import b32decode, b32encode, b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha1, sha3_256, sha256
from itertools import pairwise
from typing import Any

import zstandard
from _ed25519 import is_signature

BLOCK, PIECE_MAX = 16 * 1024, 1024 * 1024
FRAME_MAX, BLOCKS_MAX = 2_113_538, 4_096
CHUNK_LIST_MAX, HEAD_MAX = 1024 * 1024, 996
VALUES_MAX = 400_000


class Invalid(Exception):
    """A rule of FORMAT.md is broken; the message says which."""


# --- section 1: bencode ---


def need(truth: object, problem: str) -> None:
    """Raise unless something holds."""
    if not truth:
        raise Invalid(problem)


def decode(data: bytes, what: str) -> Any:
    """Read one canonical value that takes all of ``data``."""
    value, end = decode_at(data, 0, what, 8)
    need(end == len(data), f"{what}: bytes after the value")
    need(_count(value) <= VALUES_MAX, f"{what}: too many parts")
    return value


def _count(value: Any) -> int:
    """Parts of a value: each integer, string (keys too), list and dict."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


def decode_at(data: bytes, at: int, what: str, depth: int) -> tuple[Any, int]:
    if match := re.compile(rb"i(0|-?[1-9][0-9]{0,18})e").match(data, at):
        need(-(2**63) <= int(match[1]) < 2**63, f"{what}: an integer beyond 64 bits")
        return int(match[1]), match.end()
    if match := re.compile(rb"(0|[1-9][0-9]{0,9}):").match(data, at):
        end = match.end() + int(match[1])
        need(end <= len(data), f"{what}: a length goes beyond the end")
        return data[match.end() : end], end
    mark, at, items = data[at : at + 1], at + 1, []
    need(mark in (b"l", b"d"), f"{what}: no bencode at byte {at - 1}")
    need(depth > 0, f"{what}: nested too deep")
    while data[at : at + 1] != b"e":
        item, at = decode_at(data, at, what, depth - 1)
        items.append(item)
    if mark == b"l":
        return items, at + 1
    keys = items[::2]
    need(len(items) % 2 == 0, f"{what}: a key without a value")
    need(all(isinstance(key, bytes) for key in keys), f"{what}: a key that is not bytes")
    need(all(a < b for a, b in pairwise(keys)), f"{what}: keys not in order")
    return dict(zip(keys, items[1::2], strict=True)), at + 1


def take(fields: Any, key: str, kind: type, what: str) -> Any:
    """Return a value of a dict, of one type."""
    need(isinstance(fields, dict), f"{what} is not a dict")
    value = fields.get(key.encode())
    need(isinstance(value, kind), f"{what} has no {key!r}, or of another type")
    return value


# --- section 2: addresses ---

OF_KEY, OF_AUTHOR = b"\x01", b"\x02"


def format_address(key: bytes, version: bytes = OF_KEY) -> str:
    checksum = sha3_256(b"swarmfeed address" + key + version).digest()[:2]
    return b32encode(key + checksum + version).decode().lower()


def parse_address(text: str, what: str, version: bytes = OF_KEY) -> bytes:
    need(re.fullmatch("[a-z2-7]{56}", text), f"{what} {text!r} is not an address")
    key = b32decode(text.upper())[:32]
    right = format_address(key, version) == text
    need(right, f"{what} {text!r} has a wrong checksum or version")
    return key


def check_signature(key: bytes, message: bytes, signature: bytes, what: str) -> None:
    need(is_signature(key, message, signature), f"{what}: the signature does not verify")


# --- section 4 and 5: entries, tree ---

ENTRY_START = re.compile(rb"d1:(?:b(0|[1-9][0-9]{0,3}):|h32:)")
ENTRY_END = re.compile(rb"1:k(1[0-6]|[1-9]):([a-z]+)1:ti(?:0|[1-9][0-9]{0,14})ee")


@dataclass
class Entry:
    """One stored entry, and where it ends."""

    entry_hash: bytes
    kind: str
    body: bytes | None
    end: int


def read_entry(data: bytes, at: int) -> Entry:
    """Read the stored entry that starts at a byte."""
    start = ENTRY_START.match(data, at)
    if start is None:
        raise Invalid(f"no entry at byte {at}")
    stop = start.end() + (32 if start[1] is None else int(start[1]))
    end = ENTRY_END.match(data, stop)
    if end is None or len(end[2]) != int(end[1]) or stop - start.end() > 8_192:
        raise Invalid(f"the entry at byte {at} is not canonical, or too long")
    content = data[start.end() : stop]
    body_hash = content if start[1] is None else sha256(content).digest()
    header = b"d1:b32:" + body_hash + end[0]
    body = None if start[1] is None else content
    return Entry(sha256(b"\x00" + header).digest(), end[2].decode(), body, end.end())


def tree_root(hashes: list[bytes]) -> bytes:
    """Root over the hashes of entries, or of equal perfect subtrees."""
    stack: list[tuple[int, bytes]] = []
    for entry_hash in hashes:
        push(stack, 1, entry_hash)
    return fold(stack)


def push(stack: list[tuple[int, bytes]], width: int, root: bytes) -> None:
    while stack and stack[-1][0] == width:
        root = sha256(b"\x01" + stack.pop()[1] + root).digest()
        width *= 2
    stack.append((width, root))


def fold(stack: list[tuple[int, bytes]]) -> bytes:
    root = stack[-1][1] if stack else sha256(b"").digest()
    for _, left in reversed(stack[:-1]):
        root = sha256(b"\x01" + left + root).digest()
    return root


def consistency_roots(old: int, new: int, proof: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4.2, with the first hash always in the proof."""
    need(0 < old < new and proof, "fork: no consistency proof")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        need(sn != 0, "fork: the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\x01" + c + fr).digest(), sha256(b"\x01" + c + sr).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\x01" + sr + c).digest()
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "fork: the proof is too short")
    return fr, sr


# --- section 6: heads ---


@dataclass
class Head:
    """Section 6."""

    size: int
    root: bytes
    time_ms: int
    chunks_hash: bytes


HEAD = re.compile(
    r"(swarmfeed/[a-z2-7]{56})\n(0|[1-9][0-9]{0,9})\n([A-Za-z0-9+/]{43}=)\n"
    r"time (0|[1-9][0-9]{0,14})\nchunks ([A-Za-z0-9+/]{43}=)\n"
    r"\n\u2014 (swarmfeed/[a-z2-7]{56}) ([A-Za-z0-9+/]{91}=)\n"
)


def open_head(signed: bytes, feed: bytes) -> Head:
    """Verify a head of this very feed."""
    match = HEAD.fullmatch(signed.decode("utf-8", "replace"))
    need(match and len(signed) <= HEAD_MAX, "head: not in the form of a head")
    assert match is not None
    name = f"swarmfeed/{format_address(feed)}"
    need(match[1] == match[6] == name, "head: it is about another feed")
    raw = unbase64(match[7])
    key_hash = sha256(name.encode() + b"\n\x01" + feed).digest()[:4]
    need(raw[:4] == key_hash, "head: signed by another key")
    check_signature(feed, signed[: signed.index(b"\n\n") + 1], raw[4:], "head")
    need(int(match[2]) <= 2**32, "head: too many entries")
    return Head(int(match[2]), unbase64(match[3]), int(match[4]), unbase64(match[5]))


def unbase64(text: str) -> bytes:
    raw = b64decode(text)
    need(b64encode(raw).decode() == text, "head: base64 with stray bits")
    return raw


def order(known: Head, offered: Head, proof: list[bytes]) -> str:
    """What a replica with one head does when it is offered another one."""
    if offered.size < known.size:
        return "refused"
    if offered.size == known.size:
        if offered.root != known.root:
            return "fork"
        later = offered.time_ms > known.time_ms and offered.chunks_hash != known.chunks_hash
        return "taken" if later else "refused"
    try:
        old, new = consistency_roots(known.size, offered.size, proof)
    except Invalid:
        return "proof asked for"
    if new != offered.root:
        return "proof asked for"
    return "taken" if old == known.root else "fork"


def open_fork(content: bytes, feed: bytes) -> tuple[Head, Head]:
    """Check the proof of a fork, and return its two heads."""
    fields = decode(content, "fork")
    first = open_head(take(fields, "a", bytes, "fork"), feed)
    second = open_head(take(fields, "b", bytes, "fork"), feed)
    proof = take(fields, "p", list, "fork")
    need(len(proof) <= 64, "fork: more than 64 hashes")
    need(all(isinstance(h, bytes) and len(h) == 32 for h in proof), "fork: a bad hash")
    if first.size == second.size:
        forked = first.root != second.root and not proof
    else:
        old, new = consistency_roots(first.size, second.size, proof)
        forked = new == second.root and old != first.root
    need(forked, "fork: the two heads do not contradict each other")
    return first, second


# --- section 7 and 8: chunks, torrents ---


def spans(size: int) -> list[tuple[int, int]]:
    """Level and position of the chunks that cover a feed."""
    found, at, end = [], 0, size - size % 256
    while at < end:
        level = 3
        while at % (256 * 16**level) or at + 256 * 16**level > end:
            level -= 1
        found.append((level, at // (256 * 16**level)))
        at += 256 * 16**level
    return found


def piece_length(size: int) -> int:
    length = BLOCK
    while length < size and length < PIECE_MAX:
        length *= 2
    return length


def block_root(blocks: list[bytes], width: int, padding: bytes = bytes(32)) -> bytes:
    row = blocks + [padding] * (width - len(blocks))
    while len(row) > 1:
        row = [sha256(a + b).digest() for a, b in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def check_pieces(content: bytes, record: dict[bytes, Any], name: str) -> None:
    need(len(content) == record[b"n"], f"{name}: it has {len(content)} bytes")
    length = piece_length(len(content))
    v1, v2 = b"", b""
    for at in range(0, len(content), length):
        piece = content[at : at + length]
        v1 += sha1(piece, usedforsecurity=False).digest()
        blocks = [sha256(piece[b : b + BLOCK]).digest() for b in range(0, len(piece), BLOCK)]
        v2 += block_root(blocks, length // BLOCK)
    need(v1 == record[b"s"], f"{name}: other v1 piece hashes than the chunk list says")
    need(v2 == record[b"p"], f"{name}: other v2 piece hashes than the chunk list says")


def info_hash(name: str, record: dict[bytes, Any]) -> str:
    """Return the v1 info-hash: the bytes of the info dict, its keys in order."""
    size, layer = record[b"n"], record[b"p"]
    length, width = piece_length(size), 1
    hashes = [layer[at : at + 32] for at in range(0, len(layer), 32)]
    while width < len(hashes):
        width *= 2
    root = block_root(hashes, width, block_root([], length // BLOCK))
    named = b"%d:%b" % (len(name), name.encode())
    info = b"d9:file treed%bd0:d6:lengthi%de11:pieces root32:%beee" % (named, size, root)
    info += b"6:lengthi%de12:meta versioni2e4:name%b" % (size, named)
    info += b"12:piece lengthi%de6:pieces%d:%be" % (length, len(record[b"s"]), record[b"s"])
    return sha1(info, usedforsecurity=False).hexdigest()


def frames(chunk: bytes) -> Iterator[bytes]:
    """Yield the content of each zstd frame."""
    at = 0
    while at < len(chunk):
        need(chunk[at : at + 4] == b"\x28\xb5\x2f\xfd", f"no zstd frame at byte {at}")
        end = frame_end(chunk, at)
        yield unpack(chunk[at:end], FRAME_MAX, f"the frame at byte {at}")
        at = end


def unpack(frame: bytes, limit: int, what: str) -> bytes:
    """Return the content of one zstd frame, whose size is checked before anything else."""
    try:
        size = zstandard.frame_content_size(frame)
        need(0 < size <= limit, f"{what} declares {size} bytes")
        need(frame[4] & 0b0010_0000, f"{what} is not of a single segment")
        return zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Invalid(f"{what} does not decompress") from error


def frame_end(chunk: bytes, start: int) -> int:
    """Walk block headers (RFC 8878, 3.1.1)."""
    descriptor = chunk[start + 4] if start + 4 < len(chunk) else 0
    need(not descriptor & 0b1011 and descriptor & 0b0010_0000, "a frame of a forbidden kind")
    at = start + zstandard.frame_header_size(chunk[start : start + 18])
    for _ in range(BLOCKS_MAX):
        header = int.from_bytes(chunk[at : at + 3], "little")
        need(at + 3 <= len(chunk) and header >> 1 & 3 != 3, "a frame is cut short or damaged")
        at += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)
        if header & 1:
            end = at + (4 if descriptor & 4 else 0)
            need(end <= len(chunk), "a frame is cut short")
            return end
    raise Invalid("a frame has too many blocks")


def chunk_entries(chunk: bytes, level: int) -> Iterator[Entry]:
    count = 0
    for content in frames(chunk):
        count += 1
        need(count <= 16**level, "too many frames")
        need(content[:1] == b"l" and content[-1:] == b"e", "a frame is no list")
        at, found = 1, 0
        while at < len(content) - 1:
            entry = read_entry(content, at)
            at, found = entry.end, found + 1
            yield entry
        need(found == 256 and at == len(content) - 1, f"a frame has {found} entries")
    need(count == 16**level, f"it has {count} frames, not {16**level}")


def read_chunk_list(encoded: bytes, size: int) -> list[dict[bytes, Any]]:
    need(len(encoded) <= CHUNK_LIST_MAX, "chunk list: too long")
    records = decode(encoded, "chunk list")
    places = spans(size)
    need(isinstance(records, list), "chunk list: not a list")
    need(len(records) == len(places), f"chunk list: {len(records)} records, not {len(places)}")
    for record, (level, _) in zip(records, places, strict=True):
        length = take(record, "n", int, "chunk record")
        need(0 < length <= 2_134_673 * 16**level, f"chunk record: {length} bytes")
        count = -(-length // piece_length(length))
        for key, wanted in (("p", 32 * count), ("r", 32), ("s", 20 * count)):
            found = len(take(record, key, bytes, "chunk record"))
            need(found == wanted, f"chunk record: {key!r} has {found} bytes, not {wanted}")
    return list(records)
