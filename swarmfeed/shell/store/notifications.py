"""Which posts answer the person, quote or mention them: a narrow table beside the posts.

It is filled as entries come, in whatever order: an answer may be here before the post that it
answers.  Whose index it is has to be known by then.  Every function that is given a connection
runs inside a transaction; those that read, on a read-only one.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import DONE, MENTIONS, REPLIES, Notification
from swarmfeed.core.asks.notifications import QUOTES as QUOTING
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.public_id import place_number
from swarmfeed.ports import KnownNotification
from swarmfeed.shell.store.entries import POST_HASH, Place, PostRow, Said, Table
from swarmfeed.shell.store.read import (
    CURSOR_ROW,
    HEARD,
    clamp_limit,
    in_json,
    place,
    read_posts,
)
from swarmfeed.shell.store.sqlite import Connection

ANSWERS: Final = 1
"""It answers a post of the person."""

NAMES: Final = 2
"""Its author says that it mentions them (``mentions`` of the body): an edit changes nothing."""

LINKS: Final = 4
"""The person's address stands in its text, as it is shown now."""

QUOTES: Final = 8
"""It quotes a post of the person."""

OF_TYPE: Final = {
    REPLIES: ANSWERS,
    MENTIONS: NAMES | LINKS,
    QUOTING: QUOTES,
    **dict.fromkeys(DONE, 0),  # no post is one of these
}

NOTE: Final = """
    INSERT INTO notification SELECT id, sort_ms, ? FROM post WHERE id = ?
    ON CONFLICT (id) DO UPDATE SET why = why | excluded.why
"""

# Whether a reply answers what it says it does: the place and the hash have to belong together.
IS_ANSWER: Final = f"""
    SELECT 1 FROM reply CROSS JOIN feed ON feed.feed_id = reply.parent_feed
    CROSS JOIN block ON block.feed = feed.no AND block.start <= reply.parent_index
    AND reply.parent_index < block.start + block.size
    CROSS JOIN post ON post.id = block.base + reply.parent_index - block.start
    WHERE reply.id = ? AND {POST_HASH} = reply.parent_hash
"""  # noqa: S608  # fixed text

# Replies of others that were here before the posts that they answer.
WAITING: Final = f"""
    SELECT reply.id FROM (
        SELECT id, {POST_HASH} AS entry_hash FROM post WHERE id BETWEEN ? AND ?
    ) AS own CROSS JOIN reply ON reply.parent_hash = own.entry_hash
    AND reply.parent_index = own.id - ?
    CROSS JOIN post AS answer ON answer.id = reply.id CROSS JOIN feed ON feed.no = answer.feed
    WHERE feed.author <> ? AND reply.parent_feed = (SELECT feed_id FROM feed WHERE no = ?)
"""  # noqa: S608  # fixed text

# The same of quotes: by whose posts they are, in which rows, and what they quote.
QUOTING_OWN: Final = f"""
    SELECT quote.id FROM quote CROSS JOIN feed ON feed.feed_id = quote.post_feed
    CROSS JOIN block ON block.feed = feed.no AND block.start <= quote.post_index
    AND quote.post_index < block.start + block.size
    CROSS JOIN post ON post.id = block.base + quote.post_index - block.start
    WHERE quote.id BETWEEN ? AND ? AND feed.author = ? AND {POST_HASH} = quote.post_hash
"""  # noqa: S608  # fixed text

QUOTES_WAITING: Final = f"""
    SELECT quote.id FROM (
        SELECT id, {POST_HASH} AS entry_hash FROM post WHERE id BETWEEN ? AND ?
    ) AS own CROSS JOIN quote ON quote.post_hash = own.entry_hash
    AND quote.post_index = own.id - ?
    CROSS JOIN feed ON feed.no = quote.feed
    WHERE feed.author <> ? AND quote.post_feed = (SELECT feed_id FROM feed WHERE no = ?)
"""  # noqa: S608  # fixed text

PAGE: Final = f"""
    SELECT {{columns}} FROM notification CROSS JOIN post ON post.id = notification.id
    CROSS JOIN feed ON feed.no = post.feed
    CROSS JOIN author ON author.no = feed.author
    CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= post.id)
    WHERE notification.sort_ms <= :time_ms AND why & :why AND {HEARD}
    AND (post.sort_ms, post.id) < (:time_ms, {CURSOR_ROW})
    ORDER BY notification.sort_ms DESC, feed.feed_id DESC, post.id DESC LIMIT :limit
"""  # noqa: S608  # fixed text

IDS: Final = PAGE.format(columns="post.id")

KNOWN: Final = PAGE.format(
    columns="feed.feed_id, post.id - block.base + block.start, post.sort_ms, why"
)

Own = tuple[int, AuthorId]
"""Number and id of the person whose index it is."""

NotificationRow = tuple[int, EntryRef | None, tuple[AuthorId, ...]]
"""Row number of a post, what it answers, and whom its author says it mentions."""


# --- as entries come ---------------------------------------------------------------------


def read_notification(said: Said) -> NotificationRow | None:
    post: PostBody = said.body
    if post.reply is None and not post.mentions:
        return None
    return (said.place.base + said.index, post.reply, post.mentions)


def save_notifications(db: Connection, place: Place, rows: Sequence[NotificationRow]) -> int:
    """Note which of these posts, whose replies are saved, concern the person."""
    own = find_own(db)
    if own is None or own[0] == place.author_no:
        return 0
    own_feeds = {
        feed_id
        for (feed_id,) in db.execute("SELECT feed_id FROM feed WHERE author = ?", own[:1])
    }
    note(db, (row_id for row_id, _, named in rows if own[1] in named), NAMES)
    answers = [
        row_id for row_id, ref, _ in rows if ref is not None and ref.feed_id in own_feeds
    ]
    note(db, (each for each in answers if is_answer(db, each)), ANSWERS)
    return 0


def drop_notifications_of(db: Connection, feed_no: int) -> None:
    """Its posts take theirs with them; an own feed those of the answers it got."""
    own = find_own(db)
    row = db.execute("SELECT author, feed_id FROM feed WHERE no = ?", (feed_no,)).fetchone()
    if own is not None and row is not None and row[0] == own[0]:
        found = db.execute(
            "SELECT notification.id FROM notification CROSS JOIN reply"
            " ON reply.id = notification.id WHERE parent_feed = ?",
            (row[1],),
        ).fetchall()
        forget(db, [row_id for (row_id,) in found], ANSWERS)
        quoting = db.execute("SELECT id FROM quote WHERE post_feed = ?", (row[1],)).fetchall()
        forget(db, [row_id for (row_id,) in quoting], QUOTES)


TABLE: Final = Table(
    name="notification",
    bodies=(PostBody,),
    read=read_notification,
    save=save_notifications,
    drop=drop_notifications_of,
)


WITH_QUOTES: Final = Table(
    name="notification",
    bodies=(),
    read=lambda _: None,  # TABLE keeps it; this makes room for one more reason
    save=lambda _db, _place, _rows: 0,
    drop=lambda _db, _feed_no: None,
    creates=(
        """
        CREATE TABLE wider_notification (
            id      INTEGER PRIMARY KEY REFERENCES post,
            sort_ms INTEGER NOT NULL,
            why     INTEGER NOT NULL CHECK (why BETWEEN 1 AND 15)
        ) STRICT
        """,
        "INSERT INTO wider_notification SELECT id, sort_ms, why FROM notification",
        "DROP TABLE notification",
        "ALTER TABLE wider_notification RENAME TO notification",
        # With the reason: those of a rare type are found without a look at the rows.
        "CREATE INDEX notification_time ON notification (sort_ms, why)",
    ),
)


def note_posts(db: Connection, place: Place, posts: Sequence[PostRow]) -> None:
    """Posts were saved, as they were written: of others, or what others may have answered."""
    own = find_own(db)
    if own is None:
        return
    if own[0] == place.author_no:
        note_waiting(db, place, posts[0][0], posts[-1][0])
    else:
        address = address_of(own[1])
        note(db, (row[0] for row in posts if address in row[-1]), LINKS)
        _note_quoting(db, own, posts[0][0], posts[-1][0])


def note_quotes(db: Connection, place: Place, first: int, last: int) -> None:
    """What posts with these row numbers quote is known, as far as they quote."""
    own = find_own(db)
    if own is not None and own[0] != place.author_no:
        _note_quoting(db, own, first, last)


def _note_quoting(db: Connection, own: Own, first: int, last: int) -> None:
    found = db.execute(QUOTING_OWN, (first, last, own[0])).fetchall()
    note(db, (row_id for (row_id,) in found), QUOTES)


def note_waiting(db: Connection, place: Place, first: int, last: int) -> None:
    values = (first, last, place.base, place.author_no, place.feed_no)
    for table, waiting, why in (
        ("reply", WAITING, ANSWERS),
        ("quote", QUOTES_WAITING, QUOTES),
    ):
        if db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None:  # noqa: S608
            note(db, [row_id for (row_id,) in db.execute(waiting, values).fetchall()], why)


def note_edit(db: Connection, row_id: int, text: str) -> None:
    """A post has another text now."""
    own = find_own(db)
    if own is None:
        return
    forget(db, [row_id], LINKS)
    (author_no,) = db.execute(
        "SELECT author FROM post JOIN feed ON feed.no = post.feed WHERE id = ?", (row_id,)
    ).fetchone()
    if author_no != own[0] and address_of(own[1]) in text:
        note(db, [row_id], LINKS)


def forget_answers(db: Connection, row_id: int) -> None:
    """A post is about to be withdrawn: if it is an own one, nobody answers or quotes it."""
    row = db.execute(
        f"SELECT {POST_HASH} FROM post JOIN feed ON feed.no = post.feed"  # noqa: S608  # fixed text
        " JOIN author ON author.no = feed.author WHERE id = ? AND own",
        (row_id,),
    ).fetchone()
    if row is not None:
        found = db.execute("SELECT id FROM reply WHERE parent_hash = ?", row).fetchall()
        forget(db, [answer for (answer,) in found], ANSWERS)
        found = db.execute("SELECT id FROM quote WHERE post_hash = ?", row).fetchall()
        forget(db, [quote for (quote,) in found], QUOTES)


def drop(db: Connection, first: int, last: int) -> None:
    """Posts with these row numbers are about to go."""
    db.execute("DELETE FROM notification WHERE id BETWEEN ? AND ?", (first, last))


def resort(db: Connection, row_ids: Iterable[int]) -> None:
    """Posts with these row numbers are sorted by other times now."""
    db.executemany(
        "UPDATE notification SET sort_ms = (SELECT post.sort_ms FROM post"
        " WHERE post.id = notification.id) WHERE id = ?",
        [(row_id,) for row_id in row_ids],
    )


def note(db: Connection, row_ids: Iterable[int], why: int) -> None:
    """Note posts, those of them that are shown."""
    found = [(why, row_id) for row_id in row_ids]
    if found:
        db.executemany(NOTE, found)


def forget(db: Connection, row_ids: Iterable[int], why: int) -> None:
    """Take a reason back; what is left without any is no notification."""
    found = [(row_id, why) for row_id in row_ids]
    if found:
        db.executemany("DELETE FROM notification WHERE id = ? AND why = ?", found)
        db.executemany(
            "UPDATE notification SET why = why & ~? WHERE id = ?",
            [(why, row_id) for row_id, why in found],
        )


def find_own(db: Connection) -> Own | None:
    row: Own | None = db.execute("SELECT no, author_id FROM author WHERE own = 1").fetchone()
    return row


def is_answer(db: Connection, row_id: int) -> bool:
    return db.execute(IS_ANSWER, (row_id,)).fetchone() is not None


@lru_cache(maxsize=8)
def address_of(author_id: AuthorId) -> str:
    return format_author(author_id)


# --- questions ---------------------------------------------------------------------------


def notifications(
    db: Connection,
    limit: int,
    before: Cursor | None,
    without: Collection[AuthorId],
    kind: str = "",
) -> list[Notification]:
    most = clamp_limit(limit)
    why = {(each.feed_id, each.index): each for each in known(db, most, before, without, kind)}
    return [
        Notification(
            post=post,
            is_answer=found.is_answer,
            is_mention=found.is_mention,
            is_quote=found.is_quote,
        )
        for post in read_posts(db, IDS, _values(most, before, without, kind))
        if (found := why.get((post.ref.feed_id, post.ref.index))) is not None
    ]


def known(
    db: Connection,
    limit: int,
    before: Cursor | None,
    without: Collection[AuthorId],
    kind: str = "",
) -> list[KnownNotification]:
    """Where they stand, without a word of them: more than a page has, if so many are wanted."""
    rows = db.execute(KNOWN, _values(limit, before, without, kind)).fetchall()
    return [
        KnownNotification(
            feed_id=FeedId(feed_id),
            index=index,
            cursor=Cursor(sort_ms, place_number(feed_id, index)),
            is_answer=bool(why & ANSWERS),
            is_mention=bool(why & (NAMES | LINKS)),
            is_quote=bool(why & QUOTES),
        )
        for feed_id, index, sort_ms, why in rows
    ]


def _values(
    limit: int, before: Cursor | None, without: Collection[AuthorId], kind: str
) -> dict[str, object]:
    why = OF_TYPE.get(kind, ANSWERS | NAMES | LINKS | QUOTES)
    return {**place(before), "limit": limit, "without": in_json(without), "why": why}
