"""Questions to the index about threads: what answers a post, and what that answers itself.
Runs on read-only connections.

A reply names what it answers by hash and by place; one whose two do not belong together
answers nothing here.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import REPLY_COUNT_MAX, THREAD_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.public_id import place_number
from swarmfeed.shell.store.answered import with_answers
from swarmfeed.shell.store.entries import POST_HASH
from swarmfeed.shell.store.read import (
    BY_PLACE,
    BY_ROW,
    CURSOR_ROW,
    NAMESAKE,
    STANDS,
    STANDS_AS,
    clamp,
    clamp_limit,
    place,
    read_posts,
)
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

BELOW: Final = f"""
    WITH RECURSIVE below (id, sort_ms, hash) AS (
        SELECT id, sort_ms, hash FROM reply WHERE parent_hash = :entry_hash
            AND parent_feed = :feed_id AND parent_index = :entry_index AND {STANDS}
        UNION ALL
        SELECT reply.id, reply.sort_ms, reply.hash
        FROM below LEFT JOIN post ON post.id = below.id
        CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= below.id)
        CROSS JOIN feed ON feed.no = block.feed
        CROSS JOIN reply ON reply.parent_hash = coalesce(below.hash, post.hash)
            AND reply.parent_feed = feed.feed_id
            AND reply.parent_index = below.id - block.base + block.start AND {STANDS}
        LIMIT :limit
    )
"""  # noqa: S608  # fixed text

# What is left of replies that were withdrawn: where they stood, and whose they were.
GONE: Final = f"""
    SELECT feed.feed_id, gone.hash, gone.id - block.base + block.start, author.author_id,
        coalesce(profile.name, ''), {NAMESAKE}, gone.sort_ms,
        gone.parent_feed, gone.parent_hash, gone.parent_index,
        (SELECT count(*) FROM (SELECT 1 FROM reply WHERE parent_hash = gone.hash
            AND parent_feed = feed.feed_id AND parent_index = gone.id - block.base + block.start
            AND {STANDS} LIMIT {REPLY_COUNT_MAX}))
    FROM reply AS gone
    CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= gone.id)
    CROSS JOIN feed ON feed.no = block.feed
    CROSS JOIN author ON author.no = feed.author
    LEFT JOIN profile ON profile.author = author.no AND profile.counts = 1
    WHERE gone.hash IS NOT NULL AND {{which}}
"""  # noqa: S608  # fixed text

GONE_BELOW: Final = GONE.format(
    which=f"""gone.parent_hash = :entry_hash AND gone.sort_ms >= :time_ms
    AND gone.parent_feed = :feed_id AND gone.parent_index = :entry_index
    AND {STANDS_AS.format(reply="gone")}
    AND (gone.sort_ms, gone.id) > (:time_ms, {CURSOR_ROW})
    ORDER BY gone.sort_ms, feed.feed_id, gone.id LIMIT :limit"""
)

GONE_AT: Final = GONE.format(which=f"gone.id = ({BY_PLACE})")

COUNT: Final = f"{BELOW} SELECT count(*) FROM below"  # noqa: S608  # fixed text
NEWEST: Final = (
    f"{BELOW} SELECT id FROM below WHERE hash IS NULL ORDER BY sort_ms DESC, id DESC LIMIT 1"  # noqa: S608
)

# Posts and all that they answer, as far as it is here: each once, however many answer it.
UPWARDS: Final = f"""
    WITH RECURSIVE upwards (id) AS (
        SELECT value FROM json_each(:row_ids)
        UNION
        SELECT block.base + reply.parent_index - block.start
        FROM upwards CROSS JOIN reply ON reply.id = upwards.id
        CROSS JOIN feed ON feed.feed_id = reply.parent_feed
        CROSS JOIN block ON block.feed = feed.no AND block.start <= reply.parent_index
            AND reply.parent_index < block.start + block.size
        LIMIT :limit
    )
    SELECT upwards.id,
        coalesce(reply.hash, (SELECT {POST_HASH} FROM post WHERE post.id = upwards.id)),
        reply.parent_hash, block.base + reply.parent_index - block.start
    FROM upwards LEFT JOIN reply ON reply.id = upwards.id
    LEFT JOIN feed ON feed.feed_id = reply.parent_feed
    LEFT JOIN block ON block.feed = feed.no AND block.start <= reply.parent_index
        AND reply.parent_index < block.start + block.size
"""  # noqa: S608  # fixed text

Step = tuple[Hash | None, Hash | None, int | None]
"""Of a row number the hash of its post, and hash and row number of what that answers."""

GoneRow = tuple[FeedId, Hash, int, AuthorId, str, int, int, FeedId, Hash, int, int]

BELOW_ALL: Final = {"time_ms": -1, "prefix": 0, "at": 0}
"""A place before every post."""


def replies(
    db: Connection, answered: EntryRef, limit: int, after: Cursor | None
) -> list[PostView]:
    values = {
        **_named(answered),
        **(place(after) if after else BELOW_ALL),
        "limit": clamp_limit(limit),
    }
    gone = [_build_gone(row) for row in db.execute(GONE_BELOW, values).fetchall()]
    found = read_posts(db, REPLIES, values, order="ASC")
    if not gone:
        return found
    return sorted([*found, *with_answers(db, gone)], key=_order)[: clamp_limit(limit)]


def gone(db: Connection, feed_id: FeedId, index: int) -> PostView | None:
    values = {"feed_id": feed_id, "at": clamp(index)}
    rows = db.execute(GONE_AT, values).fetchall()
    return with_answers(db, [_build_gone(row) for row in rows])[0] if rows else None


def _order(view: PostView) -> tuple[int, FeedId, int]:
    return view.cursor.time_ms, view.ref.feed_id, view.ref.index


def _build_gone(row: GoneRow) -> PostView:
    feed_id, entry_hash, index, author_id, name, namesake, sort_ms = row[:7]
    parent_feed, parent_hash, parent_index, reply_count = row[7:]
    return PostView(
        ref=EntryRef(feed_id, entry_hash, index),
        author_id=author_id,
        author_name=name,
        namesake=bool(namesake),
        time_ms=sort_ms,
        text="",
        withdrawn=True,
        reply_to=EntryRef(parent_feed, parent_hash, parent_index),
        reply_count=reply_count,
        cursor=Cursor(sort_ms, place_number(feed_id, index)),
    )


def count_below(db: Connection, answered: EntryRef, limit: int) -> int:
    (count,) = db.execute(COUNT, {**_named(answered), "limit": limit}).fetchone()
    return int(count)


def newest_below(db: Connection, answered: EntryRef, limit: int) -> PostView | None:
    values = {**_named(answered), "limit": limit}
    row = db.execute(NEWEST, values).fetchone()
    return read_posts(db, BY_ROW, {"row_id": row[0]})[0] if row else None


def within(
    db: Connection, places: Collection[tuple[FeedId, int]], tops: Collection[Hash]
) -> set[tuple[FeedId, int]]:
    """As in ``ports.threads``."""
    starts = {each: row for each in places if (row := _row_at(db, *each)) is not None}
    values = {"row_ids": json.dumps([*starts.values()]), "limit": THREAD_COUNT_MAX}
    steps = {row_id: tuple(step) for row_id, *step in db.execute(UPWARDS, values)}
    inside = _leading_to({*tops}, steps, starts.values())
    return {place for place, row_id in starts.items() if row_id in inside}


def _row_at(db: Connection, feed_id: FeedId, index: int) -> int | None:
    row = db.execute(BY_PLACE, {"feed_id": feed_id, "at": clamp(index)}).fetchone()
    return None if row is None else int(row[0])


def _leading_to(tops: set[Hash], steps: Mapping[int, Step], starts: Iterable[int]) -> set[int]:
    """Those from which one of ``tops`` is reached; each step is gone once."""
    known: dict[int, bool] = {}
    for start in starts:
        way, at, is_in = list[int](), start, False
        while at in steps and at not in known:
            own, above, parent = steps[at]
            way.append(at)
            is_in = own in tops or above in tops
            # A reply names what it answers by place and hash, and both have to be true.
            if is_in or parent is None or parent not in steps or steps[parent][0] != above:
                break
            at = parent
        else:
            is_in = known.get(at, False)
        known |= dict.fromkeys(way, is_in)
    return {each for each, is_in in known.items() if is_in}


def _named(ref: EntryRef) -> dict[str, object]:
    return {"entry_hash": ref.entry_hash, "feed_id": ref.feed_id, "entry_index": ref.index}
