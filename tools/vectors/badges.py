"""Badges at their bounds."""

from collections.abc import Iterator
from typing import Any

from _reference_forms import FEED, NODE, bencode, public, sign

Case = tuple[str, dict[str, Any]]

DOMAIN = b"swarmfeed badge 1\n"

PLAIN: dict[str, Any] = {
    "author": bytes(range(200, 232)),
    "feed": public(FEED),
    "name": b"Anna",
    "node": public(NODE),
}


def badge_cases() -> Iterator[Case]:
    yield good("plain", {})
    yield good("without-a-name", {"name": b""})
    yield good("with-a-name-of-64-characters", {"name": "\U0001f99c".encode() * 64})
    yield good("with-keys-of-later", {"z": [1]})
    room = 768 - len(signed({**PLAIN, "z": bytes(100)})) + 100
    yield good("of-768-bytes", {"z": bytes(room)})
    yield bad("of-769-bytes", {"z": bytes(room + 1)})
    for name, change in bent().items():
        yield bad(name, change)
    for key in PLAIN:
        rest = {other: value for other, value in PLAIN.items() if other != key}
        yield raw(f"no-{key}", signed(rest))
    whole = signed(PLAIN)
    yield raw("signed-by-the-node", whole[:-64] + sign(NODE, whole[:-64]))
    yield raw("with-words-of-a-locator", signed(PLAIN, b"swarmfeed locator 1\n"))
    yield raw("empty", b"")


def bent() -> dict[str, dict[str, Any]]:
    return {
        "name-of-65-characters": {"name": b"n" * 65},
        "name-that-is-no-text": {"name": b"\xff"},
        "author-of-31-bytes": {"author": PLAIN["author"][:31]},
        "node-of-33-bytes": {"node": public(NODE) + b"x"},
    }


def signed(fields: dict[str, Any], domain: bytes = DOMAIN) -> bytes:
    message = domain + bencode(fields)
    return message + sign(FEED, message)


def good(name: str, change: dict[str, Any]) -> Case:
    fields = {**PLAIN, **change}
    said = {key: fields[key].hex() for key in ("author", "feed", "node")}
    whole = {**said, "name": fields["name"].decode(), "signed": signed(fields).hex()}
    return f"badge/{name}", whole


def bad(name: str, change: dict[str, Any]) -> Case:
    return raw(name, signed({**PLAIN, **change}))


def raw(name: str, data: bytes) -> Case:
    return f"badge/bad-{name}", {"signed": data.hex(), "error": name}
