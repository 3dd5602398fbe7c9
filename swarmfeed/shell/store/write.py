"""Entries into the index and out of it again.  Every function runs inside a transaction."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.reading import part_of
from swarmfeed.ports import Addition
from swarmfeed.shell.store import hash_starts, words
from swarmfeed.shell.store.entries import Place, Tables, read_batch
from swarmfeed.shell.store.made import Run
from swarmfeed.shell.store.people import refresh_home
from swarmfeed.shell.store.places import (
    Covered,
    block_ranges,
    find_feed,
    mark_first,
    mark_indexed,
    missing_ranges,
    number_author,
    reserve,
)
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.times import note_times, resort

OF_POSTS: Final = ("trait", "post", "reply", "bare", "quote")
"""Tables that keep what makes an index large: what nobody can read without a post."""

PLACE_TABLES: Final = ("hash_start", "indexed", "crowded", "pack")
"""What the logs can tell again, besides what entries say.  Row numbers stay set aside for the
feeds."""


@contextmanager
def gathered(db: Connection, *, in_order: bool) -> Iterator[None]:
    """What entries of several feeds share is written at the end of the block; their words as
    they come, where they come in order."""
    with nullcontext() if in_order else words.gathered(db), hash_starts.gathered(db):
        yield


def add(db: Connection, tables: Tables, addition: Addition) -> int:
    """Index those entries that are not indexed yet; returns how many posts were added."""
    run, start, end = addition.prepared, addition.start, addition.end
    assert isinstance(run, Run), "it was prepared by another kind of index"
    covered = reserve(db, addition.feed_id, addition.author_id, end)
    added, mark = 0, mark_indexed
    for base, first, last in _missing(db, covered, start, end):
        entries = part_of(run.entries, first - start, last - start)
        made = replace(run.made, base=base + start)
        within = addition.reckoning.within(first, last)
        place = Place(covered.feed_no, covered.author_no, base, within, made)
        batch = read_batch(first, entries, place, tables)
        if covered.is_new:
            place = replace(place, said=frozenset(name for name, rows in batch.items() if rows))
            if not place.may_have("amendment"):  # an edit may show a post, and mark it
                mark = mark_first
        hash_starts.add(db, base + first, entries.hashes)
        for table in tables.all:
            is_left_out = not addition.with_posts and table.name in OF_POSTS
            rows = [] if is_left_out else batch[table.name]
            added += table.save(db, place, rows) if rows else 0
    mark(db, covered.feed_no, start, end)
    reckoning = addition.reckoning.within(start, end)
    note_times(db, covered.feed_no, start, run.times_ms, reckoning)
    if (resorted_from := addition.resorted_from) is not None:
        resort(db, addition.feed_id, resorted_from, end, addition.reckoning)
    return added


def _missing(
    db: Connection, covered: Covered, start: int, end: int
) -> list[tuple[int, int, int]]:
    """``(base, first, last)`` of what of [start, end) is not indexed yet, ascending: entries
    [first, last) have row numbers base + index."""
    if covered.is_new:
        return [(covered.base, start, end)] if start < end else []
    missing = list(missing_ranges(db, covered.feed_no, start, end))
    if start >= covered.start:
        return [(covered.base, low, high) for low, high in missing]
    return [
        each for low, high in missing for each in block_ranges(db, covered.feed_no, low, high)
    ]


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
    hash_starts.drop(db, feed_no)
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


def clear(db: Connection, tables: Tables) -> None:
    """Forget all that the logs can tell again."""
    words.add_waiting(db)
    hash_starts.write_waiting(db)
    db.execute("INSERT INTO post_words (post_words) VALUES ('delete-all')")
    for name in (*(table.name for table in reversed(tables.all)), *PLACE_TABLES):
        db.execute(f"DELETE FROM {name}")  # noqa: S608  # fixed text
    db.execute("UPDATE feed SET latest_ms = 0")
    db.execute("DELETE FROM author WHERE NOT own AND no NOT IN (SELECT author FROM feed)")
