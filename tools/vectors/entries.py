"""Addresses, entries with their hashes, and ids of posts."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _reference_forms import (
    FEED,
    NOW_MS,
    address,
    author_id,
    bencode,
    entry_hash,
    public,
    stored,
)

Case = tuple[str, dict[str, Any]]


def address_cases() -> Iterator[Case]:
    for name, key, version in (
        ("author", author_id(), 2),
        ("feed", public(FEED), 1),
        ("zeros", bytes(32), 1),
    ):
        said = {"key": key.hex(), "version": version}
        yield f"address/{name}", {**said, "address": address(key, bytes([version]))}
    right = address(public(FEED))
    wrong = right[:9] + ("a" if right[9] != "a" else "b") + right[10:]
    yield "address/bad-checksum", {"address": wrong, "error": "checksum"}
    yield "address/bad-version-3", {"address": address(bytes(32), b"\x03"), "error": "version"}
    yield "address/bad-too-short", {"address": right[:-1], "error": "length"}


def entry_cases() -> Iterator[Case]:
    bodies = {
        "post": ("post", NOW_MS, bencode({"text": "héllo".encode(), "z": bytes(range(16))})),
        "empty-body": ("x", 0, b""),
        "unknown-kind": ("abcdefghijklmnop", 10**15 - 1, b"de"),
    }
    for name, (kind, time_ms, body) in bodies.items():
        digest = sha256(body).digest()
        yield (
            f"entry/{name}",
            {
                "kind": kind,
                "time_ms": time_ms,
                "body": body.hex(),
                "stored": stored(kind, time_ms, body).hex(),
                "header": bencode({"b": digest, "k": kind.encode(), "t": time_ms}).hex(),
                "withdrawn": bencode({"h": digest, "k": kind.encode(), "t": time_ms}).hex(),
                "entry_hash": entry_hash(kind, time_ms, digest).hex(),
            },
        )
    bad = {
        "length-with-leading-zero": b"d1:b02:de1:k4:post1:ti0ee",
        "negative-time": b"d1:b2:de1:k4:post1:ti-1ee",
        "time-of-16-digits": b"d1:b2:de1:k4:post1:ti1000000000000000ee",
        "upper-case-kind": b"d1:b2:de1:k4:Post1:ti0ee",
        "kind-of-17-letters": b"d1:b2:de1:k17:abcdefghijklmnopq1:ti0ee",
        "body-of-8193-bytes": b"d1:b8193:" + bytes(8193) + b"1:k4:post1:ti0ee",
        "hash-of-31-bytes": b"d1:h31:" + bytes(31) + b"1:k4:post1:ti0ee",
        "keys-out-of-order": b"d1:k4:post1:b2:de1:ti0ee",
        "unknown-key": b"d1:b2:de1:k4:post1:ti0e1:zi0ee",
        "trailing-byte": b"d1:b2:de1:k4:post1:ti0ee\n",
    }
    for name, raw in bad.items():
        yield f"entry/bad-{name}", {"stored": raw.hex(), "error": name}


def id_cases() -> Iterator[Case]:
    feed = public(FEED)
    for name, index, time_ms in (
        ("post", 7, NOW_MS),
        ("same-time-next-entry", 8, NOW_MS),
        ("time-0", 0, 0),
        ("last-of-all", 2**32 - 1, 2**47 - 1),
    ):
        tag = int.from_bytes(sha256(feed + index.to_bytes(8, "big")).digest()[:2], "big")
        yield (
            f"id/{name}",
            {
                "feed": feed.hex(),
                "index": index,
                "time_ms": time_ms,
                "id": str(time_ms * 2**16 + tag),
            },
        )
    late = {"feed": feed.hex(), "index": 0, "time_ms": 2**47, "error": "too late a time"}
    yield "id/bad-time-of-48-bits", late
