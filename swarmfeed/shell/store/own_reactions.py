"""What the person likes and boosted, also of posts that are withdrawn or not here.

Each word names its post by feed, index and hash, so it can be found, and taken back, without
the post.  Every function is given a read-only connection.
"""

from collections.abc import Iterable
from typing import Any, Final

from swarmfeed.core.asks.reactions import OwnReaction
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.shell.store.read import clamp, clamp_limit
from swarmfeed.shell.store.sqlite import Connection

SAID: Final = """
    SELECT post_feed, post_hash, post_index, max(kind = 1), max(kind = 2),
        max(reaction.sort_ms) AS newest, whose.author_id, coalesce(profile.name, '')
    {words}
    LEFT JOIN feed AS of_it ON of_it.feed_id = post_feed
    LEFT JOIN author AS whose ON whose.no = of_it.author
    LEFT JOIN profile ON profile.author = whose.no AND profile.counts = 1
    WHERE me.own = 1 AND {which}
    GROUP BY reacted.no ORDER BY newest DESC, reacted.no DESC LIMIT :limit OFFSET :start
"""

AT: Final = SAID.format(
    words="""
    FROM reacted CROSS JOIN reaction ON reaction.post = reacted.no
        AND reaction.counts = 1 AND said <> ''
    CROSS JOIN author AS me ON me.no = reaction.author
    """,
    which="(post_feed, post_index) = (:feed_id, :at)",
)

LEFT: Final = SAID.format(
    words="""
    FROM author AS me CROSS JOIN feed AS mine ON mine.author = me.no
    CROSS JOIN reaction ON reaction.feed = mine.no AND reaction.counts = 1 AND said <> ''
    CROSS JOIN reacted ON reacted.no = reaction.post
    """,
    which="reacted.row_id IS NULL",
)


def at(db: Connection, feed_id: FeedId, index: int) -> list[OwnReaction]:
    """As ``ports.Index.own_reactions``."""
    values = {"feed_id": feed_id, "at": clamp(index), "limit": -1, "start": 0}
    return _told(db.execute(AT, values))


def left(db: Connection, limit: int, start: int) -> list[OwnReaction]:
    """As ``ports.Index.reactions_left``."""
    values = {"limit": clamp_limit(limit), "start": clamp(start)}
    return _told(db.execute(LEFT, values))


def _told(rows: Iterable[tuple[Any, ...]]) -> list[OwnReaction]:
    return [
        OwnReaction(
            ref=EntryRef(FeedId(feed_id), Hash(entry_hash), index),
            liked=bool(liked),
            boosted=bool(boosted),
            time_ms=newest_ms,
            author_id=None if author_id is None else AuthorId(author_id),
            author_name=name,
        )
        for feed_id, entry_hash, index, liked, boosted, newest_ms, author_id, name in rows
    ]
