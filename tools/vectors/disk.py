"""What lies in a feed's folder: journals that were torn or damaged, and the proof of a fork."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _certificate_vectors import BOTH, JOIN, LEAVE, certificate
from _reference_forms import (
    AUTHOR,
    FEED,
    NOW_MS,
    bencode,
    entry_hash,
    head_text,
    journal_frame,
    note,
    public,
    raw_frame,
    reference,
    stored,
)

Case = tuple[str, dict[str, Any]]

LONG = bytes(range(1, 251)) * 3
"""750 bytes without a zero: a frame around it has a whole sector of 512 inside."""

NO_CHUNKS = b"le"


def journal_cases() -> Iterator[Case]:
    base, first, second = base_frame(), append_frame(1), append_frame(2)
    whole = {
        "three-frames": (base + first + second, 3, 0),
        "unknown-keys": (base + append_frame(1, z=b"later"), 2, 0),
        "earlier-heads-not-looked-at": (base_frame(h=b"none") + first, 2, 0),
        "torn-in-a-header": (base + first + second[:5], 2, 5),
        "torn-after-a-header": (base + first + second[:12], 2, 12),
        "torn-before-its-end": (base + first + second[:-1], 2, len(second) - 1),
        "torn-to-zeros": (base + first + bytes(len(second)), 2, len(second)),
        "torn-sector-of-zeros": (zero_sector(base + first, second), 2, len(second)),
    }
    for name, (content, size, torn) in whole.items():
        case = {"size": size, "end": len(content) - torn}
        yield f"journal/{name}", journal(content) | case
    for name, content in bad_journals(base, first, second).items():
        yield f"journal/bad-{name}", journal(content) | {"error": name}


def bad_journals(base: bytes, first: bytes, second: bytes) -> dict[str, bytes]:
    middle = len(base) + len(first) // 2
    turned = bytearray(base + first + second)
    turned[middle] ^= 1
    longer = (int.from_bytes(second[:4], "big") + 1).to_bytes(4, "big") + second[4:]
    entry = entries()[1]
    return {
        "empty": b"",
        "torn-base": base[:-1],
        "changed-byte-in-the-last-frame": bytes(turned[: len(base) + len(first)]),
        "changed-byte-before-a-whole-frame": bytes(turned),
        "zeros-before-a-whole-frame": zero_sector(base, first) + second,
        "frame-lacks-nothing-but-its-length": base + first + longer,
        "entries-nested": base + journal_frame(b"d1:el" + entry + b"e1:h0:e"),
        "entry-is-a-number": base + journal_frame(b"d1:eli0ee1:h0:e"),
        "entry-is-none": base + append_frame(1, e=[b"d1:b2:de1:k1:x1:ti00ee"]),
        "two-entries-in-one": base + append_frame(1, e=[entry + entries()[2]]),
        "257-entries-in-a-frame": base + append_frame(1, e=[b"d1:b0:1:k1:x1:ti0ee"] * 257),
        "entry-of-8257-bytes": base + append_frame(1, e=[bytes(8_257)]),
        "head-missing": base + journal_frame(b"d1:ele" + b"e"),
        "head-of-997-bytes": base + append_frame(1, h=bytes(997)),
        "head-of-another-size": base + append_frame(1, h=head(3)),
        "append-compressed": base + journal_frame(raw_frame(first[12:])),
        "base-with-a-window": windowed_base(),
        "base-holds-another-chunk-list": base_frame(h=head(1, b"other")),
        "append-first": first,
    }


def journal(content: bytes) -> dict[str, Any]:
    return {"feed": public(FEED).hex(), "journal": content.hex()}


def entries() -> list[bytes]:
    return [stored("x", index, bencode({"x": LONG})) for index in range(3)]


def head(size: int, chunk_list: bytes = NO_CHUNKS) -> bytes:
    digest = sha256(bencode({"x": LONG})).digest()
    root = reference.mth([entry_hash("x", index, digest) for index in range(size)])
    return note(head_text(size, root, NOW_MS, sha256(chunk_list).digest()))


def base_content(**other: Any) -> bytes:
    return bencode({"c": NO_CHUNKS, "e": entries()[:1], "h": head(1), **other})


def base_frame(**other: Any) -> bytes:
    return journal_frame(raw_frame(base_content(**other)))


def windowed_base() -> bytes:
    """A window descriptor (1 MiB) where there must be none."""
    plain = raw_frame(base_content())
    return journal_frame(plain[:4] + b"\x80\x50" + plain[5:])


def append_frame(index: int, **other: Any) -> bytes:
    said = {"e": entries()[index : index + 1], "h": head(index + 1), **other}
    return journal_frame(bencode(said))


def zero_sector(before: bytes, frame: bytes) -> bytes:
    """The frame behind others, with one sector of the disk that was never written."""
    content = before + frame
    start = -(-len(before) // 512) * 512
    return content[:start] + bytes(512) + content[start + 512 :]


# --- high-water marks ---

SLOT = 16_384


def mark_cases() -> Iterator[Case]:
    """Two slots, written without the zeros behind them, and the mark that they are."""
    first, second = mark(0, 5), mark(1, 6)
    longest = mark(2, 7, j=bytes(15_872))
    whole = {
        "first-writing": ([slot(first), b""], first),
        "second-slot-is-newer": ([slot(first), slot(second)], second),
        "first-slot-is-newer": ([slot(longest), slot(second)], longest),
        "newer-slot-torn": ([slot(first), slot(second)[:-1]], first),
        "newer-slot-says-nonsense": ([slot(first), slot({**second, "end": 3})], first),
        "ended-by-a-fork": ([slot(mark(0, 5, end=2)), b""], mark(0, 5, end=2)),
        "with-a-key-of-later": ([slot(first | {"z": 1}), b""], first),
        "frame-too-long": ([slot(first), slot(mark(1, 6, j=bytes(15_873)))], first),
        "root-of-31-bytes": ([slot(first), slot(mark(1, 6, root=bytes(31)))], first),
        "both-torn": ([slot(first)[:-1], slot(second)[:20]], None),
        "nothing": ([b"", b""], None),
    }
    for name, (slots, says) in whole.items():
        shown = {k: v.hex() if isinstance(v, bytes) else v for k, v in (says or {}).items()}
        case = {"slots": [each.hex() for each in slots], "mark": shown or None}
        yield f"mark/{name}", case


def mark(count: int, size: int, **more: Any) -> dict[str, Any]:
    root = sha256(b"%d" % size).digest()
    said = {"end": 0, "j": b"", "n": count, "reach": size, "root": root, "size": size}
    return said | more


def slot(payload: dict[str, Any]) -> bytes:
    return journal_frame(bencode(payload))


# --- certificates beside a feed ---


def certificates_file_cases() -> Iterator[Case]:
    found = [certificate(BOTH, JOIN), certificate((AUTHOR,), LEAVE)]
    for name, listed in (("two", found), ("none", []), ("in-another-order", found[::-1])):
        shown = [each.hex() for each in listed]
        case = {"file": bencode(listed).hex(), "certificates": shown}
        yield f"certificates-file/{name}", case
    wrong = {
        "a-dict": bencode({"c": found[0]}),
        "bytes": bencode(found[0]),
        "a-nested-list": bencode([found]),
        "a-number-in-it": bencode([found[0], 1]),
        "empty": b"",
        "cut-short": bencode(found)[:-1],
        "two-lists": bencode(found) * 2,
    }
    for name, raw in wrong.items():
        yield f"certificates-file/bad-{name}", {"file": raw.hex(), "error": name}


# --- the proof of a fork ---


def fork_file_cases() -> Iterator[Case]:
    hashes = [sha256(bytes([at])).digest() for at in range(8)]
    other = [*hashes[:3], sha256(b"another history").digest(), *hashes[4:]]
    five, eight = fork_head(hashes[:5]), fork_head(other)
    twin, proof = fork_head(other[:5]), reference.proof(5, other)
    yield "fork-file/two-sizes", fork_file(five, eight, proof)
    yield "fork-file/one-size", fork_file(five, twin, [])
    wrong = {
        "no-contradiction": fork_file(five, fork_head(hashes), reference.proof(5, hashes)),
        "the-same-root": fork_file(five, five, []),
        "larger-first": fork_file(eight, five, proof),
        "proof-for-one-size": fork_file(five, twin, proof),
        "proof-too-short": fork_file(five, eight, proof[:-1]),
        "proof-leads-elsewhere": fork_file(five, eight, [proof[0], *proof[:0:-1]]),
        "hash-of-31-bytes": fork_file(five, eight, [proof[0][:31], *proof[1:]]),
        "65-hashes": fork_file(five, eight, proof[:1] * 65),
        "head-of-another-feed": fork_file(
            five.replace(b"swarmfeed/f", b"swarmfeed/g"), eight, proof
        ),
        "head-not-signed": fork_file(five[:-6] + b"AAAA=\n", eight, proof),
        "no-second-head": fork_file(five, b"", proof),
    }
    for name, case in wrong.items():
        yield f"fork-file/bad-{name}", case | {"error": name}


def fork_file(first: bytes, second: bytes, proof: list[bytes]) -> dict[str, Any]:
    content = bencode({"a": first, "b": second, "p": proof})
    return {"feed": public(FEED).hex(), "file": content.hex()}


def fork_head(hashes: list[bytes]) -> bytes:
    chunks = sha256(NO_CHUNKS).digest()
    return note(head_text(len(hashes), reference.mth(hashes), NOW_MS, chunks))
