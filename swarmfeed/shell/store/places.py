"""Which numbers authors, feeds and entries have in the index, and which entries it has read.

Every function runs inside a transaction.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.public_id import feed_prefix
from swarmfeed.shell.store.sqlite import Connection

# With the newest block of the feed, if it has any.
_KNOWN: Final = """
    SELECT feed.no, author.no, block.base, coalesce(block.start, 0), coalesce(block.size, 0)
    FROM feed CROSS JOIN author ON author.author_id = ? LEFT JOIN block ON block.base =
        (SELECT base FROM block AS of_feed WHERE of_feed.feed = feed.no
        ORDER BY of_feed.start DESC LIMIT 1)
    WHERE feed_id = ?
"""

_ADD_FEED: Final = """
    INSERT INTO feed (feed_id, author, prefix) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
    RETURNING no
"""

_ADD_BLOCK: Final = "INSERT INTO block VALUES (?, ?, ?, ?)"

# The feed that grew last grows again: no new block.
_GROW_LAST: Final = """
    UPDATE block SET size = ?2 WHERE base = ?1
    AND NOT EXISTS (SELECT 1 FROM block AS later WHERE later.base > ?1)
"""

_NEXT_BASE: Final = """
    SELECT coalesce(max(base + size), 1)
    FROM (SELECT base, size FROM block ORDER BY base DESC LIMIT 1)
"""

# What came next came last, nearly always: it meets one range, at its end.
_GROW_INDEXED: Final = """
    UPDATE indexed SET stop = ?3 WHERE feed = ?1 AND stop = ?2 AND NOT EXISTS (
        SELECT 1 FROM indexed AS behind
        WHERE behind.feed = ?1 AND behind.start BETWEEN ?2 AND ?3)
"""


def split_cursor_number(number: int) -> tuple[int, int]:
    """Return the prefix of the feed's id and the index of the entry."""
    return divmod(number, FEED_ENTRIES_MAX)


def number_author(db: Connection, author_id: AuthorId) -> int:
    """Return the author's number, a new one if need be."""
    row = db.execute("SELECT no FROM author WHERE author_id = ?", (author_id,)).fetchone()
    if row is None:
        inserting = "INSERT INTO author (author_id) VALUES (?) RETURNING no"
        row = db.execute(inserting, (author_id,)).fetchone()
    return int(row[0])


def find_feed(db: Connection, feed_id: FeedId) -> int | None:
    row = db.execute("SELECT no FROM feed WHERE feed_id = ?", (feed_id,)).fetchone()
    return None if row is None else int(row[0])


class Covered(NamedTuple):
    """A feed whose entries have row numbers."""

    feed_no: int
    author_no: int
    base: int
    """In its newest block entry ``n`` has the row number ``base + n``."""
    start: int
    """First entry of that block."""
    is_new: bool
    """With this: there is nothing else of it, so nothing has to be asked for."""


def reserve(db: Connection, feed_id: FeedId, author_id: AuthorId, size: int) -> Covered:
    """Cover entries [0, size) with blocks of row numbers."""
    who = author_id, feed_id
    known, is_new = db.execute(_KNOWN, who).fetchone(), False
    if known is None:
        row = (feed_id, number_author(db, author_id), feed_prefix(feed_id))
        new = db.execute(_ADD_FEED, row).fetchone()
        is_new = new is not None
        known = (*new, row[1], None, 0, 0) if new else db.execute(_KNOWN, who).fetchone()
    feed_no, author_no, base, start, count = known
    if size > start + count and not _grow_last(db, base, size - start):
        base, start = _next_base(db), start + count
        db.execute(_ADD_BLOCK, (base, feed_no, start, size - start))
    return Covered(feed_no, author_no, (base or 0) - start, start, is_new)


def _grow_last(db: Connection, base: int | None, size: int) -> bool:
    """Make a block longer, if its row numbers are the last; returns whether they are."""
    if base is not None:
        db.execute(_GROW_LAST, (base, size))
    return base is not None and db.changes() > 0


def _next_base(db: Connection) -> int:
    (base,) = db.execute(_NEXT_BASE).fetchone()
    return int(base)


def missing_ranges(
    db: Connection, feed_no: int, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Yield what of [start, end) is not indexed, ascending."""
    known = db.execute(
        "SELECT start, stop FROM indexed WHERE feed = ? AND start < ? AND stop > ?"
        " ORDER BY start",
        (feed_no, end, start),
    ).fetchall()
    for low, high in known:
        if start < low:
            yield start, low
        start = high
    if start < end:
        yield start, end


def mark_indexed(db: Connection, feed_no: int, start: int, end: int) -> None:
    """Add [start, end) to the feed's ranges, merged with those it meets."""
    if start == end:
        return
    db.execute(_GROW_INDEXED, (feed_no, start, end))
    if db.changes():
        return
    where = "WHERE feed = ? AND start <= ? AND stop >= ?"
    low, high = db.execute(
        f"SELECT min(start), max(stop) FROM indexed {where}",  # noqa: S608  # fixed text
        (feed_no, end, start),
    ).fetchone()
    db.execute(f"DELETE FROM indexed {where}", (feed_no, end, start))  # noqa: S608  # fixed
    merged = (start, end) if low is None else (min(start, low), max(end, high))
    db.execute("INSERT INTO indexed VALUES (?, ?, ?)", (feed_no, *merged))


def mark_first(db: Connection, feed_no: int, start: int, end: int) -> None:
    """The same of a feed that has no ranges yet: there is nothing to merge."""
    if start < end:
        db.execute("INSERT INTO indexed VALUES (?, ?, ?)", (feed_no, start, end))


def unmark_indexed(db: Connection, feed_no: int, index: int) -> None:
    """Take one entry out of the feed's ranges: it has to be read again."""
    where = "WHERE feed = ? AND start <= ? AND stop > ?"
    row = db.execute(
        f"DELETE FROM indexed {where} RETURNING start, stop",  # noqa: S608  # fixed text
        (feed_no, index, index),
    ).fetchone()
    if row is not None:
        mark_indexed(db, feed_no, row[0], index)
        # Not by mark_indexed, which would join the two.
        db.execute(
            "INSERT INTO indexed SELECT ?1, ?2, ?3 WHERE ?2 < ?3", (feed_no, index + 1, row[1])
        )


def block_ranges(
    db: Connection, feed_no: int, start: int, end: int
) -> Iterator[tuple[int, int, int]]:
    """Yield ``(base, first, last)``: entries [first, last) have row numbers base + index."""
    for base, low, size in db.execute(
        "SELECT base, start, size FROM block WHERE feed = ? AND start < ? AND start >="
        " (SELECT max(start) FROM block WHERE feed = ? AND start <= ?) ORDER BY start",
        (feed_no, end, feed_no, start),
    ):
        yield base - low, max(start, low), min(end, low + size)


def known_sizes(db: Connection) -> dict[FeedId, tuple[AuthorId, int]]:
    """Return of each feed whose it is, and how many entries it was known to have."""
    return {
        FeedId(feed_id): (AuthorId(author_id), size)
        for feed_id, author_id, size in db.execute(
            "SELECT feed_id, author_id, max(start + size) FROM block"
            " JOIN feed ON feed.no = block.feed JOIN author ON author.no = feed.author"
            " GROUP BY feed.no"
        )
    }
