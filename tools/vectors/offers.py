"""What a replica does with a head that it is offered: docs/FORMAT.md 6, "Order"."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _reference_forms import (
    FEED,
    NOW_MS,
    bencode,
    entry_hash,
    head_text,
    note,
    public,
    raw_frame,
    reference,
    stored,
)

from vectors.chunks import equal_entries, pieces_of

Case = tuple[str, dict[str, Any]]

NO_CHUNKS = b"le"


def offer_cases() -> Iterator[Case]:
    five, eight, other = small(5), small(8), small(8, kind="y")
    proof = reference.proof(5, hashes(8))
    yield offer("larger-with-its-proof", five, eight, proof, "taken")
    yield offer("larger-without-proof", five, eight, [], "proof asked for")
    yield offer("larger-with-half-a-proof", five, eight, proof[:-1], "proof asked for")
    longer = [*proof, bytes(32)]
    yield offer("larger-with-too-long-a-proof", five, eight, longer, "proof asked for")
    forked = reference.proof(5, hashes(8, "y"))
    yield offer("larger-of-another-history", five, other, forked, "fork")
    yield offer("larger-of-another-history-unproven", five, other, proof, "proof asked for")
    yield offer("smaller", eight, five, proof, "refused")
    yield offer("smaller-of-another-history", eight, small(5, kind="y"), [], "refused")
    yield offer("same", eight, eight, [], "refused")
    yield offer("same-size-later", eight, small(8, NOW_MS + 1), [], "refused")
    yield offer("same-size-of-another-history", eight, other, [], "fork")
    old, new = sealed(equal_entries("x"), NOW_MS), sealed(written_out(), NOW_MS + 1)
    yield offer("same-entries-in-a-new-chunk", old, new, [], "taken")
    yield offer("same-entries-in-the-old-chunk", new, old, [], "refused")
    at_once = sealed(written_out(), NOW_MS)
    yield offer("same-entries-in-a-new-chunk-at-one-time", old, at_once, [], "refused")


def offer(
    name: str, known: dict[str, Any], offered: dict[str, Any], proof: list[bytes], then: str
) -> Case:
    shown = [item.hex() for item in proof]
    case = {"feed": public(FEED).hex(), "known": known, "offered": offered, "proof": shown}
    return f"offer/{name}", {**case, "then": then}


def hashes(size: int, kind: str = "x") -> list[bytes]:
    """The first three entries are of one kind; from there on histories part."""
    digest = sha256(b"de").digest()
    kinds = ["x" if index < 3 else kind for index in range(size)]
    return [entry_hash(each, index, digest) for index, each in enumerate(kinds)]


def small(size: int, time_ms: int = NOW_MS, kind: str = "x") -> dict[str, Any]:
    """A feed that is nothing but a tail."""
    kinds = ["x" if index < 3 else kind for index in range(size)]
    tail = [stored(each, index, b"de") for index, each in enumerate(kinds)]
    root = reference.mth(hashes(size, kind))
    return state(head_text(size, root, time_ms, sha256(NO_CHUNKS).digest()), NO_CHUNKS, tail)


def sealed(chunk: bytes, time_ms: int) -> dict[str, Any]:
    """A feed of one chunk, of 256 equal entries."""
    said = pieces_of(chunk)
    root = reference.mth([entry_hash("x", 0, sha256(b"de").digest())] * 256)
    chunk_list = bencode([{"n": said["n"], "p": said["p"], "r": root, "s": said["s"]}])
    return state(head_text(256, root, time_ms, sha256(chunk_list).digest()), chunk_list, [])


def written_out() -> bytes:
    """The entries of ``equal_entries``, in another frame."""
    return raw_frame(b"l" + stored("x", 0, b"de") * 256 + b"e")


def state(text: bytes, chunk_list: bytes, tail: list[bytes]) -> dict[str, Any]:
    shown = [entry.hex() for entry in tail]
    return {"head": note(text).decode(), "chunk_list": chunk_list.hex(), "tail": shown}
