"""One entry of a feed: its stored form, its header and its hash.

    header     = bencode({"b": SHA-256(body), "k": kind, "t": time_ms})
    entry_hash = SHA-256(0x00 || header)                        (RFC 9162, 2.1.1)
    stored     = bencode({"b": body,          "k": kind, "t": time_ms})
    withdrawn  = bencode({"h": SHA-256(body), "k": kind, "t": time_ms})

The stored form is built and read by hand: it is the hot path of the whole project, and its
shape is so narrow that one pattern accepts exactly the canonical spelling.
"""

import re
from hashlib import sha256
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.limits import BODY_BYTES_MAX, HASH_BYTES, KIND_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.errors import BadEncodingError

KIND: Final = b"|".join(b"%d:[a-z]{%d}" % (n, n) for n in range(1, KIND_BYTES_MAX + 1))
"""A kind is 1 to 16 lower-case letters; its length stands in front and must agree."""

match_body_start: Final = re.compile(rb"d1:(?:b(0|[1-9][0-9]{0,3}):|h32:)").match
"""Start of a stored entry, up to its body (group 1: length) or its body's hash (no group)."""

match_body_end: Final = re.compile(rb"1:k(?:" + KIND + rb")1:ti(?:0|[1-9][0-9]{0,14})ee").match
"""What follows the body: kind, time, end.  The header ends with the very same bytes."""


match_between: Final = re.compile(
    rb"(1:k(?:" + KIND + rb")1:ti(?:0|[1-9][0-9]{0,14})ee)"
    rb"(?:d1:(?:b(0|[1-9][0-9]{0,3}):|h32:))?"
).match
"""What follows the body (group 1), and the start of the next entry if there is one, up to its
body (group 2: length) or its body's hash (no group): one step instead of two through a list."""


class Entry(Struct, frozen=True):
    """One record of a feed."""

    kind: str
    """1 to 16 lower-case letters."""

    time_ms: int
    """The author's clock: Unix time in milliseconds, 0 <= time_ms <= TIME_MS_MAX."""

    body: bytes | None
    """A bencoded dict whose keys the kind defines; None once it was withdrawn."""

    body_hash: Hash
    """SHA-256 of the body, known even when the body is gone."""


def encode_entry(kind: str, time_ms: int, body: bytes) -> bytes:
    """Return the stored form.

    Raises:
        ValueError: A field is out of its bounds; callers check what people type before.
    """
    if len(body) > BODY_BYTES_MAX:
        raise ValueError(f"body is {len(body)} bytes, at most {BODY_BYTES_MAX}")
    return b"d1:b%d:%b%b" % (len(body), body, _end(kind, time_ms))


def encode_withdrawn(kind: str, time_ms: int, body_hash: Hash) -> bytes:
    """Return the stored form of an entry whose body was dropped.

    Raises:
        ValueError: A field is out of its bounds.
    """
    if len(body_hash) != HASH_BYTES:
        raise ValueError(f"a body's hash is {HASH_BYTES} bytes, not {len(body_hash)}")
    return b"d1:h32:%b%b" % (body_hash, _end(kind, time_ms))


def split_stored(stored: bytes) -> tuple[bytes | None, bytes, bytes]:
    """Cut a stored entry into body (None if withdrawn), body hash and what follows the body.

    Raises:
        BadEncodingError: Not exactly one canonical stored entry within its limits.
    """
    start = match_body_start(stored)
    if start is None:
        raise BadEncodingError("entry does not start with a body or a body hash")
    at = start.end()
    length = HASH_BYTES if start[1] is None else int(start[1])
    if length > BODY_BYTES_MAX:
        raise BadEncodingError(f"body is {length} bytes, at most {BODY_BYTES_MAX}")
    end = match_body_end(stored, at + length)
    if end is None or end.end() != len(stored):
        raise BadEncodingError("entry does not end with a kind and a time")
    content = stored[at : at + length]
    if start[1] is None:
        return None, content, end[0]
    return content, sha256(content).digest(), end[0]


def hash_stored(stored: bytes) -> Hash:
    """Return the entry's hash in the tree.  Raises BadEncodingError."""
    _, body_hash, rest = split_stored(stored)
    return _hash(body_hash, rest)


def time_of(stored: bytes) -> int:
    """Return the time that a stored entry claims, without looking at the rest of it."""
    # 1:ti<time>ee stands at its end, the time at most 15 digits; all digits follow the i.
    return int(stored[-18:-2].rpartition(b"i")[2])


def is_of_kind(stored: bytes, kind: str) -> bool:
    """Whether a stored entry says that it is of this kind, without looking at the rest."""
    # 1:k<n>:<kind> stands before 1:ti<time>ee, which holds no such thing.
    return stored.rpartition(b"1:ti")[0].endswith(b"1:k%d:%b" % (len(kind), kind.encode()))


def decode_entry(stored: bytes) -> Entry:
    """Read a stored entry.  Raises BadEncodingError."""
    return _entry(*split_stored(stored))


def decode_hashed(stored: bytes) -> tuple[Entry, Hash]:
    """Read a stored entry, and return its hash in the tree.  Raises BadEncodingError."""
    body, body_hash, rest = split_stored(stored)
    return _entry(body, body_hash, rest), _hash(body_hash, rest)


def _hash(body_hash: bytes, rest: bytes) -> Hash:
    return Hash(sha256(b"\x00d1:b32:" + body_hash + rest).digest())


def _entry(body: bytes | None, body_hash: bytes, rest: bytes) -> Entry:
    # rest is 1:k<n>:<kind>1:ti<time>ee, as the pattern made sure.
    _, _, after_k = rest.partition(b":k")
    length, _, named = after_k.partition(b":")
    kind = named[: int(length)]
    time_ms = int(named[int(length) + 4 : -2])
    return Entry(kind.decode("ascii"), time_ms, body, Hash(body_hash))


def _end(kind: str, time_ms: int) -> bytes:
    """Return what follows the body, if everyone else will read it."""
    name = kind.encode("ascii")
    end = b"1:k%d:%b1:ti%dee" % (len(name), name, time_ms)
    read = match_body_end(end)
    if read is None or read.end() != len(end):
        raise ValueError(f"not an entry to store: of kind {kind!r}, at {time_ms} ms")
    return end


assert len(str(TIME_MS_MAX)) == 15, "the pattern allows 15 digits"
assert len(str(BODY_BYTES_MAX)) == 4, "the pattern allows 4 digits"
