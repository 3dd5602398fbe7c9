"""Questions to the index.  Every function runs on a read-only connection.

A page is made in two steps of one statement: an index gives the row numbers of the page, in
order, and only those rows are dressed with names, places and counts.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import MEDIA, POSTS, REPLIES, PostView
from swarmfeed.core.base.limits import PAGE_POSTS_MAX, REPLY_COUNT_MAX, SEARCH_AUTHORS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.limits import ID_POSTS_MAX, WITHDRAWN_BELOW_MAX
from swarmfeed.core.feed.public_id import place_number, public_id, time_of_id
from swarmfeed.core.words.folding import name_key
from swarmfeed.ports import KnownAuthor
from swarmfeed.shell.store.answered import with_answers, with_quoted
from swarmfeed.shell.store.entries import POST_HASH
from swarmfeed.shell.store.media import with_media
from swarmfeed.shell.store.packs import POST_TEXT
from swarmfeed.shell.store.places import split_cursor_number
from swarmfeed.shell.store.schema import HASH_START_BYTES, HASHES_IN_PART
from swarmfeed.shell.store.seals import require_sealed
from swarmfeed.shell.store.sqlite import READER_STATEMENTS, Connection
from swarmfeed.shell.store.traits import language_in

NUMBER_MAX: Final = 2**63 - 1
"""Largest integer SQLite holds."""

# Posts of one millisecond stand in the order of their feeds' ids and, within a feed, of their
# indices: the same in every index, whatever came first.
# CROSS JOIN fixes the order of the joins: from the page's few rows outwards.
# Whether a reply of that name stands in its thread: a withdrawn one does as long as one below
# it that is not withdrawn is reached through withdrawn ones.
STANDS_AS: Final = f"""({{reply}}.hash IS NULL OR (
    WITH RECURSIVE gone_under (hash) AS (
        SELECT {{reply}}.hash
        UNION ALL
        SELECT under.hash FROM gone_under
        CROSS JOIN reply AS under ON under.parent_hash = gone_under.hash
        LIMIT {WITHDRAWN_BELOW_MAX + 1}
    )
    SELECT max(hash IS NULL) OR count(*) > {WITHDRAWN_BELOW_MAX} FROM gone_under))"""  # noqa: S608  # fixed text

STANDS: Final = STANDS_AS.format(reply="reply")

# Whether the author's name can be taken for that of another one.
NAMESAKE: Final = """EXISTS (SELECT 1 FROM profile AS other
    WHERE other.look = profile.look AND other.counts = 1 AND other.author <> profile.author)"""

# Whether the person likes, or boosted, what is numbered ``x``.
OWN_WORD: Final = """(x.no IS NOT NULL AND EXISTS (SELECT 1 FROM reaction CROSS JOIN author
    ON author.no = reaction.author AND author.own
    WHERE reaction.post = x.no AND kind = {kind} AND counts = 1 AND said <> ''))"""

VIEWS: Final = f"""
    WITH shown AS MATERIALIZED (
        SELECT post.*, coalesce(claimed_ms, sort_ms) AS time_ms,
            {POST_TEXT} AS said, {POST_HASH} AS entry_hash
        FROM ({{page}}) AS page CROSS JOIN post ON post.id = page.id
    )
    SELECT f.feed_id, p.entry_hash, p.id - b.base + b.start AS entry_index, a.author_id,
        coalesce(profile.name, ''), p.time_ms, p.said,
        coalesce(p.cw, ''), r.parent_feed, r.parent_hash, r.parent_index,
        (SELECT count(*) FROM
            (SELECT 1 FROM reply WHERE parent_hash = p.entry_hash AND parent_feed = f.feed_id
                AND parent_index = p.id - b.base + b.start AND {STANDS} LIMIT {{replies}})),
        CASE WHEN a.own THEN (SELECT count(*) FROM receipt
            WHERE receipt.feed_id = f.feed_id AND receipt.size > p.id - b.base + b.start)
        ELSE 0 END,
        {NAMESAKE}, EXISTS (SELECT 1 FROM amendment AS said WHERE said.feed = b.feed
            AND said.target = p.id - b.base + b.start AND said.text IS NOT NULL),
        (SELECT said FROM trait WHERE trait.id = p.id),
        q.post_feed, q.post_hash, q.post_index,
        coalesce(x.likes, 0), coalesce(x.boosts, 0), {OWN_WORD.format(kind=1)},
        {OWN_WORD.format(kind=2)}, p.sort_ms, p.id
    FROM shown AS p
    CROSS JOIN block AS b ON b.base = (SELECT max(base) FROM block WHERE base <= p.id)
    CROSS JOIN feed AS f ON f.no = b.feed
    CROSS JOIN author AS a ON a.no = f.author
    LEFT JOIN profile ON profile.author = f.author AND profile.counts = 1
    LEFT JOIN reply AS r ON r.id = p.id
    LEFT JOIN quote AS q ON q.id = p.id
    LEFT JOIN reacted AS x ON x.row_id = p.id
    ORDER BY p.sort_ms {{order}}, f.feed_id {{order}}, p.id {{order}}
"""  # noqa: S608  # fixed text

# Row number in a feed at which what has the cursor's time divides into newer and older.
CURSOR_ROW: Final = f"""
    CASE WHEN feed.prefix < :prefix THEN {NUMBER_MAX} WHEN feed.prefix > :prefix THEN 0
    ELSE coalesce((SELECT block.base + :at - block.start FROM block WHERE block.feed = feed.no
        AND block.start <= :at ORDER BY block.start DESC LIMIT 1), 0) END
"""  # noqa: S608  # fixed text

# The ORDER BY makes the table a priority queue: it starts with the newest post of each feed,
# and whenever a post leaves it as the newest of all, that feed's next one enters.
TIMELINE: Final = f"""
    WITH RECURSIVE timeline (sort_ms, feed_id, id, feed) AS (
        SELECT post.sort_ms, feed.feed_id, post.id, post.feed
        FROM author CROSS JOIN feed ON feed.author = author.no CROSS JOIN post ON post.id = (
            SELECT id FROM post AS own WHERE own.feed = feed.no {{which}}
            AND (own.sort_ms, own.id) < (:time_ms, {CURSOR_ROW})
            ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)
        WHERE {{whose}}
        UNION ALL
        SELECT post.sort_ms, timeline.feed_id, post.id, post.feed
        FROM timeline CROSS JOIN post ON post.id = (
            SELECT id FROM post AS own WHERE own.feed = timeline.feed {{which}}
            AND (own.sort_ms, own.id) < (timeline.sort_ms, timeline.id)
            ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)
        ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT :limit
    )
    SELECT id FROM timeline
"""  # noqa: S608  # fixed text

# Whom the person does not want to see is given with the question, and stands nowhere here.
HEARD: Final = "hex(author.author_id) NOT IN (SELECT value FROM json_each(:without))"

POSTS_OF: Final = TIMELINE.format(
    whose="author.no IN (SELECT value FROM json_each(:authors))", which=""
)

NUMBERS: Final = "SELECT no FROM json_each(?) CROSS JOIN author ON author_id = unhex(value)"

_WHICH: Final = {
    "": "",
    POSTS: "AND NOT EXISTS (SELECT 1 FROM reply WHERE reply.id = own.id)",
    REPLIES: "AND EXISTS (SELECT 1 FROM reply WHERE reply.id = own.id)",
    MEDIA: "AND EXISTS (SELECT 1 FROM medium WHERE medium.id = own.id)",
}

AUTHOR_POSTS: Final = {
    kind: TIMELINE.format(whose="author.author_id = :author_id", which=which)
    for kind, which in _WHICH.items()
}

BY_PLACE: Final = """
    SELECT block.base + :at - block.start AS id FROM feed JOIN block ON block.feed = feed.no
    WHERE feed.feed_id = :feed_id AND block.start <= :at AND :at < block.start + block.size
    ORDER BY block.start DESC LIMIT 1
"""

BY_PLACES: Final = """
    SELECT DISTINCT (SELECT block.base + named.at - block.start
        FROM feed CROSS JOIN block ON block.feed = feed.no
        WHERE feed.feed_id = named.feed_id AND block.start <= named.at
        AND named.at < block.start + block.size ORDER BY block.start DESC LIMIT 1) AS id
    FROM (SELECT unhex(value ->> 0) AS feed_id, value ->> 1 AS at FROM json_each(:places))
        AS named
"""

BY_ROW: Final = "SELECT :row_id AS id"

BY_ROWS: Final = "SELECT DISTINCT value AS id FROM json_each(:row_ids)"

# One seek in each feed: hardly any two posts claim the same millisecond.
OF_TIME: Final = f"""
    WITH found (id) AS (
        SELECT post.id FROM feed CROSS JOIN post ON post.id IN (
            SELECT id FROM post AS own WHERE own.feed = feed.no AND own.sort_ms = :time_ms
            AND own.claimed_ms IS NULL ORDER BY own.id LIMIT {ID_POSTS_MAX})
        UNION ALL
        SELECT post.id FROM feed CROSS JOIN post ON post.id IN (
            SELECT id FROM post AS own WHERE own.claimed_ms = :time_ms AND own.feed = feed.no
            ORDER BY own.id LIMIT {ID_POSTS_MAX})
        WHERE EXISTS (SELECT 1 FROM post WHERE claimed_ms = :time_ms)
    )
    SELECT feed.feed_id, found.id - block.base + block.start, found.id FROM found
    CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= found.id)
    CROSS JOIN feed ON feed.no = block.feed ORDER BY 1, 2
"""  # noqa: S608  # fixed text

# Walks through two bytes for each post: hardly anybody asks for a hash without a place.
HASH_STARTS: Final = "SELECT part, starts FROM hash_start WHERE instr(starts, ?)"

AUTHORS: Final = f"""
    SELECT author_id, coalesce(name, ''), coalesce(bio, ''),
        (SELECT count(*) FROM feed CROSS JOIN post ON post.feed = feed.no
            WHERE feed.author = author.no), {NAMESAKE}
    FROM json_each(?) CROSS JOIN author ON author_id = unhex(value)
    LEFT JOIN profile ON profile.author = author.no AND counts = 1
    WHERE own OR EXISTS (SELECT 1 FROM feed WHERE feed.author = author.no)
"""  # noqa: S608  # fixed text

ViewRow = tuple[
    FeedId, Hash, int, AuthorId, str, int, str, str,
    FeedId | None, Hash, int, int, int, int, int,
    str | None, FeedId | None, Hash, int, int, int, int, int, int, int,
]  # fmt: skip


def read_posts(
    db: Connection, page: str, values: Mapping[str, object], *, order: str = "DESC"
) -> list[PostView]:
    """Return the posts whose row numbers the statement ``page`` gives."""
    return list(read_rows(db, page, values, order=order).values())


def read_rows(
    db: Connection, page: str, values: Mapping[str, object], *, order: str = "DESC"
) -> dict[int, PostView]:
    """The same by their row numbers, in that order."""
    rows = db.execute(_views_of(page, order), values).fetchall()
    views = [build_view(row) for row in rows]
    for view, row in zip(views, rows, strict=True):
        require_sealed(db, row[-1], view.cw, view.text)
    views = with_media(db, views, [row[-1] for row in rows])
    named = with_quoted(db, with_answers(db, views))
    return {row[-1]: view for row, view in zip(rows, named, strict=True)}


@lru_cache(READER_STATEMENTS)
def _views_of(page: str, order: str) -> str:
    """The statement: to write it anew each time took a tenth of what a page takes."""
    return VIEWS.format(page=page, order=order, replies=REPLY_COUNT_MAX)


def build_view(row: ViewRow) -> PostView:
    feed_id, entry_hash, index, author_id, author_name, time_ms, text, cw = row[:8]
    parent_feed, parent_hash, parent_index, reply_count, held_by, namesake, edited = row[8:15]
    said, quoted_feed, quoted_hash, quoted_index, likes, boosts, liked, boosted = row[15:23]
    sort_ms, _ = row[23:]
    return PostView(
        ref=EntryRef(feed_id, entry_hash, index),
        author_id=author_id,
        author_name=author_name,
        namesake=bool(namesake),
        edited=bool(edited),
        time_ms=time_ms,
        text=text,
        cw=cw,
        lang=language_in(said),
        reply_to=ref_or_none(parent_feed, parent_hash, parent_index),
        reply_count=reply_count,
        quotes=ref_or_none(quoted_feed, quoted_hash, quoted_index),
        likes=likes,
        boosts=boosts,
        liked=bool(liked),
        boosted=bool(boosted),
        held_by=held_by,
        cursor=Cursor(sort_ms, place_number(feed_id, index)),
        id=public_id(feed_id, index, time_ms),
    )


def ref_or_none(feed_id: FeedId | None, entry_hash: Hash, index: int) -> EntryRef | None:
    return None if feed_id is None else EntryRef(feed_id, entry_hash, index)


def in_json(authors: Collection[AuthorId]) -> str:
    """Authors as HEARD wants them."""
    return json.dumps([each.hex().upper() for each in authors])


def author_posts(
    db: Connection, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
) -> list[PostView]:
    values = {"author_id": author_id, **place(before), "limit": clamp_limit(limit)}
    return read_posts(db, AUTHOR_POSTS[kind], values)


def posts_of(
    db: Connection, authors: Collection[AuthorId], limit: int, before: Cursor | None
) -> list[PostView]:
    named = [row[0] for row in db.execute(NUMBERS, (in_json(authors),))]
    values = {"authors": json.dumps(named), **place(before), "limit": clamp_limit(limit)}
    return read_posts(db, POSTS_OF, values)


def post(db: Connection, feed_id: FeedId, index: int) -> PostView | None:
    found = read_posts(db, BY_PLACE, {"feed_id": feed_id, "at": clamp(index)})
    return found[0] if found else None


def posts_at(db: Connection, places: Collection[tuple[FeedId, int]]) -> list[PostView]:
    named = [(feed_id.hex(), clamp(index)) for feed_id, index in places]
    return read_posts(db, BY_PLACES, {"places": json.dumps(named)})


def post_by_id(db: Connection, name: str) -> PostView | None:
    time_ms = time_of_id(name)
    if time_ms is None:
        return None
    for feed_id, index, row_id in db.execute(OF_TIME, {"time_ms": time_ms}):
        if public_id(feed_id, index, time_ms) == name:
            return read_posts(db, BY_ROW, {"row_id": row_id})[0]
    return None


def post_by_hash(db: Connection, entry_hash: Hash) -> PostView | None:
    for row_id in find_hash_start(db, entry_hash[:HASH_START_BYTES]):
        for found in read_posts(db, BY_ROW, {"row_id": row_id}):
            if found.ref.entry_hash == entry_hash:
                return found
    return None


def find_hash_start(db: Connection, start: bytes) -> Iterator[int]:
    """Yield row numbers of entries whose hashes may start like this."""
    for part, starts in db.execute(HASH_STARTS, (start,)):
        for at in range(HASHES_IN_PART):
            if starts[at * HASH_START_BYTES : (at + 1) * HASH_START_BYTES] == start:
                yield part * HASHES_IN_PART + at


def authors(db: Connection, wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
    return {
        AuthorId(author_id): KnownAuthor(
            name=name, bio=bio, post_count=post_count, namesake=bool(namesake)
        )
        for author_id, name, bio, post_count, namesake in db.execute(
            AUTHORS, (in_json(wanted),)
        )
    }


def called(db: Connection, name: str) -> dict[AuthorId, str]:
    rows = db.execute(
        "SELECT author_id, name FROM profile JOIN author ON author.no = profile.author"
        " WHERE name_key = ? AND counts = 1 ORDER BY 1 LIMIT ?",
        (name_key(name), SEARCH_AUTHORS_MAX),
    )
    return {AuthorId(author_id): spelt for author_id, spelt in rows}


def follows_of(db: Connection, author_id: AuthorId) -> list[AuthorId]:
    rows = db.execute(
        "SELECT target.author_id FROM author JOIN follow ON follow.author = author.no"
        " JOIN author AS target ON target.no = follow.target"
        " WHERE author.author_id = ? AND followed AND counts ORDER BY 1",
        (author_id,),
    )
    return [AuthorId(found) for (found,) in rows]


def followers_of(db: Connection, author_id: AuthorId) -> list[AuthorId]:
    rows = db.execute(
        "SELECT author.author_id FROM author AS target JOIN follow ON follow.target = target.no"
        " JOIN author ON author.no = follow.author"
        " WHERE target.author_id = ? AND followed AND counts = 1 ORDER BY 1",
        (author_id,),
    )
    return [AuthorId(found) for (found,) in rows]


def indexed_ranges(db: Connection, feed_id: FeedId) -> list[tuple[int, int]]:
    return db.execute(
        "SELECT start, stop FROM feed JOIN indexed ON indexed.feed = feed.no"
        " WHERE feed_id = ? ORDER BY start",
        (feed_id,),
    ).fetchall()


def indexed_by_feed(db: Connection) -> dict[FeedId, list[tuple[int, int]]]:
    found: dict[FeedId, list[tuple[int, int]]] = {}
    for feed_id, start, stop in db.execute(
        "SELECT feed_id, start, stop FROM feed JOIN indexed ON indexed.feed = feed.no"
        " ORDER BY feed.no, start"
    ):
        found.setdefault(FeedId(feed_id), []).append((start, stop))
    return found


# --- numbers from outside ------------------------------------------------------------------


def clamp(number: int) -> int:
    return max(-NUMBER_MAX, min(number, NUMBER_MAX))


def clamp_limit(limit: int) -> int:
    return max(0, min(limit, PAGE_POSTS_MAX))


def place(cursor: Cursor | None) -> dict[str, int]:
    """Return the cursor as statements take it; above everything when there is none."""
    if cursor is None:
        return {"time_ms": NUMBER_MAX, "prefix": 0, "at": 0}
    prefix, at = split_cursor_number(clamp(cursor.number))
    return {"time_ms": clamp(cursor.time_ms), "prefix": prefix, "at": at}


def first_post(db: Connection, feed_id: FeedId) -> int | None:
    """Index of the oldest entry of a feed that is shown as a post."""
    blocks = db.execute(
        "SELECT base, start, size FROM block JOIN feed ON feed.no = block.feed"
        " WHERE feed_id = ? ORDER BY start",
        (feed_id,),
    ).fetchall()
    for base, start, size in blocks:
        (found,) = db.execute(
            "SELECT min(id) FROM post WHERE id BETWEEN ? AND ?", (base, base + size - 1)
        ).fetchone()
        if found is not None:
            return int(found - base + start)
    return None
