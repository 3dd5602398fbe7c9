"""Private state as a table that comes out alike, in whatever order its rows arrive.

    scope, key -> value, when, on which device            an empty value: it was taken away

Of two rows about the same thing the later one counts; of two of the same millisecond the one
with the higher (device, value).  So any set of rows gives one table, and two devices that saw
the same rows have the same one: nobody has to be asked first, and nothing is lost by meeting
twice (a map of last-writer-wins registers; Shapiro and others, 2011).

A person's own doing always counts over what is known at that moment, whatever the clock says:
its time is later than that of the row it replaces, and than any of this device.

A row from more than ROW_AHEAD_MS ahead is nobody's doing yet: it is not taken before its time,
and what a person does replaces it.  Or one device, stolen or with a broken clock, would have
the last word for ever.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.state.limits import (
    GONE_MS,
    KEY_BYTES_MAX,
    OTHERS_BYTES_MAX,
    RETURNED_BYTES_MAX,
    ROW_AHEAD_MS,
    ROW_BYTES_EXTRA,
    SCOPE_CHARS_MAX,
    TABLE_BYTES_MAX,
    VALUE_BYTES_MAX,
)
from swarmfeed.errors import BadEncodingError

Name = tuple[str, bytes]
"""Scope and key: what a row is about."""


class PrivateRow(Struct, frozen=True, kw_only=True):
    """What one device said of one thing."""

    scope: Annotated[str, At("s"), Between(1, SCOPE_CHARS_MAX)]
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES_MAX)]
    value: Annotated[bytes, At("v"), UpTo(VALUE_BYTES_MAX)]
    """Empty: it was taken away."""
    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]
    """The device's clock, or later."""
    device: Annotated[FeedId, At("d")]
    """The feed of the device that said it."""

    @property
    def name(self) -> Name:
        return self.scope, self.key

    @property
    def bytes_taken(self) -> int:
        return len(self.key) + len(self.value) + ROW_BYTES_EXTRA

    def is_early(self, now_ms: int) -> bool:
        """Whether its time is too far ahead for it to be taken."""
        return self.time_ms > now_ms + ROW_AHEAD_MS

    def is_newer(self, other: "PrivateRow | None") -> bool:
        return other is None or self._order > other._order

    @property
    def _order(self) -> tuple[int, bytes, bytes]:
        return self.time_ms, self.device, self.value


ROW: Final = codec_of(PrivateRow)

Vector = Mapping[FeedId, int]
"""Of each device the latest time that is known of it."""


def encode_row(row: PrivateRow) -> bytes:
    return encode(ROW.write(row))


def decode_row(data: bytes) -> PrivateRow:
    """Read a row.  Raises BadEncodingError."""
    most = KEY_BYTES_MAX + VALUE_BYTES_MAX + ROW_BYTES_EXTRA
    return ROW.read(decode_fields(data, "row", limit_bytes=most))


class Merged(Struct, frozen=True, kw_only=True):
    """What came of rows that others told."""

    taken: tuple[PrivateRow, ...]
    """Those that count now and did not before."""
    crowding: frozenset[FeedId]
    """Devices of whose rows some were left out: there is no room for so much of them."""


class PrivateTable:
    """The rows that count, one for each name."""

    def __init__(self, rows: Iterable[PrivateRow] = ()) -> None:
        self._rows: dict[Name, PrivateRow] = {}
        self._bytes: Counter[FeedId] = Counter()
        """What the rows of each device take."""
        self.take(rows)

    # --- looking ---

    def get(self, scope: str, key: bytes) -> bytes:
        """The value of a thing; empty when there is none."""
        row = self._rows.get((scope, key))
        return row.value if row is not None else b""

    def said_ms(self, scope: str, key: bytes) -> int:
        """When that was said of a thing which is known; 0 when nothing was."""
        row = self._rows.get((scope, key))
        return row.time_ms if row is not None else 0

    def all(self, scope: str) -> dict[bytes, bytes]:
        """Values by key, without what was taken away."""
        return {
            key: row.value
            for (known, key), row in self._rows.items()
            if known == scope and row.value
        }

    def rows(self) -> list[PrivateRow]:
        """All rows, oldest first, so that whoever takes a part of them has no holes."""
        return sorted(self._rows.values(), key=lambda row: (row.time_ms, row.name))

    def vector(self) -> dict[FeedId, int]:
        """Of each device the latest time among the rows."""
        found: dict[FeedId, int] = {}
        for row in self._rows.values():
            found[row.device] = max(found.get(row.device, 0), row.time_ms)
        return found

    def beyond(self, vector: Vector) -> list[PrivateRow]:
        """Rows that somebody who knows so much does not know, oldest first."""
        return [row for row in self.rows() if row.time_ms > vector.get(row.device, -1)]

    def has_room(self, rows: Iterable[PrivateRow], device: FeedId) -> bool:
        """Whether a device may write these down: also in a full table what takes no more
        than was there, so that things can be taken away.  What others wrote takes no room."""
        rows = list(rows)
        known = [each for row in rows if (each := self._rows.get(row.name)) is not None]
        made = sum(row.bytes_taken for row in rows)
        own = sum(row.bytes_taken for row in known if row.device == device)
        is_less = made <= sum(row.bytes_taken for row in known)
        return is_less or self._bytes[device] + made - own <= TABLE_BYTES_MAX

    # --- changing ---

    def take(self, rows: Iterable[PrivateRow]) -> None:
        """Take rows that there is room for: read from the disk, or written here."""
        for row in rows:
            if row.is_newer(self._rows.get(row.name)):
                self._put(row)

    def merge(self, rows: Iterable[PrivateRow], own: FeedId) -> Merged:
        """Take rows that others told the device ``own`` of, as far as there is room."""
        taken, crowding = [], set()
        for row in rows:
            old = self._rows.get(row.name)
            if not row.is_newer(old):
                continue
            if self._fits(row, old, own):
                self._put(row)
                taken.append(row)
            else:
                crowding.add(row.device)
        return Merged(taken=tuple(taken), crowding=frozenset(crowding))

    def _fits(self, row: PrivateRow, old: PrivateRow | None, own: FeedId) -> bool:
        """Whether each device, and all others of ``own``, stay within what they may have."""
        if old is not None and row.device == old.device and row.bytes_taken <= old.bytes_taken:
            return True
        before = old.bytes_taken if old is not None and old.device == row.device else 0
        after = self._bytes[row.device] + row.bytes_taken - before
        if row.device == own:
            return after <= RETURNED_BYTES_MAX
        freed = old.bytes_taken if old is not None and old.device != own else 0
        others = self._bytes.total() - self._bytes[own] + row.bytes_taken - freed
        return after <= TABLE_BYTES_MAX and others <= OTHERS_BYTES_MAX

    def _put(self, row: PrivateRow) -> None:
        self.forget((row.name,))
        self._rows[row.name] = row
        self._bytes[row.device] += row.bytes_taken

    def make(
        self, changes: Mapping[Name, bytes], *, now_ms: int, device: FeedId
    ) -> list[PrivateRow]:
        """Return the rows that say something from now on, over all that is known.

        No two have the same time: who gets only the first of them knows what is missing.
        What is too far ahead counts for nothing: it is to be replaced.
        """
        known_ms = {
            name: row.time_ms for name, row in self._rows.items() if not row.is_early(now_ms)
        }
        own = (at_ms for name, at_ms in known_ms.items() if self._rows[name].device == device)
        time_ms = max(now_ms, max(own, default=-1) + 1)
        made = []
        for (scope, key), value in changes.items():
            time_ms = max(time_ms, known_ms.get((scope, key), -1) + 1)
            at_ms = min(time_ms, TIME_MS_MAX)
            made.append(
                PrivateRow(scope=scope, key=key, value=value, time_ms=at_ms, device=device)
            )
            time_ms += 1
        return made

    def forget(self, names: Iterable[Name]) -> None:
        """Drop rows as if they had never been; another device may bring them back."""
        for name in names:
            row = self._rows.pop(name, None)
            if row is not None:
                self._bytes[row.device] -= row.bytes_taken

    def outdated(self, now_ms: int) -> list[Name]:
        """What was taken away so long ago that it need not be known any more."""
        rows = self._rows.values()
        return [row.name for row in rows if not row.value and row.time_ms < now_ms - GONE_MS]


def read_rows(items: Iterable[bytes]) -> list[PrivateRow]:
    """Read those that are rows; what this version does not understand is passed over."""
    found = []
    for item in items:
        try:
            found.append(decode_row(item))
        except BadEncodingError:
            continue
    return found
