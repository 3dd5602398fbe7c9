"""By what times entries are sorted: noted for each feed, and changed when more was seen.

Functions that write run inside a transaction.
"""

from collections.abc import Iterable, Iterator, Sequence

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.sightings import Reckoning
from swarmfeed.shell.store import notifications, pins, reactions
from swarmfeed.shell.store.moments import Moments, shift_of
from swarmfeed.shell.store.people import author_of, count_follows, count_profiles
from swarmfeed.shell.store.places import block_ranges, find_feed
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.words import add_words_of, drop_words_of


def note_times(
    db: Connection, feed_no: int, start: int, times_ms: Sequence[int], reckoning: Reckoning
) -> None:
    """Note the latest times of a feed, of which entries from ``start`` on claim these."""
    db.execute(
        "UPDATE feed SET latest_ms = max(latest_ms, ?), claims_ms = max(claims_ms, ?)"
        " WHERE no = ?",
        (reckoning.latest_ms(start, times_ms), max(times_ms, default=0), feed_no),
    )


def feeds_later_than(db: Connection, time_ms: int) -> list[FeedId]:
    """Feeds with entries that may be sorted later."""
    rows = db.execute("SELECT feed_id FROM feed WHERE latest_ms > ? ORDER BY 1", (time_ms,))
    return [FeedId(feed_id) for (feed_id,) in rows]


def time_agreed_on(db: Connection, authors: int) -> int:
    """The latest time that so many followed authors claim has passed; 0: fewer are followed."""
    row = db.execute(
        "SELECT max(claims_ms) FROM author JOIN feed ON feed.author = author.no"
        " WHERE home = 1 AND NOT own GROUP BY author.no ORDER BY 1 DESC LIMIT 1 OFFSET ?",
        (authors - 1,),
    ).fetchone()
    return 0 if row is None else int(row[0])


def resort(
    db: Connection, feed_id: FeedId, start: int, stop: int, reckoning: Reckoning
) -> None:
    """Sort entries [start, stop) of a feed by what was seen of them until now."""
    feed_no = find_feed(db, feed_id)
    if feed_no is None:
        return
    for base, first, last in list(block_ranges(db, feed_no, start, stop)):
        resort_posts(db, base, first, last, reckoning)
    resort_words(db, feed_no, start, stop, reckoning)
    db.execute(
        "UPDATE feed SET latest_ms = max("
        " coalesce((SELECT max(sort_ms) FROM post WHERE feed = no), 0),"
        " coalesce((SELECT max(sort_ms) FROM profile WHERE feed = no), 0),"
        " coalesce((SELECT max(sort_ms) FROM pin WHERE feed = no), 0),"
        " coalesce((SELECT max(sort_ms) FROM reaction WHERE feed = no), 0),"
        " coalesce((SELECT max(sort_ms) FROM follow WHERE feed = no), 0)) WHERE no = ?",
        (feed_no,),
    )


def resort_posts(
    db: Connection, base: int, first: int, last: int, reckoning: Reckoning
) -> None:
    """Posts among entries [first, last), whose row numbers are base + index."""
    earliest_ms = min((each.at_ms for each in reckoning.sightings), default=0)
    query = (
        "SELECT id, id - ?, sort_ms, coalesce(claimed_ms, sort_ms) FROM {table}"
        " WHERE id BETWEEN ? AND ? AND (claimed_ms IS NOT NULL OR sort_ms > ?)"
    )
    span = (base, base + first, base + last - 1, earliest_ms + POST_AHEAD_MS_MAX)
    found = db.execute(query.format(table="post"), span).fetchall()
    move_posts(db, list(moved(found, reckoning)))
    # Replies beside them: of one that was withdrawn nothing else is left.
    found = db.execute(query.format(table="reply"), span).fetchall()
    db.executemany(
        "UPDATE reply SET sort_ms = ?, claimed_ms = ? WHERE id = ?", moved(found, reckoning)
    )
    found = db.execute(query.format(table="bare"), span).fetchall()
    db.executemany(
        "UPDATE bare SET sort_ms = ?, claimed_ms = ? WHERE id = ?", moved(found, reckoning)
    )
    found = db.execute(query.format(table="reaction"), span).fetchall()
    reactions.resort(db, list(moved(found, reckoning)))


def move_posts(db: Connection, posts: Sequence[tuple[int, int | None, int]]) -> None:
    """Sort posts by other times, with their words.

    Args:
        posts: New sort_ms and claimed_ms, and the row number.
    """
    row_ids = [row_id for *_, row_id in posts]
    drop_words_of(db, row_ids)
    moments = Moments(db, [sort_ms for sort_ms, *_ in posts])
    db.executemany(
        "UPDATE post SET sort_ms = ?, claimed_ms = ?, shift = ? WHERE id = ?",
        [
            (sort_ms, claimed_ms, shift_of(moments.give(sort_ms), sort_ms), row_id)
            for sort_ms, claimed_ms, row_id in posts
        ],
    )
    add_words_of(db, row_ids)
    notifications.resort(db, row_ids)


def resort_words(
    db: Connection, feed_no: int, start: int, stop: int, reckoning: Reckoning
) -> None:
    """What the feed says of its author, and of those they follow, among [start, stop)."""
    span = (feed_no, start, stop)
    query = (
        "SELECT {key}, entry_index, sort_ms, coalesce(claimed_ms, sort_ms) FROM {table}"
        " WHERE feed = ? AND entry_index >= ? AND entry_index < ?"
    )
    author_no = author_of(db, feed_no)
    for table, count in (("profile", count_profiles), ("pin", pins.count_pins)):
        found = db.execute(query.format(key="feed", table=table), span).fetchall()
        db.executemany(
            f"UPDATE {table} SET sort_ms = ?, claimed_ms = ? WHERE feed = ?",  # noqa: S608
            moved(found, reckoning),
        )
        count(db, author_no)
    found = db.execute(query.format(key="target", table="follow"), span).fetchall()
    db.executemany(
        "UPDATE follow SET sort_ms = ?, claimed_ms = ?"
        " WHERE target = ? AND author = ? AND feed = ?",
        ((*row, author_no, feed_no) for row in moved(found, reckoning)),
    )
    count_follows(db, author_no, [target for target, *_ in found])


def moved(
    found: Iterable[tuple[int, int, int, int]], reckoning: Reckoning
) -> Iterator[tuple[int, int | None, int]]:
    """Yield new sort_ms and claimed_ms, and the key, of rows that are sorted otherwise now.

    Args:
        found: Key, index of the entry, the time it is sorted by, the one it claims.
    """
    for key, index, was_ms, time_ms in found:
        sort_ms = reckoning.sort_ms(index, time_ms)
        if sort_ms != was_ms:
            yield sort_ms, None if sort_ms == time_ms else time_ms, key
