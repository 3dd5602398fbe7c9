"""Questions to the index about threads: what answers a post.  Runs on read-only connections.

A reply names what it answers by hash and by place; one whose two do not belong together
answers nothing here.
"""

from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import EntryRef
from swarmfeed.shell.store.read import BY_ROW, CURSOR_ROW, clamp_limit, place, read_posts
from swarmfeed.shell.store.sqlite import Connection

# The index on (parent_hash, sort_ms) starts at the page, so thousands before it cost nothing;
# only posts of one millisecond are put in order.
REPLIES: Final = f"""
    SELECT post.id FROM reply CROSS JOIN post ON post.id = reply.id
    CROSS JOIN feed ON feed.no = post.feed
    WHERE reply.parent_hash = :entry_hash AND reply.sort_ms >= :time_ms
    AND reply.parent_feed = :feed_id AND reply.parent_index = :entry_index
    AND (reply.sort_ms, post.id) > (:time_ms, {CURSOR_ROW})
    ORDER BY reply.sort_ms, feed.feed_id, post.id LIMIT :limit
"""  # noqa: S608  # fixed text

BELOW: Final = """
    WITH RECURSIVE below (id, sort_ms) AS (
        SELECT id, sort_ms FROM reply WHERE parent_hash = :entry_hash
            AND parent_feed = :feed_id AND parent_index = :entry_index
        UNION ALL
        SELECT reply.id, reply.sort_ms FROM below CROSS JOIN post ON post.id = below.id
        CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= below.id)
        CROSS JOIN feed ON feed.no = block.feed
        CROSS JOIN reply ON reply.parent_hash = post.hash AND reply.parent_feed = feed.feed_id
            AND reply.parent_index = below.id - block.base + block.start
        LIMIT :limit
    )
"""

COUNT: Final = f"{BELOW} SELECT count(*) FROM below"  # noqa: S608  # fixed text
NEWEST: Final = f"{BELOW} SELECT id FROM below ORDER BY sort_ms DESC, id DESC LIMIT 1"  # noqa: S608

BELOW_ALL: Final = {"time_ms": -1, "prefix": 0, "at": 0}
"""A place before every post."""


def replies(
    db: Connection, answered: EntryRef, limit: int, after: Cursor | None
) -> list[PostView]:
    values = {**_named(answered), **(place(after) if after else BELOW_ALL)}
    return read_posts(db, REPLIES, {**values, "limit": clamp_limit(limit)}, order="ASC")


def count_below(db: Connection, answered: EntryRef, limit: int) -> int:
    (count,) = db.execute(COUNT, {**_named(answered), "limit": limit}).fetchone()
    return int(count)


def newest_below(db: Connection, answered: EntryRef, limit: int) -> PostView | None:
    row = db.execute(NEWEST, {**_named(answered), "limit": limit}).fetchone()
    return read_posts(db, BY_ROW, {"row_id": row[0]})[0] if row else None


def _named(ref: EntryRef) -> dict[str, object]:
    return {"entry_hash": ref.entry_hash, "feed_id": ref.feed_id, "entry_index": ref.index}
