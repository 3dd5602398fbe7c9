"""Supernode records at their bounds."""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import Any

from _reference_forms import FEED, NODE, public, sign

Case = tuple[str, dict[str, Any]]

DOMAIN = b"swarmfeed supernode 1\n"

PLAIN: dict[str, Any] = {
    "node": public(NODE),
    "host": "1.2.3.4",
    "port": 4_000,
    "flags": 0b1110,
    "load": 179,
    "age": 90,
    "made": 1_700_000_000,
}


def record_cases() -> Iterator[Case]:
    yield good("serving", {})
    yield good("leaf-that-may-serve", {"flags": 0b0100, "load": 0})
    yield good("leaf-of-the-least", {"flags": 0, "load": 0, "age": 0, "made": 0, "port": 1})
    highest = {"flags": 0b1110, "load": 255, "age": 2**16 - 1, "made": 2**32 - 1}
    yield good("at-all-limits", {**highest, "port": 2**16 - 1})
    yield good("ipv6", {"host": "2001:db9::17"})
    yield good("loopback", {"host": "127.0.0.17"})
    yield bad("class-3", {"flags": 0b1111})
    yield bad("unknown-flag", {"flags": 0b1_1110})
    yield bad("load-of-a-leaf", {"flags": 0b0110})
    yield bad("port-0", {"port": 0})
    yield bad("of-another-node", {"node": public(FEED)})
    yield raw("one-byte-too-few", signed({})[:-1])
    yield raw("one-byte-too-many", signed({}) + b"\0")
    yield raw("empty", b"")
    body = signed({})[:-64]
    yield raw("signed-without-its-domain", body + sign(NODE, body))
    yield raw("signed-as-a-notice", body + sign(NODE, b"swarmfeed notice 1\n" + body))


def body_of(fields: dict[str, Any]) -> bytes:
    host = ip_address(fields["host"])
    address = host.packed if isinstance(host, IPv6Address) else mapped(host.packed)
    numbers = [(fields["port"], 2), (fields["flags"], 1), (fields["load"], 1)]
    numbers = [*numbers, (fields["age"], 2), (fields["made"], 4)]
    packed: bytes = fields["node"] + address
    return packed + b"".join(number.to_bytes(size, "big") for number, size in numbers)


def mapped(packed: bytes) -> bytes:
    return bytes(10) + b"\xff\xff" + packed


def signed(change: dict[str, Any]) -> bytes:
    body = body_of({**PLAIN, **change})
    return body + sign(NODE, DOMAIN + body)


def good(name: str, change: dict[str, Any]) -> Case:
    fields = {**PLAIN, **change}
    said = {**fields, "node": fields["node"].hex(), "class": fields.pop("flags") & 3}
    flags = said.pop("flags")
    said |= {"eligible": bool(flags & 4), "serving": bool(flags & 8)}
    return f"supernode/{name}", {**said, "signed": signed(change).hex()}


def bad(name: str, change: dict[str, Any]) -> Case:
    return raw(name, signed(change))


def raw(name: str, data: bytes) -> Case:
    return f"supernode/bad-{name}", {"signed": data.hex(), "error": name}
