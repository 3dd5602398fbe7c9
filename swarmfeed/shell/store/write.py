"""Entries into the index and out of it again.  Every function runs inside a transaction."""

from collections.abc import Iterator, Sequence
from typing import Final

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import EditBody, FollowBody, ProfileBody, WithdrawBody
from swarmfeed.shell.store.database import Connection
from swarmfeed.shell.store.entries import PostRow, read_batch
from swarmfeed.shell.store.schema import HASH_START_BYTES, HASHES_IN_PART

DERIVED_TABLES: Final = (
    "reply",
    "hash_start",
    "post",
    "amendment",
    "follow",
    "profile",
    "indexed",
    "block",
    "feed",
)
"""What the logs can tell again; children before their parents."""

EDIT: Final = """
    UPDATE post SET cw = ?, text = ?,
        hash = coalesce(hash, hash_plain_post(coalesce(claimed_ms, sort_ms), text))
    WHERE id = ?
"""
"""The new text does not make the entry's hash any more, so it is stored from now on."""


def number_author(db: Connection, author_id: AuthorId) -> int:
    """Return the author's number, a new one if need be."""
    db.execute("INSERT INTO author (author_id) VALUES (?) ON CONFLICT DO NOTHING", (author_id,))
    row = db.execute("SELECT no FROM author WHERE author_id = ?", (author_id,)).fetchone()
    return int(row[0])


def find_feed(db: Connection, feed_id: FeedId) -> int | None:
    row = db.execute("SELECT no FROM feed WHERE feed_id = ?", (feed_id,)).fetchone()
    return None if row is None else int(row[0])


def reserve(db: Connection, feed_id: FeedId, author_id: AuthorId, size: int) -> tuple[int, int]:
    """Cover entries [0, size) with blocks of row numbers.

    Returns:
        The numbers of the feed and of its author.
    """
    author_no = number_author(db, author_id)
    db.execute(
        "INSERT INTO feed (feed_id, author) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (feed_id, author_no),
    )
    feed_no = find_feed(db, feed_id)
    assert feed_no is not None
    last = db.execute(
        "SELECT base, start, size FROM block WHERE feed = ? ORDER BY start DESC LIMIT 1",
        (feed_no,),
    ).fetchone()
    base, start, count = last or (0, 0, 0)
    if size <= start + count:
        return feed_no, author_no
    (next_base,) = db.execute(
        "SELECT coalesce(max(base + size), 1) FROM"
        " (SELECT base, size FROM block ORDER BY base DESC LIMIT 1)"
    ).fetchone()
    if base + count == next_base:
        # The feed that grew last grows again: no new block.
        db.execute("UPDATE block SET size = ? WHERE base = ?", (size - start, base))
    else:
        db.execute(
            "INSERT INTO block VALUES (?, ?, ?, ?)",
            (next_base, feed_no, start + count, size - start - count),
        )
    return feed_no, author_no


def add_entries(
    db: Connection,
    feed_id: FeedId,
    author_id: AuthorId,
    start: int,
    stored: Sequence[bytes],
    hashes: Sequence[Hash],
    now_ms: int,
) -> int:
    """Index those entries that are not indexed yet; returns how many posts were added."""
    end = start + len(stored)
    feed_no, author_no = reserve(db, feed_id, author_id, end)
    added = 0
    for low, high in list(missing_ranges(db, feed_no, start, end)):
        for base, first, last in list(block_ranges(db, feed_no, low, high)):
            cut = slice(first - start, last - start)
            batch = read_batch(
                first, stored[cut], hashes[cut], base=base, author_no=author_no, now_ms=now_ms
            )
            save_posts(db, batch.posts)
            save_hash_starts(db, base + first, hashes[cut])
            save_replies(db, batch.replies)
            save_profiles(db, feed_no, author_no, batch.profiles)
            save_follows(db, feed_no, author_no, batch.follows)
            save_amendments(db, feed_no, batch.amendments)
            gone = apply_amendments(db, feed_no, first, last)
            for _, body in batch.amendments:
                if not first <= body.index < last:
                    apply_amendments(db, feed_no, body.index, body.index + 1)
            added += len(batch.posts) - gone
    mark_indexed(db, feed_no, start, end)
    return added


# --- ranges and row numbers ------------------------------------------------------------


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
    where = "WHERE feed = ? AND start <= ? AND stop >= ?"
    low, high = db.execute(
        f"SELECT min(start), max(stop) FROM indexed {where}",  # noqa: S608  # fixed text
        (feed_no, end, start),
    ).fetchone()
    db.execute(f"DELETE FROM indexed {where}", (feed_no, end, start))  # noqa: S608  # fixed
    merged = (start, end) if low is None else (min(start, low), max(end, high))
    db.execute("INSERT INTO indexed VALUES (?, ?, ?)", (feed_no, *merged))


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


# --- posts -------------------------------------------------------------------------------


def save_posts(db: Connection, posts: Sequence[PostRow]) -> None:
    """Add posts whose row numbers ascend."""
    if not posts:
        return
    db.executemany("INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, ?)", posts)
    add_words(db, posts[0][0], posts[-1][0])


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


def save_replies(db: Connection, replies: Sequence[tuple[int, EntryRef]]) -> None:
    db.executemany(
        "INSERT INTO reply VALUES (?, ?, ?, ?)",
        [(row_id, ref.entry_hash, ref.feed_id, ref.index) for row_id, ref in replies],
    )


def drop_posts(db: Connection, first: int, last: int) -> int:
    """Remove posts with row numbers from first to last; returns how many there were."""
    span = (first, last)
    drop_words(db, *span)
    db.execute("DELETE FROM reply WHERE id BETWEEN ? AND ?", span)
    return db.execute("DELETE FROM post WHERE id BETWEEN ? AND ?", span).rowcount


def add_words(db: Connection, first: int, last: int) -> None:
    db.execute(
        "INSERT INTO post_words (rowid, text, author)"
        " SELECT id, text, author FROM post WHERE id BETWEEN ? AND ?",
        (first, last),
    )


def drop_words(db: Connection, first: int, last: int) -> None:
    """FTS5 keeps no copy of the text: it must be told the very words it indexed."""
    db.execute(
        "INSERT INTO post_words (post_words, rowid, text, author)"
        " SELECT 'delete', id, text, author FROM post WHERE id BETWEEN ? AND ?",
        (first, last),
    )


# --- what authors say of their own entries -----------------------------------------------


def save_amendments(
    db: Connection, feed_no: int, amendments: Sequence[tuple[int, EditBody | WithdrawBody]]
) -> None:
    """Keep the newest edit of each entry; a withdrawal beats them all."""
    rows = [
        (feed_no, body.index, index, body.cw or None, body.text)
        if isinstance(body, EditBody)
        else (feed_no, body.index, index, None, None)
        for index, body in amendments
    ]
    db.executemany(
        "INSERT INTO amendment VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET by_index = excluded.by_index, cw = excluded.cw, text = excluded.text"
        " WHERE text IS NOT NULL"
        " AND (excluded.text IS NULL OR excluded.by_index > by_index)",
        rows,
    )


def apply_amendments(db: Connection, feed_no: int, start: int, end: int) -> int:
    """Edit and withdraw the posts among entries [start, end); returns how many are gone."""
    gone = 0
    for target, cw, text in db.execute(
        "SELECT target, cw, text FROM amendment WHERE feed = ? AND target >= ? AND target < ?",
        (feed_no, start, end),
    ).fetchall():
        for base, _, _ in list(block_ranges(db, feed_no, target, target + 1)):
            row_id = base + target
            if text is None:
                gone += drop_posts(db, row_id, row_id)
            else:
                drop_words(db, row_id, row_id)
                db.execute(EDIT, (cw, text, row_id))
                add_words(db, row_id, row_id)
    return gone


# --- people ------------------------------------------------------------------------------


def save_profiles(
    db: Connection,
    feed_no: int,
    author_no: int,
    profiles: Sequence[tuple[int, int, ProfileBody]],
) -> None:
    """Keep the author's newest profile."""
    db.executemany(
        "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET feed = excluded.feed, entry_index = excluded.entry_index,"
        " time_ms = excluded.time_ms, name = excluded.name, name_key = excluded.name_key,"
        " bio = excluded.bio"
        " WHERE (excluded.time_ms, excluded.entry_index) > (time_ms, entry_index)",
        [
            (author_no, feed_no, index, time_ms, body.name, body.name.casefold(), body.bio)
            for index, time_ms, body in profiles
        ],
    )


def save_follows(
    db: Connection, feed_no: int, author_no: int, follows: Sequence[tuple[int, int, FollowBody]]
) -> None:
    """Keep the author's newest word on each author they follow, or no longer do."""
    if not follows:
        return
    targets = {
        author_id: number_author(db, author_id)
        for author_id in {body.author_id for _, _, body in follows}
    }
    db.executemany(
        "INSERT INTO follow VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET feed = excluded.feed, entry_index = excluded.entry_index,"
        " time_ms = excluded.time_ms, followed = excluded.followed"
        " WHERE (excluded.time_ms, excluded.entry_index) > (time_ms, entry_index)",
        [
            (author_no, targets[body.author_id], feed_no, index, time_ms, body.on)
            for index, time_ms, body in follows
        ],
    )
    if db.execute("SELECT own FROM author WHERE no = ?", (author_no,)).fetchone() == (1,):
        refresh_home(db)


def refresh_home(db: Connection) -> None:
    """Put posts of the own author and of those they follow on the home timeline, no others."""
    db.execute(
        "WITH wanted (no) AS ("
        " SELECT no FROM author WHERE own UNION"
        " SELECT target FROM follow JOIN author ON author.no = follow.author"
        " WHERE own AND followed)"
        " UPDATE author SET home = NOT home WHERE home <> (no IN wanted)"
    )


def save_own_author(db: Connection, author_id: AuthorId) -> None:
    author_no = number_author(db, author_id)
    db.execute("UPDATE author SET own = (no = ?) WHERE own OR no = ?", (author_no, author_no))
    refresh_home(db)


# --- forgetting --------------------------------------------------------------------------


def drop_feed(db: Connection, feed_id: FeedId) -> None:
    """Forget all that a feed's entries said, and who holds them."""
    db.execute("DELETE FROM receipt WHERE feed_id = ?", (feed_id,))
    db.execute("DELETE FROM holder WHERE feed_id = ?", (feed_id,))
    feed_no = find_feed(db, feed_id)
    if feed_no is None:
        return
    for base, size in db.execute(
        "SELECT base, size FROM block WHERE feed = ?", (feed_no,)
    ).fetchall():
        drop_posts(db, base, base + size - 1)
        # Parts it shares with others keep theirs; what finds nothing does no harm.
        whole = (-(-base // HASHES_IN_PART), (base + size) // HASHES_IN_PART - 1)
        db.execute("DELETE FROM hash_start WHERE part BETWEEN ? AND ?", whole)
    for table in ("amendment", "follow", "profile", "indexed", "block"):
        db.execute(f"DELETE FROM {table} WHERE feed = ?", (feed_no,))  # noqa: S608  # fixed text
    db.execute("DELETE FROM feed WHERE no = ?", (feed_no,))
    refresh_home(db)


def clear(db: Connection) -> None:
    """Forget all that the logs can tell again."""
    db.execute("INSERT INTO post_words (post_words) VALUES ('delete-all')")
    for table in DERIVED_TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608  # fixed text
    db.execute("DELETE FROM author WHERE NOT own")
