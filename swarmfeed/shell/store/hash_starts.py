"""How the hashes of entries start, by row number: what finds an entry by its hash.

A row has those of ``HASHES_IN_PART`` entries.  Many small feeds lie in one row, so what comes
together waits and is written once (``gathered``).  Every function runs inside a transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from swarmfeed.core.base.types import Hash
from swarmfeed.shell.store.schema import HASH_START_BYTES, HASHES_IN_PART
from swarmfeed.shell.store.sqlite import Connection

Starts = dict[int, bytearray]
"""Rows that were changed, by their number."""

_WAITING: Final = ContextVar[Starts | None]("waiting", default=None)
"""None: they are written as they come."""

_WAITING_MAX: Final = 64
"""Rows that wait: 32 KiB, of 16,384 entries."""


@contextmanager
def gathered(db: Connection) -> Iterator[None]:
    """Rows are written at the end of the block, or when there are many."""
    if _WAITING.get() is not None:
        yield
        return
    token = _WAITING.set({})
    try:
        yield
        write_waiting(db)
    finally:
        _WAITING.reset(token)


def add(db: Connection, row_id: int, hashes: Sequence[Hash]) -> None:
    """Remember how the hashes of entries with row numbers from ``row_id`` on start."""
    waiting = _WAITING.get()
    changed: Starts = {} if waiting is None else waiting
    while hashes:
        part, at = divmod(row_id, HASHES_IN_PART)
        room = HASHES_IN_PART - at
        new = b"".join(entry_hash[:HASH_START_BYTES] for entry_hash in hashes[:room])
        at *= HASH_START_BYTES
        _row(db, changed, part)[at : at + len(new)] = new
        row_id += room
        hashes = hashes[room:]
    if waiting is None or len(waiting) > _WAITING_MAX:
        _write(db, changed)


def write_waiting(db: Connection) -> None:
    """Write what was gathered: it is looked for, or about to change."""
    waiting = _WAITING.get()
    if waiting:
        _write(db, waiting)


def drop(db: Connection, feed_no: int) -> None:
    """Parts it shares with others keep theirs; what finds nothing does no harm."""
    write_waiting(db)
    for base, size in db.execute(
        "SELECT base, size FROM block WHERE feed = ?", (feed_no,)
    ).fetchall():
        whole = (-(-base // HASHES_IN_PART), (base + size) // HASHES_IN_PART - 1)
        db.execute("DELETE FROM hash_start WHERE part BETWEEN ? AND ?", whole)


def _row(db: Connection, changed: Starts, part: int) -> bytearray:
    if part not in changed:
        row = db.execute("SELECT starts FROM hash_start WHERE part = ?", (part,)).fetchone()
        size_bytes = HASHES_IN_PART * HASH_START_BYTES
        changed[part] = bytearray(size_bytes if row is None else row[0])
    return changed[part]


def _write(db: Connection, changed: Starts) -> None:
    rows = [(part, bytes(starts)) for part, starts in changed.items()]
    db.executemany("INSERT OR REPLACE INTO hash_start VALUES (?, ?)", rows)
    changed.clear()
