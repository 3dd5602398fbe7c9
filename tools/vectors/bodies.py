"""What entries of each kind may say: every limit from both sides, every key missing or bent."""

from collections.abc import Iterator
from typing import Any

from _reference_forms import bencode

Case = tuple[str, dict[str, Any]]

ID, HASH, SALT = bytes(range(32)), bytes(range(32, 64)), bytes(16)
REF: dict[str, Any] = {"f": ID, "h": HASH, "n": 2**32 - 1}

MEDIUM: dict[str, Any] = {
    "a": "\u00e9".encode() * 200,
    "f": b"f" * 100,
    "h": 4_000,
    "k": ID,
    "l": 104_857_600,
    "n": 1,
    "p": ID,
    "s": b"s" * 20,
    "t": b"image/jpeg",
    "w": 4_000,
}
LEAST: dict[str, Any] = {"n": 1, "p": b"", "s": b"", "t": b"a/b"}

LONGEST: dict[str, dict[str, Any]] = {
    "feed": {"c": b"c" * 1_000, "name": b"n" * 64, "r": [b"r" * 1_000] * 7},
    "post": {
        "cw": b"w" * 200,
        "lang": b"l" * 35,
        "media": [MEDIUM, LEAST, LEAST, LEAST],
        "mentions": [ID] * 32,
        "quote": REF,
        "reply": REF,
        "root": REF,
        "src": b"s" * 512,
        "tags": [b"t" * 64] * 32,
        "text": b"x" * 2_200,
    },
    "profile": {
        "avatar": MEDIUM,
        "banner": MEDIUM,
        "bio": b"b" * 1_000,
        "fields": [{"l": b"l" * 40, "t": b"t" * 150}] * 4,
        "name": b"n" * 64,
    },
    "follow": {"a": ID, "on": 1},
    "react": {"e": b"e" * 16, "r": REF},
    "boost": {"r": REF, "u": 1},
    "edit": {
        "cw": b"w" * 200,
        "media": [MEDIUM, LEAST, LEAST, LEAST],
        "n": 2**32 - 1,
        "quote": REF,
        "reply": REF,
        "root": REF,
        "text": b"x" * 6_500,
    },
    "withdraw": {"e": 1, "n": 2**32 - 1},
    "leave": {"c": b"c" * 1_000},
    "pin": {"r": REF},
    "keys": {"r": b"r" * 3_000, "v": 2**16, "x": b"x" * 1_216},
    "prekeys": {
        "b": ID,
        "i": ID,
        "o": ID,
        "q": b"q" * 1_184,
        "u": 10**15 - 1,
        "v": 2**16,
    },
    "mailbox": {"m": [ID, b"n" * 32, b"m" * 32]},
    "state": {"d": b"d" * 8_000, "i": b"i" * 16, "p": 262, "q": 263},
    "protected": {"c": HASH, "n": b"n" * 24, "x": b"x" * 8_080},
    "rekey": {"c": SALT, "e": 2**32 - 1, "p": b"p" * 32, "w": b"w" * 7_296},
}
"""Bodies whose values are as large as they may be."""

SHORTEST: dict[str, dict[str, Any]] = {
    "feed": {"c": b"", "name": b""},
    "post": {"text": b"x"},
    "profile": {"name": b""},
    "follow": {"a": ID, "on": 0},
    "react": {"e": b"", "r": REF},
    "boost": {"r": REF},
    "edit": {"n": 0, "text": b"x"},
    "withdraw": {"n": 0},
    "pin": {},
    "keys": {"v": 1, "x": b"x"},
    "prekeys": {"b": b"", "i": b"", "o": b"", "q": b"", "u": 0, "v": 1},
    "mailbox": {"m": []},
    "rekey": {"c": b"", "e": 0, "w": b""},
}

EMPTY_ALLOWED = {"cw": b"", "lang": b"", "src": b"", "tags": [], "mentions": [], "media": []}

WRONG_TYPE = {int: b"1", bytes: 1, list: b"", dict: []}


def body_cases() -> Iterator[Case]:
    for kind, fields in LONGEST.items():
        yield good(f"{kind}-longest", kind, {**fields, "z": SALT})
        yield from bent(kind, fields)
    for kind, fields in SHORTEST.items():
        yield good(f"{kind}-shortest", kind, fields)
    post = SHORTEST["post"]
    yield good("post-of-8000-bytes", "post", {"text": b"x" * 8_000})
    yield good("post-of-8000-bytes-of-emoji", "post", {"text": "\U0001f41d".encode() * 2_000})
    yield good("post-of-zeros", "post", {"text": b"\0\n\x7f"})
    yield good("post-empty-where-none-would-do", "post", {**post, **EMPTY_ALLOWED})
    yield good("post-lang-that-is-no-tag", "post", {**post, "lang": b"not a tag"})
    yield good("post-with-keys-of-later", "post", {**post, "zz": [{"a": 1}]})
    yield good("post-with-another-salt", "post", {**post, "z": 5})
    yield good("profile-of-64-emoji", "profile", {"name": "\U0001f41d".encode() * 64})
    yield good("unknown-kind-is-no-dict", "later", b"anything")
    feed = SHORTEST["feed"]
    yield good("feed-with-15-rotates", "feed", {**feed, "r": [b"r"] * 15})
    yield bad("feed-with-16-rotates", "feed", {**feed, "r": [b"r"] * 16})
    yield bad("feed-with-a-rotate-of-1001-bytes", "feed", {**feed, "r": [b"r" * 1_001]})
    yield bad("state-of-no-parts", "state", {**LONGEST["state"], "q": 0})
    yield from bad_texts(post)
    yield from media_cases(post)
    yield from profile_cases()
    for name, value in bad_refs().items():
        yield bad(f"boost-ref-{name}", "boost", {"r": value})
    for name, raw in (("a-list", b"le"), ("not-bencode", b"x"), ("two-values", b"dede")):
        yield bad(f"post-that-is-{name}", "post", raw)


def media_cases(post: dict[str, Any]) -> Iterator[Case]:
    whole = {"n": 104_857_600, "p": b"p" * 3_200, "s": b"s" * 2_000, "t": b"video/mp4"}
    yield good("post-with-the-longest-file", "post", {**post, "media": [whole]})
    described = {**LEAST, "a": b"a" * 2_000}
    yield good("post-with-2000-characters-of-alt", "post", {**post, "media": [described]})
    yield good("post-with-fewer-pieces-than-it-has", "post", {**post, "media": [LEAST]})
    yield bad("post-with-5-media", "post", {**post, "media": [LEAST] * 5})
    yield bad("post-with-a-medium-that-is-bytes", "post", {**post, "media": [ID]})
    for key in LEAST:
        rest = {other: item for other, item in LEAST.items() if other != key}
        yield bad(f"post-with-a-medium-without-{key}", "post", {**post, "media": [rest]})
    for name, change in (
        ("of-no-bytes", {"n": 0}),
        ("too-long", {"n": 104_857_601}),
        ("with-101-pieces", {"p": b"p" * 3_201}),
        ("with-101-v1-pieces", {"s": b"s" * 2_001}),
        ("of-a-type-in-capitals", {"t": b"Image/jpeg"}),
        ("of-a-type-without-a-slash", {"t": b"image"}),
        ("too-wide", {"w": 4_001}),
        ("too-high", {"h": 4_001}),
        ("with-too-long-a-key", {"k": b"k" * 33}),
        ("with-2001-characters-of-alt", {"a": b"a" * 2_001}),
        ("with-a-name-of-101-characters", {"f": b"f" * 101}),
    ):
        yield bad(f"post-medium-{name}", "post", {**post, "media": [{**LEAST, **change}]})


def profile_cases() -> Iterator[Case]:
    detail = {"l": b"Website", "t": b"https://example.org/"}
    yield good("profile-with-a-field", "profile", {"fields": [detail], "name": b"n"})
    yield bad("profile-with-5-fields", "profile", {"fields": [detail] * 5, "name": b"n"})
    for name, field in (
        ("that-is-bytes", b"Website"),
        ("without-l", {"t": b"t"}),
        ("without-t", {"l": b"l"}),
        ("with-an-empty-l", {**detail, "l": b""}),
        ("with-an-empty-t", {**detail, "t": b""}),
        ("with-41-characters-of-l", {**detail, "l": b"l" * 41}),
        ("with-151-characters-of-t", {**detail, "t": b"t" * 151}),
    ):
        yield bad(f"profile-field-{name}", "profile", {"fields": [field], "name": b"n"})


def bad_texts(post: dict[str, Any]) -> Iterator[Case]:
    for name, raw in (
        ("empty", b""),
        ("of-8001-bytes", b"x" * 8_001),
        ("not-utf8", b"\xff"),
        ("cut-in-a-character", "\u00e9".encode()[:1]),
        ("half-a-pair", b"\xed\xa0\x80"),
        ("overlong", b"\xc0\xaf"),
        ("beyond-unicode", b"\xf4\x90\x80\x80"),
    ):
        yield bad(f"post-text-{name}", "post", {"text": raw})
    for key, item in (("mentions", ID), ("tags", b"t")):
        yield bad(f"post-33-{key}", "post", {**post, key: [item] * 33})
    yield bad("post-mention-of-31-bytes", "post", {**post, "mentions": [ID[:31]]})
    yield bad("post-tag-of-65-characters", "post", {**post, "tags": [b"t" * 65]})
    yield bad("post-tag-that-is-a-number", "post", {**post, "tags": [1]})
    yield bad("post-lang-not-utf8", "post", {**post, "lang": b"\xff"})
    yield bad("follow-on-2", "follow", {"a": ID, "on": 2})
    yield bad("withdraw-below-0", "withdraw", {"n": -1})


def bad_refs() -> dict[str, Any]:
    return {
        "empty": {},
        "without-hash": {"f": ID, "n": 0},
        "with-a-short-feed": {**REF, "f": ID[:31]},
        "with-a-long-hash": {**REF, "h": HASH + b"x"},
        "beyond-the-last-index": {**REF, "n": 2**32},
        "that-is-bytes": ID,
    }


def bent(kind: str, fields: dict[str, Any]) -> Iterator[Case]:
    """Each key once missing, of another type, and once beyond its limit."""
    for key, value in fields.items():
        if key in SHORTEST.get(kind, fields):
            rest = {other: item for other, item in fields.items() if other != key}
            yield bad(f"{kind}-without-{key}", kind, rest)
        wrong = WRONG_TYPE[type(value)]
        yield bad(f"{kind}-{key}-of-another-type", kind, {**fields, key: wrong})
        if isinstance(value, bytes) and key != "text":
            yield bad(f"{kind}-{key}-too-long", kind, {**fields, key: value + b"x"})
        if isinstance(value, int):
            yield bad(f"{kind}-{key}-too-large", kind, {**fields, key: value + 1})


def good(name: str, kind: str, fields: Any) -> Case:
    body = fields if isinstance(fields, bytes) else bencode(fields)
    assert len(body) <= 8_192, f"{name} fits an entry"
    return f"body/{name}", {"kind": kind, "body": body.hex()}


def bad(name: str, kind: str, fields: Any) -> Case:
    _, case = good(name, kind, fields)
    return f"body/bad-{name}", {**case, "error": name}
