"""Chunks of higher levels, withdrawn entries in chunks, files of several pieces."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha1, sha256
from typing import Any

import zstandard
from _reference_forms import FEED, bencode, entry_hash, public, raw_frame, reference, stored

Case = tuple[str, dict[str, Any]]

BLOCK, PIECE_MAX = 16 * 1024, 1024 * 1024

LITERAL_LENGTHS = {16: (16, 1), 18: (17, 1), 20: (18, 1), 22: (19, 1), 24: (20, 2)}
"""Baseline -> code and number of extra bits (RFC 8878, 3.1.1.3.2.1.1, in part)."""

MATCH_LENGTHS = {2051: (47, 11), 4099: (48, 12), 8195: (49, 13)}
"""The same of match lengths."""


def chunk_cases() -> Iterator[Case]:
    """Chunks of 16 and of 256 frames; each frame is one entry 256 times."""
    plain, other = equal_entries("x"), equal_entries("y")
    for level in (1, 2):
        frames = [other if at == 5 else plain for at in range(16**level)]
        case = chunk_case(level, frames)
        yield f"chunk/level-{level}", case
        if level == 1:
            yield from bad_levels(case, frames)
    yield "chunk/withdrawn-entries", withdrawn_case()
    yield from frame_cases()


def bad_levels(case: dict[str, Any], frames: list[bytes]) -> Iterator[Case]:
    changed = {
        "of-15-frames": frames[:15],
        "of-17-frames": [*frames, frames[0]],
        "of-frames-in-another-order": [*frames[:4], frames[5], frames[4], *frames[6:]],
        "of-another-level": frames * 16,
    }
    for name, wrong in changed.items():
        yield f"chunk/bad-{name}", {**case, "chunk": b"".join(wrong).hex(), "error": name}


def chunk_case(level: int, frames: list[bytes]) -> dict[str, Any]:
    hashes: list[bytes] = []
    for frame in frames:
        kind = "y" if frame == equal_entries("y") else "x"
        hashes += [entry_hash(kind, 0, sha256(b"de").digest())] * 256
    return {
        "level": level,
        "chunk": b"".join(frames).hex(),
        "root": reference.mth(hashes).hex(),
    }


def equal_entries(kind: str) -> bytes:
    """A frame of 256 equal entries: one of them as it is, and one sequence that repeats it.

    Written by hand, so that no encoder's version matters.  Source: RFC 8878, 3.1.1.3.
    """
    entry = stored(kind, 0, b"de")
    literals, match_length = b"l" + entry + b"e", 255 * len(entry)
    offset_value = len(entry) + 3
    offset_bits = offset_value.bit_length() - 1
    length_base = max(base for base in LITERAL_LENGTHS if base <= len(entry) + 1)
    match_base = max(base for base in MATCH_LENGTHS if base <= match_length)
    length_code, length_bits = LITERAL_LENGTHS[length_base]
    match_code, match_bits = MATCH_LENGTHS[match_base]
    # Read from the end: offset, match length, literal length; a 1 marks the start.
    bits = 1 << offset_bits | offset_value - (1 << offset_bits)
    bits = bits << match_bits | match_length - match_base
    bits = bits << length_bits | len(entry) + 1 - length_base
    stream = bits.to_bytes(-(-bits.bit_length() // 8), "little")
    # Raw literals; one sequence, each of whose codes is given once (RLE mode).
    block = bytes([len(literals) << 3]) + literals
    block += bytes([1, 0b01_01_01_00, length_code, offset_bits, match_code]) + stream
    size = len(literals) + match_length
    header = b"\x28\xb5\x2f\xfd\xa0" + size.to_bytes(4, "little")
    return header + (len(block) << 3 | 2 << 1 | 1).to_bytes(3, "little") + block


def withdrawn_case() -> dict[str, Any]:
    """The chunk of ``chunk/valid`` after two of its entries were withdrawn: the same root."""
    digest = sha256(b"de").digest()
    entries = [stored("x", index, b"de") for index in range(256)]
    for index in (0, 255):
        entries[index] = bencode({"h": digest, "k": b"x", "t": index})
    root = reference.mth([entry_hash("x", index, digest) for index in range(256)])
    chunk = raw_frame(b"l" + b"".join(entries) + b"e")
    return {"level": 0, "chunk": chunk.hex(), "root": root.hex()}


def frame_cases() -> Iterator[Case]:
    """The chunk of ``chunk/valid`` with other flags in the header of its frame."""
    content = b"l" + b"".join(stored("x", index, b"de") for index in range(256)) + b"e"
    plain, digest = raw_frame(content), sha256(b"de").digest()
    # The last four bytes are the checksum of the content, whatever the encoder did before.
    checksum = zstandard.ZstdCompressor(write_checksum=True).compress(content)[-4:]
    checked = plain[:4] + b"\xa4" + plain[5:]
    frames = {
        "with-checksum": checked + checksum,
        "with-unused-bit": plain[:4] + b"\xb0" + plain[5:],
        "bad-wrong-checksum": checked + bytes([checksum[0] ^ 1]) + checksum[1:],
        "bad-checksum-missing": checked,
        "bad-reserved-bit": plain[:4] + b"\xa8" + plain[5:],
        "bad-window-of-its-own": plain[:4] + b"\x80\x50" + plain[5:],
    }
    root = reference.mth([entry_hash("x", index, digest) for index in range(256)])
    for name, frame in frames.items():
        case = {"level": 0, "chunk": frame.hex(), "root": root.hex()}
        yield f"chunk/{name}", case | ({"error": name} if name.startswith("bad-") else {})


# --- pieces and torrents ---


def pieces_cases() -> Iterator[Case]:
    for size in (1, BLOCK, BLOCK + 1, 40_000, PIECE_MAX, PIECE_MAX + 1, 3_000_000):
        said = pieces_of(pattern(size))
        about = {"bytes": size, "content": "byte i is i mod 251"}
        yield f"pieces/of-{size}-bytes", {**about, **{k: hexed(v) for k, v in said.items()}}


def torrent_cases() -> Iterator[Case]:
    said = pieces_of(pattern(3_000_000))
    yield "torrent/several-pieces", torrent_case("2-1.zst", said, {"span": [2, 1]})
    encoded = b"le" * 300
    yield (
        "torrent/chunk-list",
        torrent_case("list-1024.ben", pieces_of(encoded), {"sealed": 1024}),
    )


def torrent_case(ending: str, said: dict[str, Any], which: dict[str, Any]) -> dict[str, Any]:
    name = f"{b32encode(public(FEED)[:10]).decode().lower()}-{ending}"
    return {"feed": public(FEED).hex(), **which, **torrent_of(name, said)}


def torrent_of(name: str, said: dict[str, Any]) -> dict[str, Any]:
    size, root = said["n"], said["pieces_root"]
    info = {
        "file tree": {name: {"": {"length": size, "pieces root": root}}},
        "length": size,
        "meta version": 2,
        "name": name.encode(),
        "piece length": said["piece_length"],
        "pieces": said["s"],
    }
    # Keys of bytes that are no text: written by hand.
    layers = b"de" if len(said["p"]) == 32 else b"d" + bencode(root) + bencode(said["p"]) + b"e"
    encoded = bencode(info)
    torrent = b"d4:info" + encoded + b"12:piece layers" + layers + b"e"
    return {
        "name": name,
        "record": {"n": size, "p": said["p"].hex(), "s": said["s"].hex()},
        "info": encoded.hex(),
        "info_hash": sha1(encoded, usedforsecurity=False).hexdigest(),
        "info_hash_v2": sha256(encoded).hexdigest(),
        "torrent": torrent.hex(),
    }


def pattern(size: int) -> bytes:
    return bytes(index % 251 for index in range(size))


def pieces_of(content: bytes) -> dict[str, Any]:
    """BEP 3 and BEP 52, by recursion over a tree that is filled up to a power of two."""
    length = BLOCK
    while length < len(content) and length < PIECE_MAX:
        length *= 2
    pieces = [content[at : at + length] for at in range(0, len(content), length)]
    leaves = [sha256(content[at : at + BLOCK]).digest() for at in range(0, len(content), BLOCK)]
    width = length // BLOCK
    layer = [tree(leaves[at : at + width], width) for at in range(0, len(leaves), width)]
    whole = 1
    while whole < len(leaves):
        whole *= 2
    return {
        "n": len(content),
        "piece_length": length,
        "s": b"".join(sha1(piece, usedforsecurity=False).digest() for piece in pieces),
        "p": b"".join(layer),
        "pieces_root": tree(leaves, max(whole, width)),
    }


def tree(leaves: list[bytes], width: int) -> bytes:
    """Root over so many leaves; those that are not there are 32 zero bytes."""
    if width == 1:
        return leaves[0] if leaves else bytes(32)
    half = width // 2
    return sha256(tree(leaves[:half], half) + tree(leaves[half:], half)).digest()


def hexed(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
