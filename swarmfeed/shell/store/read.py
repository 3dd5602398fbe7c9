"""Questions to the index.  Every function runs on a read-only connection.

A page is made in two steps of one statement: an index gives the row numbers of the page, in
order, and only those rows are dressed with names, places and counts.
"""

from collections.abc import Iterator
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search import SearchQuery, parse_search
from swarmfeed.core.base.address import ADDRESS_CHARS, parse_address
from swarmfeed.core.base.limits import (
    PAGE_POSTS_MAX,
    REPLY_COUNT_MAX,
    SEARCH_AUTHORS_MAX,
    SEARCH_CANDIDATES_MAX,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.errors import UserError
from swarmfeed.ports import KnownAuthor
from swarmfeed.shell.store.schema import HASH_START_BYTES, HASHES_IN_PART
from swarmfeed.shell.store.sqlite import Connection

NUMBER_MAX: Final = 2**63 - 1
"""Largest integer SQLite holds."""

# CROSS JOIN fixes the order of the joins: from the page's few rows outwards.
VIEWS: Final = """
    WITH shown AS MATERIALIZED (
        SELECT post.*, coalesce(hash, hash_plain_post(coalesce(claimed_ms, sort_ms), text))
            AS entry_hash
        FROM ({page}) AS page CROSS JOIN post ON post.id = page.id
    )
    SELECT f.feed_id, p.entry_hash, p.id - b.base + b.start AS entry_index, a.author_id,
        coalesce(profile.name, ''), coalesce(p.claimed_ms, p.sort_ms), p.text,
        coalesce(p.cw, ''), r.parent_feed, r.parent_hash, r.parent_index,
        (SELECT count(*) FROM
            (SELECT 1 FROM reply WHERE parent_hash = p.entry_hash LIMIT {replies})),
        CASE WHEN a.own THEN (SELECT count(*) FROM receipt
            WHERE receipt.feed_id = f.feed_id AND receipt.size > p.id - b.base + b.start)
        ELSE 0 END,
        p.sort_ms, p.id
    FROM shown AS p
    CROSS JOIN block AS b ON b.base = (SELECT max(base) FROM block WHERE base <= p.id)
    CROSS JOIN feed AS f ON f.no = b.feed
    CROSS JOIN author AS a ON a.no = p.author
    LEFT JOIN profile ON profile.author = p.author
    LEFT JOIN reply AS r ON r.id = p.id
    ORDER BY p.sort_ms {order}, p.id {order}
"""

# The ORDER BY makes the table a priority queue: it starts with the newest post of each author,
# and whenever a post leaves it as the newest of all, that author's next one enters.
HOME: Final = """
    WITH RECURSIVE timeline (sort_ms, id, author) AS (
        SELECT post.sort_ms, post.id, post.author
        FROM author CROSS JOIN post ON post.id = (
            SELECT id FROM post AS own WHERE own.author = author.no
            AND (own.sort_ms, own.id) < (?, ?) ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)
        WHERE author.home = 1
        UNION ALL
        SELECT post.sort_ms, post.id, post.author
        FROM timeline CROSS JOIN post ON post.id = (
            SELECT id FROM post AS own WHERE own.author = timeline.author
            AND (own.sort_ms, own.id) < (timeline.sort_ms, timeline.id)
            ORDER BY own.sort_ms DESC, own.id DESC LIMIT 1)
        ORDER BY 1 DESC, 2 DESC LIMIT ?
    )
    SELECT id FROM timeline
"""

NEWER_THAN: Final = """
    SELECT coalesce(sum((SELECT count(*) FROM post
        WHERE post.author = author.no AND (post.sort_ms, post.id) > (?, ?))), 0)
    FROM author WHERE home = 1
"""

AUTHOR_POSTS: Final = """
    SELECT id FROM post
    WHERE author = (SELECT no FROM author WHERE author_id = ?) AND (sort_ms, id) < (?, ?)
    ORDER BY sort_ms DESC, id DESC LIMIT ?
"""

SEARCH: Final = """
    SELECT post.id FROM (
        SELECT rowid AS id FROM post_words WHERE post_words MATCH ?
        ORDER BY rowid DESC LIMIT ?
    ) AS found
    CROSS JOIN post ON post.id = found.id
    WHERE (post.sort_ms, post.id) < (?, ?)
    ORDER BY post.sort_ms DESC, post.id DESC LIMIT ?
"""

BY_PLACE: Final = """
    SELECT block.base + ? - block.start AS id FROM feed JOIN block ON block.feed = feed.no
    WHERE feed.feed_id = ? AND block.start <= ? AND ? < block.start + block.size
    ORDER BY block.start DESC LIMIT 1
"""

BY_ROW: Final = "SELECT ? AS id"

# Walks through two bytes for each post: hardly anybody asks for a hash without a place.
HASH_STARTS: Final = "SELECT part, starts FROM hash_start WHERE instr(starts, ?)"

REPLIES: Final = """
    SELECT post.id FROM reply CROSS JOIN post ON post.id = reply.id WHERE reply.parent_hash = ?
    ORDER BY post.sort_ms, post.id LIMIT ?
"""

ViewRow = tuple[
    FeedId, Hash, int, AuthorId, str, int, str, str,
    FeedId | None, Hash, int, int, int, int, int,
]  # fmt: skip


def read_posts(
    db: Connection, page: str, values: tuple[object, ...], *, order: str = "DESC"
) -> list[PostView]:
    """Return the posts whose row numbers the statement ``page`` gives."""
    sql = VIEWS.format(page=page, order=order, replies=REPLY_COUNT_MAX)
    return [build_view(row) for row in db.execute(sql, values)]


def build_view(row: ViewRow) -> PostView:
    feed_id, entry_hash, index, author_id, name, time_ms, text, cw = row[:8]
    parent_feed, parent_hash, parent_index, reply_count, held_by, sort_ms, row_id = row[8:]
    return PostView(
        ref=EntryRef(feed_id, entry_hash, index),
        author_id=author_id,
        author_name=name,
        time_ms=time_ms,
        text=text,
        cw=cw,
        reply_to=None
        if parent_feed is None
        else EntryRef(parent_feed, parent_hash, parent_index),
        reply_count=reply_count,
        held_by=held_by,
        cursor=Cursor(sort_ms, row_id),
    )


def home(db: Connection, limit: int, before: Cursor | None) -> list[PostView]:
    return read_posts(db, HOME, (*place(before), clamp_limit(limit)))


def newer_than(db: Connection, after: Cursor) -> int:
    (count,) = db.execute(NEWER_THAN, place(after)).fetchone()
    return int(count)


def author_posts(
    db: Connection, author_id: AuthorId, limit: int, before: Cursor | None
) -> list[PostView]:
    return read_posts(db, AUTHOR_POSTS, (author_id, *place(before), clamp_limit(limit)))


def post(db: Connection, feed_id: FeedId, index: int) -> PostView | None:
    at = clamp(index)
    found = read_posts(db, BY_PLACE, (at, feed_id, at, at))
    return found[0] if found else None


def post_by_hash(db: Connection, entry_hash: Hash) -> PostView | None:
    for row_id in find_hash_start(db, entry_hash[:HASH_START_BYTES]):
        for found in read_posts(db, BY_ROW, (row_id,)):
            if found.ref.entry_hash == entry_hash:
                return found
    return None


def find_hash_start(db: Connection, start: bytes) -> Iterator[int]:
    """Yield row numbers of entries whose hashes may start like this."""
    for part, starts in db.execute(HASH_STARTS, (start,)):
        for at in range(HASHES_IN_PART):
            if starts[at * HASH_START_BYTES : (at + 1) * HASH_START_BYTES] == start:
                yield part * HASHES_IN_PART + at


def replies(db: Connection, entry_hash: Hash, limit: int) -> list[PostView]:
    return read_posts(db, REPLIES, (entry_hash, clamp_limit(limit)), order="ASC")


def author(db: Connection, author_id: AuthorId) -> KnownAuthor | None:
    row = db.execute(
        "SELECT coalesce(name, ''), coalesce(bio, ''),"
        " (SELECT count(*) FROM post WHERE post.author = author.no)"
        " FROM author LEFT JOIN profile ON profile.author = author.no WHERE author_id = ?"
        " AND (own OR EXISTS (SELECT 1 FROM feed WHERE feed.author = author.no))",
        (author_id,),
    ).fetchone()
    return None if row is None else KnownAuthor(name=row[0], bio=row[1], post_count=row[2])


def follows_of(db: Connection, author_id: AuthorId) -> list[AuthorId]:
    rows = db.execute(
        "SELECT target.author_id FROM author JOIN follow ON follow.author = author.no"
        " JOIN author AS target ON target.no = follow.target"
        " WHERE author.author_id = ? AND followed ORDER BY 1",
        (author_id,),
    )
    return [AuthorId(found) for (found,) in rows]


def followers_of(db: Connection, author_id: AuthorId) -> list[AuthorId]:
    rows = db.execute(
        "SELECT author.author_id FROM author AS target JOIN follow ON follow.target = target.no"
        " JOIN author ON author.no = follow.author"
        " WHERE target.author_id = ? AND followed ORDER BY 1",
        (author_id,),
    )
    return [AuthorId(found) for (found,) in rows]


def indexed_ranges(db: Connection, feed_id: FeedId) -> list[tuple[int, int]]:
    return db.execute(
        "SELECT start, stop FROM feed JOIN indexed ON indexed.feed = feed.no"
        " WHERE feed_id = ? ORDER BY start",
        (feed_id,),
    ).fetchall()


# --- search ------------------------------------------------------------------------------


def search(db: Connection, words: str, limit: int, before: Cursor | None) -> list[PostView]:
    match = build_match(db, parse_search(words))
    if match is None:
        return []
    values = (match, SEARCH_CANDIDATES_MAX, *place(before), clamp_limit(limit))
    return read_posts(db, SEARCH, values)


def build_match(db: Connection, query: SearchQuery) -> str | None:
    """Return the FTS5 expression; None when it names an author nobody is called.

    Everything typed stands in quotes, where FTS5 knows no operators.
    """
    wanted = [f"text : {quote(term)}" for term in query.words]
    for name in query.authors:
        numbers = find_authors(db, name)
        if not numbers:
            return None
        wanted.append(f"author : ({' OR '.join(numbers)})")
    unwanted = [f"text : {quote(term)}" for term in query.without]
    for name in query.without_authors:
        unwanted += [f"author : {number}" for number in find_authors(db, name)]
    return f"({' AND '.join(wanted)})" + "".join(f" NOT {term}" for term in unwanted)


def quote(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def find_authors(db: Connection, name: str) -> list[str]:
    """Return quoted numbers of the authors with this name or address."""
    rows = db.execute(
        "SELECT author FROM profile WHERE name_key = ? UNION"
        " SELECT no FROM author WHERE author_id = ? LIMIT ?",
        (name.casefold(), read_address(name), SEARCH_AUTHORS_MAX),
    )
    return [f'"{number}"' for (number,) in rows]


def read_address(name: str) -> bytes | None:
    """Return the key, or None for what is no address but perhaps a name."""
    if len(name) != ADDRESS_CHARS:
        return None
    try:
        return parse_address(name)
    except UserError:
        return None


# --- numbers from outside ------------------------------------------------------------------


def clamp(number: int) -> int:
    return max(-NUMBER_MAX, min(number, NUMBER_MAX))


def clamp_limit(limit: int) -> int:
    return max(0, min(limit, PAGE_POSTS_MAX))


def place(cursor: Cursor | None) -> tuple[int, int]:
    """Return the cursor as SQLite can hold it; above everything when there is none."""
    if cursor is None:
        return NUMBER_MAX, NUMBER_MAX
    return clamp(cursor.time_ms), clamp(cursor.number)
