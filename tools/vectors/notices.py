"""Notices and goodbyes at their bounds."""

from collections.abc import Iterator
from typing import Any

from _reference_forms import FEED, NODE, NOW_MS, bencode, public, sign

Case = tuple[str, dict[str, Any]]

HOUR = 3_600_000
LASTS = {"have": 24, "lease": 24, "claim": 1, "leaving": 24, "refusal": 6, "dropped": 24}
"""Hours that each word lasts at most."""

AUTHOR_ID = bytes(range(200, 232))

PLAIN: dict[str, Any] = {
    "author": AUTHOR_ID,
    "bytes": 2**50,
    "feed": public(FEED),
    "made": NOW_MS,
    "node": public(NODE),
    "reason": b"",
    "size": 2**32,
    "until": NOW_MS + 1,
    "word": b"have",
}


def notice_cases() -> Iterator[Case]:
    for word, hours in LASTS.items():
        longest = {**PLAIN, "word": word.encode(), "until": NOW_MS + hours * HOUR}
        yield good(f"{word}-as-long-as-it-may", longest)
        yield bad(f"{word}-longer-than-it-may", {**longest, "until": longest["until"] + 1})
    yield good("at-all-limits", {**PLAIN, "made": 10**15 - 2, "until": 10**15 - 1})
    yield good("reason-of-200-characters", {**PLAIN, "reason": "é".encode() * 200})
    yield good("with-keys-of-later", {**PLAIN, "z": [1]})
    room = 1_500 - len(signed({**PLAIN, "z": b""}))
    # The length of 100 and more takes three digits, and one stands there already.
    yield good("of-1500-bytes", {**PLAIN, "z": bytes(room - 2 - (room > 1_001))})
    for name, change in bent().items():
        yield bad(name, {**PLAIN, **change})
    for key in PLAIN:
        rest = {other: value for other, value in PLAIN.items() if other != key}
        yield bad(f"without-{key}", rest)
    yield bad("of-1501-bytes", {**PLAIN, "z": bytes(room - 1 - (room > 1_001))})
    yield from goodbye_cases()


def bent() -> dict[str, dict[str, Any]]:
    return {
        "no-time-at-all": {"until": NOW_MS},
        "time-of-16-digits": {"made": 10**15 - 1, "until": 10**15},
        "made-below-0": {"made": -1, "until": 1},
        "size-beyond-the-limit": {"size": 2**32 + 1},
        "bytes-beyond-the-limit": {"bytes": 2**50 + 1},
        "bytes-below-0": {"bytes": -1},
        "reason-of-201-characters": {"reason": "é".encode() * 201},
        "reason-not-utf8": {"reason": b"\xff"},
        "word-in-capitals": {"word": b"Have"},
        "word-empty": {"word": b""},
        "author-of-31-bytes": {"author": AUTHOR_ID[:31]},
        "node-of-33-bytes": {"node": public(NODE) + b"x"},
    }


def goodbye_cases() -> Iterator[Case]:
    domain = b"swarmfeed goodbye 1\n"
    for made in (0, 10**15 - 1):
        said = {"made": made, "node": public(NODE)}
        shown = {"made": made, "node": public(NODE).hex()}
        yield f"goodbye/made-at-{made}", {**shown, "signed": signed(said, domain).hex()}
    wrong = {
        "made-at-16-digits": signed({"made": 10**15, "node": public(NODE)}, domain),
        "without-time": signed({"node": public(NODE)}, domain),
        "with-words-of-a-notice": signed({"made": 0, "node": public(NODE)}),
    }
    for name, raw in wrong.items():
        yield f"goodbye/bad-{name}", {"signed": raw.hex(), "error": name}


def signed(fields: dict[str, Any], domain: bytes = b"swarmfeed notice 1\n") -> bytes:
    message = domain + bencode(fields)
    return message + sign(NODE, message)


def good(name: str, fields: dict[str, Any]) -> Case:
    said: dict[str, Any] = {}
    for key, item in fields.items():
        if key in ("word", "reason"):
            said[key] = item.decode()
        elif key != "z":
            said[key] = item.hex() if isinstance(item, bytes) else item
    return f"notice/{name}", {**said, "signed": signed(fields).hex()}


def bad(name: str, fields: dict[str, Any]) -> Case:
    return f"notice/bad-{name}", {"signed": signed(fields).hex(), "error": name}
