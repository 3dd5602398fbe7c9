"""Takes encoded dicts apart and spoils one value at a time, in every way a peer might."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from hashlib import sha256
from typing import Any, Final

from tests.golden.stage_core import decode, encode

LONG: Final = 400
"""Texts longer than this are told by their length and hash."""

INTEGERS: Final = (-1, 0, 1, 2, 8, 9, 65_535, 65_536, 2**31, 2**31 + 1, 2**32 - 1, 2**32,
                   2**32 + 1, 10**9 + 1, 10**15, 2**50, 2**50 + 1, 2**63 - 1)  # fmt: skip
LENGTHS: Final = (0, 1, 16, 17, 31, 33, 45, 46, 63, 65, 256, 257, 996, 997, 1_000, 1_001,
                  1_500, 1_501, 2_048, 2_049, 8_000, 8_001, 8_256, 8_257, 2**20,
                  2**20 + 1)  # fmt: skip
COUNTS: Final = (0, 2, 8, 9, 32, 33, 64, 65, 129, 130, 255, 256, 257, 500, 501, 1_000, 1_001)
FOREIGN: Final = (7, b"x", b"\xff", [], [7], [b"x"], {}, {b"x": 7}, [{b"x": 7}])


def outcome(read: Callable[[bytes], object], data: bytes) -> str:
    """What a decoder makes of bytes: a value, or an error with its words."""
    try:
        return short(repr(read(data)))
    except Exception as error:
        return short(f"{type(error).__name__}: {error}")


def short(text: str) -> str:
    if len(text) <= LONG:
        return text
    return f"{text[:60]}... {len(text)} characters, {sha256(text.encode()).hexdigest()[:32]}"


def short_hex(data: bytes) -> str:
    if len(data) <= LONG:
        return data.hex()
    return f"{data[:30].hex()}... {len(data)} bytes, {sha256(data).hexdigest()[:32]}"


def spoilt(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what was done to a bencoded dict, and its bytes then."""
    whole = decode(data, limit_bytes=len(data))
    for path in _paths(whole):
        for what, value in _other_values(_find(whole, path)):
            yield f"{_name(path)} {what}", encode(_changed(whole, path, value))
        if path and isinstance(path[-1], bytes):
            yield f"{_name(path)} is missing", encode(_changed(whole, path, None))
    yield "cut", data[:-1]
    yield "longer", data + b"e"
    yield "empty", b""
    yield "a list", b"l" + data + b"e"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from _paths(value[key], (*path, key))
    elif isinstance(value, list) and value:
        # The first one stands for all of them.
        yield from _paths(value[0], (*path, 0))


def _name(path: tuple[Any, ...]) -> str:
    return "/".join(key.decode() if isinstance(key, bytes) else str(key) for key in path) or "."


def _other_values(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield "has another key", {**value, b"zz": [7, {b"x": b"y"}]}
    elif isinstance(value, int):
        yield from ((f"is {number}", number) for number in INTEGERS)
    elif isinstance(value, bytes):
        yield from ((f"is {length} long", _stretch(value, length)) for length in LENGTHS)
        yield "is upper case", value.upper()
    elif isinstance(value, list) and value:
        yield from ((f"has {count} values", value[:1] * count) for count in COUNTS)
    for foreign in FOREIGN:
        if type(foreign) is not type(value):
            yield f"is {foreign!r}", foreign
    if isinstance(value, bytes):
        yield "is not UTF-8", b"\xff\xfe"


def _stretch(value: bytes, length: int) -> bytes:
    return (value or b"a").ljust(length, b"a")[:length]


def _find(whole: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        whole = whole[key]
    return whole


def _changed(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value in one place; None removes it."""
    if not path:
        return value
    copy = deepcopy(whole)
    place = _find(copy, path[:-1])
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy
