"""Tails and chunks before and after a withdrawal, and the patch from one chunk to the other."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _reference_forms import bencode, entry_hash, raw_frame, reference, stored

from vectors.chunks import equal_entries, hexed, pieces_of

Case = tuple[str, dict[str, Any]]

FRAME = 5
"""The frame of a chunk of level 1 that is packed anew."""

GONE = (1_280, 1_281)
"""Entries in it."""


def withdrawn_cases() -> Iterator[Case]:
    yield "withdrawal/tail", tail_case()
    yield "patch/one-frame", patch_case()
    right = patch_case()
    other = raw_frame(frame_of("y", ()))
    for name, frames in {
        "other-entries": [[FRAME, other.hex()]],
        "another-place": [[FRAME + 1, right["frames"][0][1]]],
        "beyond-the-chunk": [[16, right["frames"][0][1]]],
        "nothing": [],
    }.items():
        yield f"patch/bad-{name}", {**right, "frames": frames, "error": name}


def tail_case() -> dict[str, Any]:
    """Which bodies go: of earlier entries, but not those of kinds that stay."""
    said = [
        ("post", {"text": b"one"}),
        ("withdraw", {"n": 256}),
        ("withdraw", {"n": 257}),
        ("withdraw", {"n": 260}),
        ("post", {"text": b"two"}),
        ("withdraw", {"n": 3}),
        ("leave", {"c": b"x"}),
        ("withdraw", {"n": 262}),
        ("withdraw", {"e": 1, "n": 260}),
    ]
    before = [stored(kind, at, bencode(body)) for at, (kind, body) in enumerate(said)]
    after = list(before)
    for at in (0, 4):
        kind, body = said[at]
        after[at] = without_body(kind, at, bencode(body))
    return {"start": 256, "tail": [*map(bytes.hex, before)], "kept": [*map(bytes.hex, after)]}


def without_body(kind: str, time_ms: int, body: bytes) -> bytes:
    return bencode({"h": sha256(body).digest(), "k": kind.encode(), "t": time_ms})


def frame_of(kind: str, gone: tuple[int, ...]) -> bytes:
    """Content of a frame of equal entries, without the bodies of some of its 256."""
    entries = [stored(kind, 0, b"de")] * 256
    for index in gone:
        entries[index] = without_body(kind, 0, b"de")
    return b"l" + b"".join(entries) + b"e"


def patch_case() -> dict[str, Any]:
    plain = equal_entries("x")
    packed = raw_frame(frame_of("x", tuple(index - FRAME * 256 for index in GONE)))
    before = [plain] * 16
    after = [*before[:FRAME], packed, *before[FRAME + 1 :]]
    digest = sha256(b"de").digest()
    root = reference.mth([entry_hash("x", 0, digest)] * 4096)
    return {
        "level": 1,
        "gone": list(GONE),
        "root": root.hex(),
        "before": record_of(before),
        "after": record_of(after),
        "digests": b"".join(sha256(frame).digest()[:8] for frame in before).hex(),
        "frames": [[FRAME, packed.hex()]],
    }


def record_of(frames: list[bytes]) -> dict[str, Any]:
    chunk = b"".join(frames)
    return {
        "chunk": chunk.hex(),
        **{key: hexed(each) for key, each in pieces_of(chunk).items()},
    }
