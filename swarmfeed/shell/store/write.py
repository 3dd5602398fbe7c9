"""Entries into the index and out of it again.  Every function runs inside a transaction."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.reading import part_of
from swarmfeed.core.feed.sightings import Reckoning
from swarmfeed.shell.store.entries import Place, Tables, read_batch
from swarmfeed.shell.store.made import Run
from swarmfeed.shell.store.people import refresh_home
from swarmfeed.shell.store.places import (
    block_ranges,
    find_feed,
    mark_indexed,
    missing_ranges,
    number_author,
    reserve,
)
from swarmfeed.shell.store.schema import HASH_START_BYTES, HASHES_IN_PART
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.times import note_times
from swarmfeed.shell.store.words import add_waiting

OF_POSTS: Final = ("trait", "post", "reply", "bare")
"""Tables that keep what makes an index large: what nobody can read without a post."""

PLACE_TABLES: Final = ("hash_start", "indexed", "crowded", "pack")
"""What the logs can tell again, besides what entries say.  Row numbers stay set aside for the
feeds."""


def add_entries(
    db: Connection,
    tables: Tables,
    where: tuple[FeedId, AuthorId, int],
    run: Run,
    *,
    reckoning: Reckoning,
    with_posts: bool,
) -> int:
    """Index those entries that are not indexed yet; returns how many posts were added.

    Args:
        where: Their feed, its author, and the first entry.
    """
    feed_id, author_id, start = where
    end = start + len(run.times_ms)
    feed_no, author_no = reserve(db, feed_id, author_id, end)
    added = 0
    for low, high in list(missing_ranges(db, feed_no, start, end)):
        for base, first, last in list(block_ranges(db, feed_no, low, high)):
            entries = part_of(run.entries, first - start, last - start)
            made = replace(run.made, base=base + start)
            place = Place(feed_no, author_no, base, reckoning.within(first, last), made)
            batch = read_batch(first, entries, place, tables)
            save_hash_starts(db, base + first, entries.hashes)
            for table in tables.all:
                is_left_out = not with_posts and table.name in OF_POSTS
                rows = [] if is_left_out else batch[table.name]
                added += table.save(db, place, rows) if rows else 0
    mark_indexed(db, feed_no, start, end)
    note_times(db, feed_no, start, run.times_ms, reckoning.within(start, end))
    return added


def save_hash_starts(db: Connection, row_id: int, hashes: Sequence[Hash]) -> None:
    """Remember how the hashes of entries with row numbers from ``row_id`` on start."""
    while hashes:
        part, at = divmod(row_id, HASHES_IN_PART)
        room = HASHES_IN_PART - at
        new = b"".join(entry_hash[:HASH_START_BYTES] for entry_hash in hashes[:room])
        row = db.execute("SELECT starts FROM hash_start WHERE part = ?", (part,)).fetchone()
        old = bytes(HASHES_IN_PART * HASH_START_BYTES) if row is None else row[0]
        at *= HASH_START_BYTES
        starts = old[:at] + new + old[at + len(new) :]
        db.execute("INSERT OR REPLACE INTO hash_start VALUES (?, ?)", (part, starts))
        row_id += room
        hashes = hashes[room:]


def save_own_author(db: Connection, author_id: AuthorId) -> None:
    author_no = number_author(db, author_id)
    db.execute("UPDATE author SET own = (no = ?) WHERE own OR no = ?", (author_no, author_no))
    refresh_home(db)


# --- forgetting --------------------------------------------------------------------------


def drop_feed(db: Connection, tables: Tables, feed_id: FeedId) -> None:
    """Forget all that a feed's entries said, and who holds them; and whom it alone named."""
    db.execute("DELETE FROM receipt WHERE feed_id = ?", (feed_id,))
    db.execute("DELETE FROM holder WHERE feed_id = ?", (feed_id,))
    feed_no = find_feed(db, feed_id)
    if feed_no is None:
        return
    named = authors_named_in(db, feed_no)
    for table in reversed(tables.all):
        if table.drop is None:
            db.execute(f"DELETE FROM {table.name} WHERE feed = ?", (feed_no,))  # noqa: S608
        else:
            table.drop(db, feed_no)
    drop_hash_starts(db, feed_no)
    for name in ("indexed", "block"):
        db.execute(f"DELETE FROM {name} WHERE feed = ?", (feed_no,))  # noqa: S608  # fixed text
    db.execute("DELETE FROM feed WHERE no = ?", (feed_no,))
    db.execute(FORGET_UNNAMED, (json.dumps(named),))


FORGET_UNNAMED: Final = """
    DELETE FROM author WHERE no IN (SELECT value FROM json_each(?)) AND NOT own
    AND NOT EXISTS (SELECT 1 FROM feed WHERE feed.author = author.no)
    AND NOT EXISTS (SELECT 1 FROM follow WHERE follow.target = author.no)
    AND NOT EXISTS (SELECT 1 FROM follow WHERE follow.author = author.no)
    AND NOT EXISTS (SELECT 1 FROM profile WHERE profile.author = author.no)
"""
"""Feeds held for others come and go, and each may follow thousands.  Where a feed's row is
damaged, its words still name their true author."""


def authors_named_in(db: Connection, feed_no: int) -> list[int]:
    """Numbers of the author of a feed, and of those it follows or followed."""
    rows = db.execute(
        "SELECT author FROM feed WHERE no = ?1 UNION SELECT target FROM follow WHERE feed = ?1",
        (feed_no,),
    ).fetchall()
    return [author_no for (author_no,) in rows]


def drop_hash_starts(db: Connection, feed_no: int) -> None:
    """Parts it shares with others keep theirs; what finds nothing does no harm."""
    for base, size in db.execute(
        "SELECT base, size FROM block WHERE feed = ?", (feed_no,)
    ).fetchall():
        whole = (-(-base // HASHES_IN_PART), (base + size) // HASHES_IN_PART - 1)
        db.execute("DELETE FROM hash_start WHERE part BETWEEN ? AND ?", whole)


def clear(db: Connection, tables: Tables) -> None:
    """Forget all that the logs can tell again."""
    add_waiting(db)
    db.execute("INSERT INTO post_words (post_words) VALUES ('delete-all')")
    for name in (*(table.name for table in reversed(tables.all)), *PLACE_TABLES):
        db.execute(f"DELETE FROM {name}")  # noqa: S608  # fixed text
    db.execute("UPDATE feed SET latest_ms = 0")
    db.execute("DELETE FROM author WHERE NOT own AND no NOT IN (SELECT author FROM feed)")
