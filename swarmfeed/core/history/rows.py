"""Rows of the ledger as bytes: what a node saw of others, and what it promised.

    page         key                 value
    notices      node id + feed id   signed notice, and where its node was reached
    presences    node id             presence, audits, host: 1.4 kB
    custodies    feed id             what a history server promised of it, and why
    rates        feed id             requests a day, and when that was so
    allowances   author id           bytes it may still add
    choices      a word              what the operator gives

They never leave this machine.  A decoder gives a value or raises DamageError; whoever reads
the ledger passes a damaged row over, as if it had never been written.
"""

import struct
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from math import isfinite
from typing import Final, ParamSpec, TypeVar

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.availability import WEEK_HOURS, Audits, Presence
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import FEED_BYTES_MAX, NOTICE_BYTES_MAX
from swarmfeed.core.history.placement import Memory
from swarmfeed.core.history.quota import Allowance
from swarmfeed.core.history.words import NoticeRecord
from swarmfeed.errors import BadEncodingError, DamageError

P = ParamSpec("P")
T = TypeVar("T")

ROW_BYTES_MAX: Final = 4_096
"""Longest row: a notice with its endpoints, or a presence, twice over."""

REASON_BYTES_MAX: Final = 1_000
"""Longest reason of a decision, in UTF-8; a longer one is cut."""

_NOTICE: Final = codec_of(NoticeRecord)
_COUNTS: Final = struct.Struct(f"<{2 * WEEK_HOURS}f")
_PRESENCE: Final = struct.Struct("<2d?3qH?3d")
_MEMORY: Final = struct.Struct("<dIQI")
_RATE: Final = struct.Struct("<dq")
_UNKNOWN: Final = -1.0
"""Stands for an unavailability that was never worked out."""


class CustodyState(StrEnum):
    """How far a feed is with a history server."""

    CLAIMED = "claimed"
    """Being fetched."""
    LEASED = "leased"
    """Held, and promised."""
    LEAVING = "leaving"
    """Held until others hold enough."""


class Custody(Struct, frozen=True, kw_only=True):
    """A feed that a history server fetches or holds for others."""

    author_id: AuthorId
    state: CustodyState
    since_ms: int
    """When it was claimed, or since when it is leased."""
    size: int
    """Entries it was admitted with; 0 while only others' word of it is known."""
    feed_bytes: int
    """Bytes it is charged with."""
    memory: Memory
    reason: str
    """Of the last decision."""
    decided_ms: int


class Seen(Struct, frozen=True):
    """What is remembered of one node."""

    presence: Presence
    audits: Audits
    host: str
    """Where it was last reached; empty when it never was."""


def _total(decode: Callable[P, T]) -> Callable[P, T]:
    """Let a decoder raise DamageError for whatever is wrong."""

    @wraps(decode)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return decode(*args, **kwargs)
        except (BadEncodingError, struct.error, ValueError) as wrong:
            raise DamageError(f"a row of the ledger is damaged: {wrong}") from wrong

    return wrapper


def encode_seen(seen: Seen) -> bytes:
    one, audits = seen.presence, seen.audits
    head = _PRESENCE.pack(
        one.up_mean_ms,
        one.down_mean_ms,
        one.online,
        one.since_ms,
        one.seen_at_ms,
        one.sampled_at_ms,
        min(one.misses, 65_535),
        one.goodbye,
        audits.passed,
        audits.failed,
        audits.doubt,
    )
    return head + _COUNTS.pack(*one.ups, *one.downs) + seen.host.encode("ascii")


@_total
def decode_seen(row: bytes) -> Seen:
    """Read a presence row.  Counts come back as 32-bit floats.  Raises DamageError."""
    up, down, online, since, seen, sampled, misses, goodbye, *audits = _PRESENCE.unpack_from(
        row
    )
    counts = _COUNTS.unpack_from(row, _PRESENCE.size)
    if not all(map(isfinite, (up, down, *audits, *counts))) or min(up, down, *counts) < 0:
        raise BadEncodingError("a number is none")
    presence = Presence(
        ups=counts[:WEEK_HOURS],
        downs=counts[WEEK_HOURS:],
        up_mean_ms=up,
        down_mean_ms=down,
        online=online,
        since_ms=since,
        seen_at_ms=seen,
        sampled_at_ms=sampled,
        misses=misses,
        goodbye=goodbye,
    )
    host = row[_PRESENCE.size + _COUNTS.size :].decode("ascii")
    return Seen(presence, Audits(*audits), host)


def encode_notice(record: NoticeRecord) -> bytes:
    return encode(_NOTICE.write(record))


@_total
def decode_notice(row: bytes) -> NoticeRecord:
    """Read a notice row; its signature was verified when it came.  Raises DamageError."""
    return _NOTICE.read(decode_fields(row, "notice row", limit_bytes=2 * NOTICE_BYTES_MAX))


def encode_custody(custody: Custody) -> bytes:
    memory = custody.memory
    unavailable = _UNKNOWN if memory.unavailable is None else memory.unavailable
    packed = _MEMORY.pack(
        unavailable, memory.slack_steps, memory.looked_at_ms, memory.spare_steps
    )
    body: dict[str, Encodable] = {
        "author": custody.author_id,
        "bytes": custody.feed_bytes,
        "decided": custody.decided_ms,
        "memory": packed,
        "reason": custody.reason.encode("utf-8")[:REASON_BYTES_MAX],
        "since": custody.since_ms,
        "size": custody.size,
        "state": custody.state.value,
    }
    return encode(body)


@_total
def decode_custody(row: bytes) -> Custody:
    """Read a custody row.  Raises DamageError."""
    fields = _fields(row, "custody")
    reason = fields.take_bytes(b"reason", bytes_max=REASON_BYTES_MAX)
    return Custody(
        author_id=AuthorId(fields.take_bytes(b"author", length=KEY_BYTES)),
        state=CustodyState(fields.take_bytes(b"state", bytes_max=16).decode("ascii")),
        since_ms=fields.take_int(b"since", 0, TIME_MS_MAX),
        size=fields.take_int(b"size", 0, FEED_ENTRIES_MAX),
        feed_bytes=fields.take_int(b"bytes", 0, FEED_BYTES_MAX),
        memory=_read_memory(fields.take_bytes(b"memory", length=_MEMORY.size)),
        reason=reason.decode("utf-8", errors="replace"),
        decided_ms=fields.take_int(b"decided", 0, TIME_MS_MAX),
    )


def encode_rate(per_day: float, at_ms: int) -> bytes:
    return _RATE.pack(per_day, at_ms)


@_total
def decode_rate(row: bytes) -> tuple[float, int]:
    """Requests a day, and when that was so.  Raises DamageError."""
    return _read_number(row)


def encode_allowance(allowance: Allowance) -> bytes:
    return _RATE.pack(allowance.left_bytes, allowance.at_ms)


@_total
def decode_allowance(row: bytes) -> Allowance:
    """Read an allowance row.  Raises DamageError."""
    return Allowance(*_read_number(row))


def encode_choice(choice: HistoryChoice) -> bytes:
    body: dict[str, Encodable] = {
        "disk": choice.disk_bytes,
        "free": choice.free_bytes_min,
        "scope": choice.scope,
    }
    return encode(body)


@_total
def decode_choice(row: bytes) -> HistoryChoice:
    """Read what the operator chose.  Raises DamageError."""
    fields = _fields(row, "choice")
    return HistoryChoice(
        scope=fields.take_text(b"scope", chars_max=16),
        disk_bytes=fields.take_int(b"disk", 0, FEED_BYTES_MAX),
        free_bytes_min=fields.take_int(b"free", 0, FEED_BYTES_MAX),
    )


def _fields(row: bytes, what: str) -> Fields:
    return decode_fields(row, what, limit_bytes=ROW_BYTES_MAX)


def _read_memory(packed: bytes) -> Memory:
    unavailable, slack_steps, looked_at_ms, spare_steps = _MEMORY.unpack(packed)
    if not isfinite(unavailable):
        raise BadEncodingError("a number is none")
    known = None if unavailable < 0 else unavailable
    return Memory(known, slack_steps, looked_at_ms, spare_steps)


def _read_number(row: bytes) -> tuple[float, int]:
    value, at_ms = _RATE.unpack(row)
    if not isfinite(value):
        raise BadEncodingError("a number is none")
    return value, at_ms
