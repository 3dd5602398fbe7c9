"""Which post another one quotes.

Every function that is given a connection runs inside a transaction; those that read, on a
read-only one.
"""

from collections.abc import Collection, Sequence
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import REPLY_COUNT_MAX
from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.shell.store import notifications
from swarmfeed.shell.store.entries import POST_HASH, Place, Said, Table
from swarmfeed.shell.store.places import block_ranges
from swarmfeed.shell.store.read import (
    BY_PLACE,
    CURSOR_ROW,
    clamp,
    clamp_limit,
    place,
    read_posts,
)
from swarmfeed.shell.store.sqlite import Connection

SAVE: Final = "INSERT OR REPLACE INTO quote VALUES (?, ?, ?, ?, ?)"
SAVE_OF_EDIT: Final = "INSERT OR IGNORE INTO quote VALUES (?, ?, ?, ?, ?)"

# A post is quoted by place and hash, and both have to be true.
QUOTED: Final = """quote CROSS JOIN post ON post.id = quote.id
    WHERE quote.post_hash = {hash}
    AND quote.post_feed = :feed_id AND quote.post_index = :index"""

QUOTING: Final = f"""
    SELECT post.id FROM {QUOTED.format(hash=":entry_hash")}
    AND (post.sort_ms, post.id) < (:time_ms, (
        SELECT {CURSOR_ROW} FROM feed WHERE feed.no = post.feed))
    ORDER BY post.sort_ms DESC, (SELECT feed_id FROM feed WHERE no = post.feed) DESC,
        post.id DESC LIMIT :limit
"""  # noqa: S608  # fixed text

COUNT: Final = f"""
    WITH named (hash) AS (SELECT {POST_HASH} FROM post WHERE post.id = ({BY_PLACE}))
    SELECT count(*) FROM (SELECT 1 FROM {QUOTED.format(hash="(SELECT hash FROM named)")}
        LIMIT {REPLY_COUNT_MAX})
"""  # noqa: S608  # fixed text

QuoteRow = tuple[int, bool, EntryRef]
"""Index of the post that quotes, whether that is its own word, and what it quotes."""


def read_quote(said: Said) -> QuoteRow | None:
    body: PostBody | EditBody = said.body
    if body.quote is None:
        return None
    if isinstance(body, EditBody):
        return None if body.index >= said.index else (body.index, False, body.quote)
    return said.index, True, body.quote


def save_quotes(db: Connection, place: Place, rows: Sequence[QuoteRow]) -> int:
    """An edit's word counts only where the post's own is not known."""
    for index, is_own, ref in rows:
        for base, _, _ in list(block_ranges(db, place.feed_no, index, index + 1)):
            db.execute(
                SAVE if is_own else SAVE_OF_EDIT,
                (base + index, place.feed_no, ref.entry_hash, ref.feed_id, ref.index),
            )
            notifications.note_quotes(db, place, base + index, base + index)
    return 0


TABLE: Final = Table(
    name="quote",
    bodies=(PostBody, EditBody),
    read=read_quote,
    save=save_quotes,
    creates=(
        """
        CREATE TABLE quote (
            id         INTEGER PRIMARY KEY CHECK (id > 0),
            feed       INTEGER NOT NULL REFERENCES feed,
            post_hash  BLOB NOT NULL CHECK (length(post_hash) = 32),
            post_feed  BLOB NOT NULL CHECK (length(post_feed) = 32),
            post_index INTEGER NOT NULL CHECK (post_index >= 0)
        ) STRICT
        """,
        "CREATE INDEX quote_feed ON quote (feed)",
        "CREATE INDEX quote_post ON quote (post_hash)",
    ),
)


# --- questions ---------------------------------------------------------------------------


def quoting(db: Connection, ref: EntryRef, limit: int, before: Cursor | None) -> list[PostView]:
    """As in ``ports.reactions``."""
    values = {
        "entry_hash": ref.entry_hash,
        "feed_id": ref.feed_id,
        "index": clamp(ref.index),
        **place(before),
        "limit": clamp_limit(limit),
    }
    return read_posts(db, QUOTING, values)


def counts(
    db: Connection, places: Collection[tuple[FeedId, int]]
) -> dict[tuple[FeedId, int], int]:
    """As in ``ports.reactions``."""
    found = {}
    for feed_id, index in places:
        at = clamp(index)
        row = db.execute(COUNT, {"feed_id": feed_id, "at": at, "index": at}).fetchone()
        if row[0]:
            found[feed_id, index] = int(row[0])
    return found
