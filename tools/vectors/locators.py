"""Locators at their bounds."""

from collections.abc import Iterator
from typing import Any

from _reference_forms import FEED, NODE, NOW_MS, bencode, public, sign

Case = tuple[str, dict[str, Any]]

DOMAIN = b"swarmfeed locator 1\n"
AUTHOR_ID = bytes(range(200, 232))
RELAY, OTHER = bytes(range(100, 132)), bytes(range(101, 133))

PLAIN: dict[str, Any] = {
    "author": AUTHOR_ID,
    "feed": public(FEED),
    "made": NOW_MS,
    "node": public(NODE),
    "relays": [RELAY],
}


def locator_cases() -> Iterator[Case]:
    yield good("plain", {})
    yield good("two-relays", {"relays": [RELAY, OTHER]})
    yield good("made-at-0", {"made": 0})
    yield good("at-all-limits", {"made": 10**15 - 1, "relays": [RELAY, OTHER]})
    yield good("with-keys-of-later", {"z": [1]})
    room = 512 - len(signed({**PLAIN, "z": bytes(100)})) + 100
    yield good("of-512-bytes", {"z": bytes(room)})
    yield bad("of-513-bytes", {"z": bytes(room + 1)})
    for name, change in bent().items():
        yield bad(name, change)
    for key in PLAIN:
        rest = {other: value for other, value in PLAIN.items() if other != key}
        yield raw(f"without-{key}", signed(rest))
    whole = signed(PLAIN)
    yield raw("signed-by-the-node", whole[:-64] + sign(NODE, whole[:-64]))
    yield raw("with-words-of-a-notice", signed(PLAIN, b"swarmfeed notice 1\n"))
    yield raw("empty", b"")


def bent() -> dict[str, dict[str, Any]]:
    return {
        "no-relay": {"relays": []},
        "three-relays": {"relays": [RELAY, OTHER, AUTHOR_ID]},
        "relay-of-31-bytes": {"relays": [RELAY[:31]]},
        "author-of-31-bytes": {"author": AUTHOR_ID[:31]},
        "node-of-33-bytes": {"node": public(NODE) + b"x"},
        "made-below-0": {"made": -1},
        "time-of-16-digits": {"made": 10**15},
    }


def signed(fields: dict[str, Any], domain: bytes = DOMAIN) -> bytes:
    message = domain + bencode(fields)
    return message + sign(FEED, message)


def good(name: str, change: dict[str, Any]) -> Case:
    fields = {**PLAIN, **change}
    said = {key: fields[key].hex() for key in ("author", "feed", "node")}
    relays = [each.hex() for each in fields["relays"]]
    whole = {**said, "made": fields["made"], "relays": relays, "signed": signed(fields).hex()}
    return f"locator/{name}", whole


def bad(name: str, change: dict[str, Any]) -> Case:
    return raw(name, signed({**PLAIN, **change}))


def raw(name: str, data: bytes) -> Case:
    return f"locator/bad-{name}", {"signed": data.hex(), "error": name}
