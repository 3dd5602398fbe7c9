"""Searches: what is typed as an expression of FTS5, and what it finds.

Every function runs on a read-only connection.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search_sentences import TOO_MANY_OF_A_NAME
from swarmfeed.core.base.limits import (
    REPLY_COUNT_MAX,
    SEARCH_AUTHORS_MAX,
    SEARCH_BEST_OF,
    SEARCH_COUNT_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.matching import address_sought, read_address
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.core.words.ranking import Candidate, best_first
from swarmfeed.errors import UserError
from swarmfeed.shell.store import traits
from swarmfeed.shell.store.entries import POST_HASH
from swarmfeed.shell.store.expressions import all_of, any_of, expression_of, quote
from swarmfeed.shell.store.moments import Match, first_moment, last_moment, newest_first
from swarmfeed.shell.store.packs import POST_TEXT
from swarmfeed.shell.store.read import (
    BY_ROWS,
    CURSOR_ROW,
    NUMBER_MAX,
    clamp_limit,
    place,
    read_posts,
)
from swarmfeed.shell.store.sqlite import Connection

MATCHES: Final = f"""
    SELECT post.moment, post.sort_ms, feed.feed_id, post.id FROM post_words
    CROSS JOIN post ON post.moment = post_words.rowid CROSS JOIN feed ON feed.no = post.feed
    WHERE post_words MATCH :match AND post_words.rowid BETWEEN :first_moment AND :last_moment
    AND (post.sort_ms, post.id) < (:time_ms, {CURSOR_ROW})
    AND post.sort_ms >= :since_ms AND post.sort_ms < :until_ms
    ORDER BY post_words.rowid DESC
"""  # noqa: S608  # fixed text

COUNT: Final = """
    SELECT count(*) FROM
        (SELECT 1 FROM post_words WHERE post_words MATCH :match ORDER BY rowid DESC LIMIT :most)
"""

COUNT_BETWEEN: Final = """
    SELECT count(*) FROM (SELECT 1 FROM post_words
        CROSS JOIN post ON post.moment = post_words.rowid
        WHERE post_words MATCH :match
        AND post_words.rowid BETWEEN :first_moment AND :last_moment
        AND post.sort_ms >= :since_ms AND post.sort_ms < :until_ms
        ORDER BY post_words.rowid DESC LIMIT :most)
"""
"""A span of moments begins and ends with posts of other times, so each is looked at."""

CANDIDATES: Final = f"""
    SELECT post.id, index_text({POST_TEXT}), post.sort_ms,
        CASE WHEN EXISTS (SELECT 1 FROM reply) THEN (SELECT count(DISTINCT said.author) FROM (
            SELECT id FROM reply WHERE parent_hash = {POST_HASH} LIMIT {REPLY_COUNT_MAX}
        ) AS answer
        CROSS JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= answer.id)
        CROSS JOIN feed AS said ON said.no = block.feed
        WHERE said.author <> feed.author) ELSE 0 END
    FROM json_each(:row_ids) CROSS JOIN post ON post.id = value
    CROSS JOIN feed ON feed.no = post.feed
"""  # noqa: S608  # fixed text
"""What a post is weighed by: its terms, its time, and how many authors answered it."""


class Sifting(Struct, frozen=True, kw_only=True):
    """A query as SQL takes it."""

    match: str
    """An expression of FTS5."""
    since_ms: int
    until_ms: int
    """Past the latest one there is where the query names none."""

    @property
    def is_bounded(self) -> bool:
        return self.since_ms > 0 or self.until_ms < NUMBER_MAX

    def values(self, db: Connection) -> dict[str, int | str]:
        return {
            "match": self.match,
            "since_ms": self.since_ms,
            "until_ms": self.until_ms,
            "first_moment": first_moment(self.since_ms),
            "last_moment": last_moment(db, self.until_ms),
        }


def search(db: Connection, words: str, limit: int, before: Cursor | None) -> list[PostView]:
    query = parse_query(words)
    sifting = sift(db, query)
    if sifting is None:
        return []
    found = newest_first(find_matches(db, sifting, before))
    if query.best_first:
        return _best_of(db, query, list(islice(found, SEARCH_BEST_OF)), clamp_limit(limit))
    return _read(db, islice(found, clamp_limit(limit)))


def _read(db: Connection, found: Iterable[Match]) -> list[PostView]:
    """Return the posts of matches, which come newest first."""
    return read_posts(db, BY_ROWS, {"row_ids": json.dumps([each.row_id for each in found])})


def _best_of(
    db: Connection, query: SearchQuery, found: Sequence[Match], limit: int
) -> list[PostView]:
    """Return the best posts of the newest matches, the best one first."""
    weighed = {
        row_id: Candidate(row=row.split(), time_ms=sort_ms, backers=backers)
        for row_id, row, sort_ms, backers in db.execute(
            CANDIDATES, {"row_ids": json.dumps([each.row_id for each in found])}
        )
    }
    words = query.wanted.words
    counts = [_count(db, _sifting_of(all_of(each)), SEARCH_COUNT_MAX) for each in words]
    order = best_first([weighed[each.row_id] for each in found], words, counts)[:limit]
    views = dict(
        zip(sorted(order), _read(db, [found[at] for at in sorted(order)]), strict=True)
    )
    return [views[at] for at in order]


def count_found(db: Connection, words: str, most: int) -> int:
    """How many posts a search finds on all its pages; no more than ``most`` are counted."""
    sifting = sift(db, parse_query(words))
    if sifting is None:
        return 0
    return _count(db, sifting, most)


def _count(db: Connection, sifting: Sifting, most: int) -> int:
    statement = COUNT_BETWEEN if sifting.is_bounded else COUNT
    (count,) = db.execute(statement, {**sifting.values(db), "most": most}).fetchone()
    return int(count)


def find_matches(db: Connection, sifting: Sifting, before: Cursor | None) -> Iterator[Match]:
    """Yield what stands behind a cursor; moments fall.  Costs as much as is taken of it."""
    here = place(before)
    values = {**sifting.values(db), **here}
    values["last_moment"] = last_moment(db, min(here["time_ms"], sifting.until_ms))
    rows = db.execute(MATCHES, values)
    return (Match(*row) for row in rows)


def sift(db: Connection, query: SearchQuery) -> Sifting | None:
    """Return a query as SQL takes it; None when it names an author nobody is called.

    Raises:
        UserError: More authors are called by a name than can be looked for.
    """
    match = expression_of(query, partial(by_authors, db), partial(to_authors, db))
    return None if match is None else _sifting_of(match, query.since_ms, query.until_ms)


def _sifting_of(match: str, since_ms: int = 0, until_ms: int | None = None) -> Sifting:
    until_ms = NUMBER_MAX if until_ms is None else until_ms
    return Sifting(match=match, since_ms=since_ms, until_ms=until_ms)


def by_authors(db: Connection, name: str) -> str | None:
    numbers = [number for number, _ in find_authors(db, name)]
    return f"author : ({any_of(numbers)})" if numbers else None


def to_authors(db: Connection, name: str) -> str | None:
    """What answers or mentions them: by the ids of their feeds, their own, or their address.

    One that is named by the address need not be known here.
    """
    authors = {author_id for _, author_id in find_authors(db, name)}
    address = read_address(name)
    authors |= {address} if address is not None else set()
    if not authors:
        return None
    terms = [
        *map(traits.mentions, authors),
        *map(traits.answers, feeds_of(db, authors)),
    ]
    texts = [quote(address_sought(author_id)) for author_id in authors]
    return f"(traits : ({any_of(terms)}) OR text : ({' OR '.join(texts)}))"


def find_authors(db: Connection, name: str) -> list[tuple[int, AuthorId]]:
    """Return the authors with this name or address, with their numbers."""
    rows: Sequence[tuple[int, AuthorId]] = db.execute(
        "SELECT no, author_id FROM profile CROSS JOIN author ON no = author"
        " WHERE name_key = ? AND counts = 1 UNION"
        " SELECT no, author_id FROM author WHERE author_id = ? LIMIT ?",
        (name_key(name), read_address(name), SEARCH_AUTHORS_MAX + 1),
    ).fetchall()
    if len(rows) > SEARCH_AUTHORS_MAX:
        raise UserError(TOO_MANY_OF_A_NAME(most=SEARCH_AUTHORS_MAX, name=name))
    return [(number, AuthorId(author_id)) for number, author_id in rows]


def feeds_of(db: Connection, authors: Iterable[AuthorId]) -> list[FeedId]:
    rows = db.execute(
        "SELECT feed_id FROM json_each(?) CROSS JOIN author ON author_id = unhex(value)"
        " CROSS JOIN feed ON feed.author = author.no",
        (json.dumps([each.hex().upper() for each in authors]),),
    )
    return [FeedId(feed_id) for (feed_id,) in rows]
