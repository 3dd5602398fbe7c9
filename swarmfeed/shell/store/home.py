"""The home timeline: posts of whom one follows, and what they boosted.

Of a post that several of them boosted stands the newest boost, and neither the others nor the
post itself: each post stands once.  Whom the person does not want to see is given with the
question, so this is told while reading.  Every function runs on a read-only connection.
"""

import json
from collections.abc import Collection
from typing import Final, NamedTuple

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import BOOSTS_LOOKED_AT
from swarmfeed.core.asks.posts import BoostedBy, PostView
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.public_id import place_number
from swarmfeed.shell.store.reactions import BOOSTS, LIKES
from swarmfeed.shell.store.read import (
    BY_ROWS,
    CURSOR_ROW,
    HEARD,
    clamp_limit,
    in_json,
    place,
    read_rows,
)
from swarmfeed.shell.store.sqlite import Connection

# The boost by which a post stands on the home timeline: the newest of those that are heard.
STANDING: Final = f"""(SELECT near.id FROM (
        SELECT reaction.id, reaction.author, reaction.feed, reaction.sort_ms FROM reacted
        CROSS JOIN reaction ON reaction.post = reacted.no
        WHERE reacted.row_id = {{row}} AND {BOOSTS}
        ORDER BY reaction.sort_ms DESC, reaction.id DESC LIMIT {BOOSTS_LOOKED_AT}) AS near
    CROSS JOIN author ON author.no = near.author CROSS JOIN feed ON feed.no = near.feed
    WHERE author.home = 1 AND {HEARD}
    ORDER BY near.sort_ms DESC, feed.feed_id DESC LIMIT 1)"""  # noqa: S608  # fixed text

# Whether a post stands by itself: nobody boosted it later than it was written.
POST_STANDS: Final = f"""NOT EXISTS (SELECT 1 FROM reaction AS over
    WHERE over.id = {STANDING.format(row="own.id")} AND over.sort_ms > own.sort_ms)"""  # noqa: S608

# Whether a boost stands: the newest one of a post that is here, and that may be seen.
BOOST_STANDS: Final = f"""EXISTS (SELECT 1 FROM reacted AS told
    CROSS JOIN post AS meant ON meant.id = told.row_id
    CROSS JOIN feed AS of_it ON of_it.no = meant.feed
    CROSS JOIN author ON author.no = of_it.author
    WHERE told.no = own.post AND {HEARD}
    AND own.id = {STANDING.format(row="told.row_id")}
    AND NOT (author.home = 1 AND meant.sort_ms >= own.sort_ms))"""  # noqa: S608  # fixed text

NEXT_POST: Final = """(SELECT own.id FROM post AS own WHERE own.feed = {feed}
    AND (own.sort_ms, own.id) < {place} ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)"""

NEXT_BOOST: Final = f"""(SELECT own.id FROM reaction AS own WHERE own.feed = {{feed}}
    AND {BOOSTS} AND (own.sort_ms, own.id) < {{place}}
    ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)"""  # noqa: S608  # fixed text

_START: Final = {"feed": "feed.no", "place": f"(:time_ms, {CURSOR_ROW})"}
_NEXT: Final = {"feed": "timeline.feed", "place": "(timeline.sort_ms, timeline.id)"}

# As ``read.TIMELINE``, with two queues for each feed: posts, and boosts.  Whether one stands is
# asked when it comes out: of those that a page shows, not of the newest of every feed.  The
# limit is outside, and ends the walk when a page is full.
HOME: Final = f"""
    WITH RECURSIVE timeline (sort_ms, feed_id, id, feed, boosts) AS (
        SELECT post.sort_ms, feed.feed_id, post.id, feed.no, 0
        FROM author CROSS JOIN feed ON feed.author = author.no
        CROSS JOIN post ON post.id = {NEXT_POST.format(**_START)}
        WHERE author.home = 1 AND {HEARD}
        UNION ALL
        SELECT boost.sort_ms, feed.feed_id, boost.id, feed.no, 1
        FROM author CROSS JOIN feed ON feed.author = author.no
        CROSS JOIN reaction AS boost ON boost.id = {NEXT_BOOST.format(**_START)}
        WHERE author.home = 1 AND {HEARD}
        UNION ALL
        SELECT post.sort_ms, timeline.feed_id, post.id, timeline.feed, 0 FROM timeline
        CROSS JOIN post ON post.id = {NEXT_POST.format(**_NEXT)}
        WHERE timeline.boosts = 0
        UNION ALL
        SELECT boost.sort_ms, timeline.feed_id, boost.id, timeline.feed, 1 FROM timeline
        CROSS JOIN reaction AS boost ON boost.id = {NEXT_BOOST.format(**_NEXT)}
        WHERE timeline.boosts = 1
        ORDER BY 1 DESC, 2 DESC, 3 DESC
    )
    SELECT id, boosts FROM timeline WHERE CASE boosts
        WHEN 0 THEN EXISTS (
            SELECT 1 FROM post AS own WHERE own.id = timeline.id AND {POST_STANDS})
        ELSE EXISTS (
            SELECT 1 FROM reaction AS own WHERE own.id = timeline.id AND {BOOST_STANDS}) END
    LIMIT :limit
"""  # noqa: S608  # fixed text

BOOSTED: Final = """
    SELECT boost.id, reacted.row_id, feed.feed_id, boost.id - block.base + block.start,
        boost.sort_ms, author.author_id, coalesce(profile.name, '')
    FROM reaction AS boost CROSS JOIN reacted ON reacted.no = boost.post
    CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= boost.id)
    CROSS JOIN feed ON feed.no = boost.feed
    CROSS JOIN author ON author.no = boost.author
    LEFT JOIN profile ON profile.author = author.no AND profile.counts = 1
    WHERE boost.id IN (SELECT value FROM json_each(?))
"""

# No index has likes by their time: only the person's own are listed, and there are thousands.
REACTIONS_OF: Final = f"""
    SELECT own.id, 1 FROM author CROSS JOIN feed ON feed.author = author.no
    CROSS JOIN reaction AS own ON own.feed = feed.no AND {{which}}
    WHERE author.author_id = :author_id AND (own.sort_ms, own.id) < (:time_ms, {CURSOR_ROW})
    AND EXISTS (SELECT 1 FROM reacted CROSS JOIN post ON post.id = reacted.row_id
        WHERE reacted.no = own.post)
    ORDER BY own.sort_ms DESC, feed.feed_id DESC, own.id DESC LIMIT :limit
"""  # noqa: S608  # fixed text

_NEWER: Final = f"""
    SELECT 1 FROM author CROSS JOIN feed ON feed.author = author.no
    CROSS JOIN {{table}} AS own ON own.feed = feed.no
        AND (own.sort_ms, own.id) > (:time_ms, {CURSOR_ROW}) AND {{counts}}
    WHERE author.home = 1 AND {HEARD}
"""  # noqa: S608  # fixed text

# Up to a bound, so that the first feeds answer for a place of long ago.
NEWER_THAN: Final = f"""
    SELECT count(*) FROM ({_NEWER.format(table="post", counts=POST_STANDS)}
    UNION ALL {_NEWER.format(table="reaction", counts=f"{BOOSTS} AND {BOOST_STANDS}")}
    LIMIT :most)
"""  # noqa: S608  # fixed text


class _Boosted(NamedTuple):
    """A boost that stands on a page."""

    post: int
    """Row number of the post."""
    cursor: Cursor
    by: BoostedBy


def home(
    db: Connection, limit: int, before: Cursor | None, without: Collection[AuthorId]
) -> list[PostView]:
    values = {**place(before), "limit": clamp_limit(limit), "without": in_json(without)}
    return _page(db, db.execute(HOME, values).fetchall())


def boosts_of(
    db: Connection, author_id: AuthorId, limit: int, before: Cursor | None
) -> list[PostView]:
    values = {"author_id": author_id, **place(before), "limit": clamp_limit(limit)}
    return _page(db, db.execute(REACTIONS_OF.format(which=BOOSTS), values).fetchall())


def likes_of(
    db: Connection, author_id: AuthorId, limit: int, before: Cursor | None
) -> list[PostView]:
    values = {"author_id": author_id, **place(before), "limit": clamp_limit(limit)}
    page = _page(db, db.execute(REACTIONS_OF.format(which=LIKES), values).fetchall())
    return [replace(each, boosted_by=None) for each in page]


def _page(db: Connection, rows: list[tuple[int, int]]) -> list[PostView]:
    """Posts and boosts by their row numbers, and whether each is a boost."""
    boosted = _boosted(db, [row_id for row_id, is_boost in rows if is_boost])
    posts = [boosted[row_id].post if is_boost else row_id for row_id, is_boost in rows]
    views = read_rows(db, BY_ROWS, {"row_ids": json.dumps(posts)})
    page = []
    for row_id, is_boost in rows:
        if not is_boost:
            page.append(views[row_id])
            continue
        boost = boosted[row_id]
        view = views[boost.post]
        page.append(replace(view, cursor=boost.cursor, boosted_by=boost.by))
    return page


def newer_than(db: Connection, after: Cursor, without: Collection[AuthorId], most: int) -> int:
    values = {**place(after), "without": in_json(without), "most": most}
    (count,) = db.execute(NEWER_THAN, values).fetchone()
    return int(count)


def _boosted(db: Connection, row_ids: list[int]) -> dict[int, _Boosted]:
    if not row_ids:
        return {}
    found = db.execute(BOOSTED, (json.dumps(row_ids),)).fetchall()
    return {
        row_id: _Boosted(
            post=post,
            cursor=Cursor(sort_ms, place_number(FeedId(feed_id), index)),
            by=BoostedBy(author_id=author_id, author_name=name, time_ms=sort_ms),
        )
        for row_id, post, feed_id, index, sort_ms, author_id, name in found
    }
