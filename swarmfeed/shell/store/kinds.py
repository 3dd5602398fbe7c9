"""What the index makes of each kind of entry: its table, how it is read, kept and dropped.

A new kind is one more row of ``TABLES``.  What has no row stays in the log and is not shown:
pins, boosts, reactions, and kinds of later versions.  Every function that is given a
connection runs inside a transaction.
"""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.shell.store.entries import POSTS, Place, PostRow, Said, Table, Tables, read_post
from swarmfeed.shell.store.places import block_ranges, number_author
from swarmfeed.shell.store.sqlite import Connection

EDIT: Final = """
    UPDATE post SET cw = ?, text = ?,
        hash = coalesce(hash, hash_plain_post(coalesce(claimed_ms, sort_ms), text))
    WHERE id = ?
"""
"""The new text does not make the entry's hash any more, so it is stored from now on."""

# --- posts -------------------------------------------------------------------------------


def save_posts(db: Connection, place: Place, posts: Sequence[PostRow]) -> int:
    """Add posts whose row numbers ascend, as their feed wants them shown now."""
    first, last = posts[0][0], posts[-1][0]
    db.executemany("INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, ?)", posts)
    add_words(db, first, last)
    span = (first - place.base, last - place.base + 1)
    return len(posts) - apply_amendments(db, place.feed_no, *span)


def drop_posts_of(db: Connection, feed_no: int) -> None:
    for base, size in db.execute(
        "SELECT base, size FROM block WHERE feed = ?", (feed_no,)
    ).fetchall():
        drop_posts(db, base, base + size - 1)


ReplyRow = tuple[int, EntryRef]
"""Row number of the reply, and the post it answers."""


def read_reply(said: Said) -> ReplyRow | None:
    post: PostBody = said.body
    return None if post.reply is None else (said.place.base + said.index, post.reply)


def save_replies(db: Connection, _place: Place, replies: Sequence[ReplyRow]) -> int:
    db.executemany(
        "INSERT INTO reply VALUES (?, ?, ?, ?)",
        [(row_id, ref.entry_hash, ref.feed_id, ref.index) for row_id, ref in replies],
    )
    return 0


def drop_replies_of(_db: Connection, _feed_no: int) -> None:
    """A reply leaves with its post."""


def drop_posts(db: Connection, first: int, last: int) -> int:
    """Remove posts with row numbers from first to last; returns how many there were."""
    span = (first, last)
    drop_words(db, *span)
    db.execute("DELETE FROM reply WHERE id BETWEEN ? AND ?", span)
    db.execute("DELETE FROM post WHERE id BETWEEN ? AND ?", span)
    return db.changes()


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


AmendmentRow = tuple[int, int, int, str | None, str | None]
"""Feed, entry, by which entry, cw, text: the columns of ``amendment``."""


def read_amendment(said: Said) -> AmendmentRow | None:
    body: EditBody | WithdrawBody = said.body
    if body.index >= said.index:
        return None
    new = (body.cw or None, body.text) if isinstance(body, EditBody) else (None, None)
    return (said.place.feed_no, body.index, said.index, *new)


def save_amendments(db: Connection, place: Place, rows: Sequence[AmendmentRow]) -> int:
    """Keep the newest edit of each entry; a withdrawal beats them all.

    Posts that come with them are not there yet: ``save_posts`` looks for what is known.
    """
    db.executemany(
        "INSERT INTO amendment VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET by_index = excluded.by_index, cw = excluded.cw, text = excluded.text"
        " WHERE text IS NOT NULL"
        " AND (excluded.text IS NULL OR excluded.by_index > by_index)",
        rows,
    )
    for target in {row[1] for row in rows}:
        apply_amendments(db, place.feed_no, target, target + 1)
    return 0


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


ProfileRow = tuple[int, int, int, int, str, str, str]
"""Author, feed, entry, time_ms, name, name as it is looked up, bio: those of ``profile``."""


def read_profile(said: Said) -> ProfileRow:
    place, body = said.place, said.body
    key = (place.author_no, place.feed_no, said.index, said.time_ms)
    return (*key, body.name, body.name.casefold(), body.bio)


def save_profiles(db: Connection, _place: Place, rows: Sequence[ProfileRow]) -> int:
    """Keep the author's newest profile."""
    db.executemany(
        "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET feed = excluded.feed, entry_index = excluded.entry_index,"
        " time_ms = excluded.time_ms, name = excluded.name, name_key = excluded.name_key,"
        " bio = excluded.bio"
        " WHERE (excluded.time_ms, excluded.entry_index) > (time_ms, entry_index)",
        rows,
    )
    return 0


FollowRow = tuple[int, int, FollowBody]
"""Entry, time_ms, body."""


def read_follow(said: Said) -> FollowRow:
    return (said.index, said.time_ms, said.body)


def save_follows(db: Connection, place: Place, rows: Sequence[FollowRow]) -> int:
    """Keep the author's newest word on each author they follow, or no longer do."""
    feed_no, author_no = place.feed_no, place.author_no
    targets = {
        author_id: number_author(db, author_id)
        for author_id in {body.author_id for _, _, body in rows}
    }
    db.executemany(
        "INSERT INTO follow VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET feed = excluded.feed, entry_index = excluded.entry_index,"
        " time_ms = excluded.time_ms, followed = excluded.followed"
        " WHERE (excluded.time_ms, excluded.entry_index) > (time_ms, entry_index)",
        [
            (author_no, targets[body.author_id], feed_no, index, time_ms, body.on)
            for index, time_ms, body in rows
        ],
    )
    if db.execute("SELECT own FROM author WHERE no = ?", (author_no,)).fetchone() == (1,):
        refresh_home(db)
    return 0


def drop_follows_of(db: Connection, feed_no: int) -> None:
    db.execute("DELETE FROM follow WHERE feed = ?", (feed_no,))
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


# --- one row for each --------------------------------------------------------------------


TABLES: Final = Tables(
    (
        Table(
            name="amendment",
            bodies=(EditBody, WithdrawBody),
            read=read_amendment,
            save=save_amendments,
        ),
        Table(
            name=POSTS,
            bodies=(PostBody,),
            read=read_post,
            save=save_posts,
            drop=drop_posts_of,
        ),
        Table(
            name="reply",
            bodies=(PostBody,),
            read=read_reply,
            save=save_replies,
            drop=drop_replies_of,
        ),
        Table(name="profile", bodies=(ProfileBody,), read=read_profile, save=save_profiles),
        Table(
            name="follow",
            bodies=(FollowBody,),
            read=read_follow,
            save=save_follows,
            drop=drop_follows_of,
        ),
    )
)
"""Of the first version of the file; others come after them, with what ``creates`` them."""
