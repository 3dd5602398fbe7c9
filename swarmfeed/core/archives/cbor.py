"""DAG-CBOR, as far as Bluesky's repositories have it: bounded, and total."""

import struct
from typing import Any, Final

from swarmfeed.core.archives.limits import DEPTH_MAX

CID_TAG: Final = 42


class Cid(bytes):
    """Names a block by its hash."""


def decode(raw: bytes) -> Any:
    """Return the value that some bytes are.  ValueError: they are none, or not only."""
    value, end = _value(raw, 0, 0)
    if end != len(raw):
        raise ValueError("there is something behind the value")
    return value


def _value(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEPTH_MAX:
        raise ValueError("nested too deeply")
    if at >= len(raw):
        raise ValueError("the value has no end")
    major, kind = raw[at] >> 5, raw[at] & 31
    if major == 7:
        return _simple(raw, at, kind)
    count, at = _count(raw, at, kind)
    if major == 0:
        return count, at
    if major == 1:
        return -1 - count, at
    if major in (2, 3):
        return _text(raw, at, count, is_text=major == 3)
    if major == 6:
        return _link(raw, at, count, depth)
    if count > len(raw) - at:
        raise ValueError("more items than bytes")
    return _list(raw, at, count, depth) if major == 4 else _map(raw, at, count, depth)


def _count(raw: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind < 24:
        return kind, at + 1
    if kind > 27:
        raise ValueError("no length")
    size = 1 << (kind - 24)
    if at + 1 + size > len(raw):
        raise ValueError("the value has no end")
    return int.from_bytes(raw[at + 1 : at + 1 + size], "big"), at + 1 + size


def _text(raw: bytes, at: int, size: int, *, is_text: bool) -> tuple[Any, int]:
    if at + size > len(raw):
        raise ValueError("the text has no end")
    found = raw[at : at + size]
    return (found.decode("utf-8") if is_text else found), at + size


def _link(raw: bytes, at: int, tag: int, depth: int) -> tuple[Any, int]:
    value, end = _value(raw, at, depth + 1)
    if tag != CID_TAG or not isinstance(value, bytes) or value[:1] != b"\0":
        raise ValueError("a tag that is no link")
    return Cid(value[1:]), end


def _list(raw: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    found = []
    for _ in range(count):
        value, at = _value(raw, at, depth + 1)
        found.append(value)
    return found, at


def _map(raw: bytes, at: int, count: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    for _ in range(count):
        key, at = _value(raw, at, depth + 1)
        if not isinstance(key, str):
            raise ValueError("a key that is no text")
        found[key], at = _value(raw, at, depth + 1)
    return found, at


def _simple(raw: bytes, at: int, kind: int) -> tuple[Any, int]:
    simple = {20: False, 21: True, 22: None}
    if kind in simple:
        return simple[kind], at + 1
    if kind == 27 and at + 9 <= len(raw):
        return struct.unpack(">d", raw[at + 1 : at + 9])[0], at + 9
    raise ValueError("no such value")
