"""Bencode, the one spelling of every value.  The only module that imports its libraries.

    integer   i<decimal>e               -2**63 <= value < 2**63, no leading zero, no -0
    bytes     <length>:<bytes>          length in decimal without leading zero
    list      l<values>e
    dict      d(<key><value>)*e         keys are bytes, ascending as raw bytes, each once

The decoder is total: a value, or BadEncodingError.  It bounds size, nesting and the number of
values, and accepts only the one canonical spelling of a value: whatever it reads, ``encode``
writes as it was.  bencode.py's own accepts others, so that all had to be encoded again and
compared, and takes lengths such as ``-6``: ``d0:i1e-6:`` sends it back to read the same bytes
for ever.  bencode2 takes the one spelling alone, twenty times as fast as Python; it has no
bounds, so it reads nothing long, what it read is counted, and what it refuses is read once more
here, where the error says what is wrong.  Nor does it read what may be nested deep, which takes
its stack and, when it refuses, its time.  It also writes, once all is of the exact types.
Where it was not compiled, all is read here, and bencode.py writes: its own Python takes a
thousand lists in one another for a fault of the program.

Source: BEP 3, "bencoding".
"""

import math
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, cast

from bencode2 import COMPILED, BencodeDecodeError, bdecode, bencode
from bencodepy import BencodeEncoder

from swarmfeed.core.base.limits import MESSAGE_DEPTH_MAX, VALUES_MAX
from swarmfeed.errors import BadEncodingError

Value = int | bytes | list["Value"] | dict[bytes, "Value"]
"""What ``decode`` gives."""

Encodable = (
    int
    | bytes
    | str
    | Sequence["Encodable"]
    | Mapping[bytes, "Encodable"]
    | Mapping[str, "Encodable"]
)
"""What ``encode`` takes: text becomes its UTF-8 bytes, tuples become lists."""

INT_MIN: Final = -(2**63)
"""Smallest integer, so that any language reads it into 64 bits."""

INT_MAX: Final = 2**63 - 1
"""Largest integer."""

READ_AT_ONCE_BYTES_MAX: Final = 131_072
"""Longest text whose values are made before they are counted: the worst, empty lists in a list,
are 65,536 objects, 4 MB and 3 ms."""

READ_AT_ONCE_DEPTH_MAX: Final = 1_000
"""How deep a text may be nested that bencode2 reads: less than 512 KiB of a thread's stack."""

READ_AT_ONCE_BYTES_PER_DEPTH: Final = 8
"""Bytes of it for each level: to refuse one takes bencode2 2.7 µs, as long as 8 bytes of the
costliest values take here."""

match_length: Final = re.compile(rb"(0|[1-9][0-9]{0,9}):").match
match_int: Final = re.compile(rb"i(0|-?[1-9][0-9]{0,18})e").match


class _PlainEncoder(BencodeEncoder):  # type: ignore[misc]  # the library has no types
    """The library's encoder for dicts whose keys are bytes already: a third faster."""

    def encode_dict(self, x: dict[bytes, Value], r: deque[bytes]) -> None:
        r.append(b"d")
        for key in sorted(x):
            self.encode_bytes(key, r)
            value = x[key]
            self.encode_func[type(value)](value, r)
        r.append(b"e")


_encoder: Final = _PlainEncoder()


def encode(value: Encodable) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        TypeError: A bool, None, float or anything else that bencode has no word for.
        ValueError: An integer outside of 64 bits, text that is not Unicode, or the same key
            twice (once as text and once as bytes).
    """
    plain = _to_plain(value)
    return bencode(plain) if COMPILED else cast(bytes, _encoder.encode(plain))


def decode(data: bytes, *, limit_bytes: int, values_max: int = VALUES_MAX) -> Value:
    """Read the one value that ``data`` spells canonically.

    Raises:
        BadEncodingError: Anything else, whatever the bytes are.
    """
    if len(data) <= limit_bytes and _is_harmless(data):
        with suppress(BencodeDecodeError, ValueError):
            value: Value = bdecode(data)
            if _count(value, 0) <= values_max:
                return value
    return _Reader(data, limit_bytes, values_max, is_strict=True).whole()


def _is_harmless(data: bytes) -> bool:
    """Whether a reader without bounds may read it.  No more lists and dicts lie in one another
    than there are of the letters they begin with, also inside of bytes."""
    if not COMPILED or len(data) > READ_AT_ONCE_BYTES_MAX:
        return False
    depth_max = min(len(data) // READ_AT_ONCE_BYTES_PER_DEPTH, READ_AT_ONCE_DEPTH_MAX)
    return data.count(b"l") + data.count(b"d") <= max(depth_max, MESSAGE_DEPTH_MAX)


def _count(value: Value, depth: int) -> float:
    """How many values there are in one; more than any bound allows where one is nested too
    deep, or does not fit 64 bits."""
    if isinstance(value, int):
        return 1 if INT_MIN <= value <= INT_MAX else math.inf
    if isinstance(value, bytes):
        return 1
    if depth >= MESSAGE_DEPTH_MAX:
        return math.inf
    count: float = 1
    items: Iterable[Value] = value
    if isinstance(value, dict):
        count, items = 1 + len(value), value.values()
    for item in items:
        # Most are bytes: no call for each of them.
        count += 1 if type(item) is bytes else _count(item, depth + 1)
    return count


def decode_lenient(data: bytes, *, limit_bytes: int, values_max: int = VALUES_MAX) -> Value:
    """Read a value whose dicts may have their keys in any order, the last of equal ones.

    For protocols of others, and for nothing that is hashed or signed as a whole.

    Raises:
        BadEncodingError: Anything else, whatever the bytes are.
    """
    return _Reader(data, limit_bytes, values_max, is_strict=False).whole()


class _Reader:
    """Reads one value, with a budget of values."""

    __slots__ = ("_data", "_is_strict", "_values_left", "_values_max")

    def __init__(
        self, data: bytes, limit_bytes: int, values_max: int, *, is_strict: bool
    ) -> None:
        if len(data) > limit_bytes:
            raise BadEncodingError(f"{len(data)} bytes, at most {limit_bytes}")
        self._data = data
        self._values_max = self._values_left = values_max
        self._is_strict = is_strict

    def whole(self) -> Value:
        """The value that is all there is."""
        value, end = self._value(0, 0)
        if end != len(self._data):
            raise BadEncodingError(f"the value ends at byte {end}, and more comes after it")
        return value

    def _value(self, at: int, depth: int) -> tuple[Value, int]:
        """The value that starts at a byte, and where it ends."""
        self._values_left -= 1
        if self._values_left < 0:
            raise BadEncodingError(f"more than {self._values_max} values")
        # Most are bytes.
        length = match_length(self._data, at)
        if length is not None:
            return self._bytes(length)
        kind = self._data[at : at + 1]
        if kind == b"i":
            return self._int(at)
        if kind in (b"l", b"d") and depth >= MESSAGE_DEPTH_MAX:
            raise BadEncodingError(f"nested too deep at byte {at}")
        if kind == b"l":
            return self._list(at + 1, depth + 1)
        if kind == b"d":
            return self._dict(at + 1, depth + 1)
        raise BadEncodingError(f"no value at byte {at}")

    def _bytes(self, length: "re.Match[bytes]") -> tuple[bytes, int]:
        start = length.end()
        end = start + int(length[1])
        if end > len(self._data):
            raise BadEncodingError(f"length at byte {length.start()} goes beyond the end")
        return self._data[start:end], end

    def _int(self, at: int) -> tuple[int, int]:
        found = match_int(self._data, at)
        if found is None:
            raise BadEncodingError(f"no canonical integer at byte {at}")
        number = int(found[1])
        if not INT_MIN <= number <= INT_MAX:
            raise BadEncodingError(f"integer at byte {at} does not fit 64 bits")
        return number, found.end()

    def _list(self, at: int, depth: int) -> tuple[list[Value], int]:
        found: list[Value] = []
        while self._data[at : at + 1] != b"e":
            value, at = self._value(at, depth)
            found.append(value)
        return found, at + 1

    def _dict(self, at: int, depth: int) -> tuple[dict[bytes, Value], int]:
        found: dict[bytes, Value] = {}
        last: bytes | None = None
        while self._data[at : at + 1] != b"e":
            length = match_length(self._data, at)
            if length is None:
                raise BadEncodingError(f"no key at byte {at}")
            key, end = self._bytes(length)
            self._values_left -= 1  # it counts, and what comes behind it looks whether it may
            if self._is_strict and last is not None and key <= last:
                raise BadEncodingError(f"key at byte {at} is not behind the one before it")
            last = key
            found[key], at = self._value(end, depth)
        return found, at + 1


def _to_plain(value: object) -> Value:
    """Return the value in the exact types the library encodes as BEP 3 says."""
    # Exact types of numbers: a bool is an int to isinstance, and would be encoded as one.
    if type(value) is bytes:
        return value
    if type(value) is int:
        if not INT_MIN <= value <= INT_MAX:
            raise ValueError(f"integer {value} does not fit 64 bits")
        return value
    if isinstance(value, str):  # a Sentence is one, too
        return value.encode("utf-8")
    if isinstance(value, dict):
        return _to_plain_dict(value)
    if isinstance(value, list | tuple):
        # Most are lists of bytes: not to call for each of them halves what they cost.
        return [item if type(item) is bytes else _to_plain(item) for item in value]
    raise TypeError(f"bencode has no {type(value).__name__}")


def _to_plain_dict(value: dict[object, object]) -> dict[bytes, Value]:
    plain: dict[bytes, Value] = {}
    for key, item in value.items():
        name = key if type(key) is bytes else _to_plain_key(key)
        if name in plain:
            raise ValueError(f"key {name!r} twice")
        plain[name] = item if type(item) is bytes else _to_plain(item)
    return plain


def _to_plain_key(key: object) -> bytes:
    if isinstance(key, str):
        return key.encode("utf-8")
    if not isinstance(key, bytes):
        raise TypeError(f"bencode has no {type(key).__name__} as a key")
    return key


class Fields:
    """Reads a decoded dict key by key; every error names the key.

    Keys that nobody asks for are ignored, so that later versions may add some.  All methods
    raise BadEncodingError when a key is missing or its value is out of bounds;
    ``optional_bytes`` gives None when it is missing.
    """

    __slots__ = ("_fields", "_what")

    def __init__(self, value: Value, what: str) -> None:
        """Wrap a decoded value; ``what`` starts each error message.

        Raises:
            BadEncodingError: It is not a dict.
        """
        if not isinstance(value, dict):
            raise BadEncodingError(f"{what} is not a dict")
        self._fields = value
        self._what = what

    def __contains__(self, key: bytes) -> bool:
        return key in self._fields

    def take_bytes(
        self, key: bytes, *, length: int | None = None, bytes_max: int | None = None
    ) -> bytes:
        """Return bytes of exactly ``length``, or at most ``bytes_max``."""
        value = self._take(key)
        if not isinstance(value, bytes):
            raise self._error(key, "is not bytes")
        if length is not None and len(value) != length:
            raise self._error(key, f"is {len(value)} bytes, not {length}")
        if bytes_max is not None and len(value) > bytes_max:
            raise self._error(key, f"is {len(value)} bytes, at most {bytes_max}")
        return value

    def optional_bytes(
        self, key: bytes, *, length: int | None = None, bytes_max: int | None = None
    ) -> bytes | None:
        if key not in self._fields:
            return None
        return self.take_bytes(key, length=length, bytes_max=bytes_max)

    def take_int(self, key: bytes, low: int, high: int) -> int:
        """Return an integer, low <= integer <= high."""
        value = self._take(key)
        if not isinstance(value, int):
            raise self._error(key, "is not an integer")
        if not low <= value <= high:
            raise self._error(key, f"is {value}, not {low} to {high}")
        return value

    def take_text(self, key: bytes, *, chars_max: int, chars_min: int = 0) -> str:
        """Return text, valid UTF-8 of chars_min <= characters <= chars_max."""
        # No character is longer than 4 bytes: nothing longer is decoded at all.
        raw = self.take_bytes(key, bytes_max=4 * chars_max)
        return self._to_text(key, raw, chars_min, chars_max)

    def take_list(self, key: bytes, *, count_max: int) -> list[Value]:
        """Return a list of at most ``count_max`` values of any type."""
        value = self._take(key)
        if not isinstance(value, list):
            raise self._error(key, "is not a list")
        if len(value) > count_max:
            raise self._error(key, f"has {len(value)} values, at most {count_max}")
        return value

    def take_bytes_list(
        self,
        key: bytes,
        *,
        count_max: int,
        length: int | None = None,
        bytes_max: int | None = None,
    ) -> tuple[bytes, ...]:
        """Return a list of bytes, each of exactly ``length`` or at most ``bytes_max``."""
        found = []
        for item in self.take_list(key, count_max=count_max):
            if not isinstance(item, bytes):
                raise self._error(key, "holds something that is not bytes")
            if length is not None and len(item) != length:
                raise self._error(key, f"holds {len(item)} bytes, not {length}")
            if bytes_max is not None and len(item) > bytes_max:
                raise self._error(key, f"holds {len(item)} bytes, at most {bytes_max}")
            found.append(item)
        return tuple(found)

    def take_text_list(self, key: bytes, *, count_max: int, chars_max: int) -> tuple[str, ...]:
        """Return a list of texts, each of at most ``chars_max`` characters."""
        raws = self.take_bytes_list(key, count_max=count_max, bytes_max=4 * chars_max)
        return tuple(self._to_text(key, raw, 0, chars_max) for raw in raws)

    def take_fields(self, key: bytes) -> "Fields":
        """Return a dict inside this one."""
        return Fields(self._take(key), self._name(key))

    def take_fields_list(self, key: bytes, *, count_max: int) -> "list[Fields]":
        """Return a list of dicts."""
        name = self._name(key)
        return [Fields(item, name) for item in self.take_list(key, count_max=count_max)]

    def _to_text(self, key: bytes, raw: bytes, chars_min: int, chars_max: int) -> str:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._error(key, "is not UTF-8") from error
        if not chars_min <= len(text) <= chars_max:
            raise self._error(key, f"is {len(text)} characters, not {chars_min} to {chars_max}")
        return text

    def _take(self, key: bytes) -> Value:
        try:
            return self._fields[key]
        except KeyError:
            raise self._error(key, "is missing") from None

    def _name(self, key: bytes) -> str:
        return f"{self._what}.{key.decode('ascii')}"

    def _error(self, key: bytes, fact: str) -> BadEncodingError:
        return BadEncodingError(f"{self._name(key)} {fact}")


def decode_fields(
    data: bytes, what: str, *, limit_bytes: int, values_max: int = VALUES_MAX
) -> Fields:
    """Decode a dict and wrap it for reading.  Raises BadEncodingError."""
    return Fields(decode(data, limit_bytes=limit_bytes, values_max=values_max), what)
