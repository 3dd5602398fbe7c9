"""Searches: what is typed as an expression of FTS5, and what it finds, newest first.

Every function runs on a read-only connection.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search import SearchQuery, parse_search
from swarmfeed.core.asks.search_sentences import TOO_MANY_OF_A_NAME
from swarmfeed.core.base.address import ADDRESS_CHARS, parse_author
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.seeking import Sought
from swarmfeed.errors import UserError
from swarmfeed.shell.store.moments import Match, last_moment, newest_first
from swarmfeed.shell.store.read import CURSOR_ROW, clamp_limit, place, read_posts
from swarmfeed.shell.store.sqlite import Connection

MATCHES: Final = f"""
    SELECT post.moment, post.sort_ms, feed.feed_id, post.id FROM post_words
    CROSS JOIN post ON post.moment = post_words.rowid CROSS JOIN feed ON feed.no = post.feed
    WHERE post_words MATCH :match AND post_words.rowid <= :last_moment
    AND (post.sort_ms, post.id) < (:time_ms, {CURSOR_ROW})
    ORDER BY post_words.rowid DESC
"""  # noqa: S608  # fixed text

COUNT: Final = """
    SELECT count(*) FROM
        (SELECT 1 FROM post_words WHERE post_words MATCH ? ORDER BY rowid DESC LIMIT ?)
"""

BY_ROWS: Final = "SELECT value AS id FROM json_each(:row_ids)"


def search(db: Connection, words: str, limit: int, before: Cursor | None) -> list[PostView]:
    match = build_match(db, parse_search(words))
    if match is None:
        return []
    found = islice(newest_first(find_matches(db, match, before)), clamp_limit(limit))
    return read_posts(db, BY_ROWS, {"row_ids": json.dumps([each.row_id for each in found])})


def count_found(db: Connection, words: str, most: int) -> int:
    """How many posts a search finds on all its pages; no more than ``most`` are counted."""
    match = build_match(db, parse_search(words))
    if match is None:
        return 0
    (count,) = db.execute(COUNT, (match, most)).fetchone()
    return int(count)


def find_matches(db: Connection, match: str, before: Cursor | None) -> Iterator[Match]:
    """Yield what stands behind a cursor; moments fall.  Costs as much as is taken of it."""
    values = place(before)
    last = last_moment(db, values["time_ms"])
    rows = db.execute(MATCHES, {"match": match, "last_moment": last, **values})
    return (Match(*row) for row in rows)


def build_match(db: Connection, query: SearchQuery) -> str | None:
    """Return the FTS5 expression; None when it names an author nobody is called.

    Everything typed stands in quotes, where FTS5 knows no operators.

    Raises:
        UserError: More authors are called by a name than can be looked for.
    """
    wanted = [f"text : {quote(sought)}" for each in query.words for sought in each]
    for name in query.authors:
        numbers = find_authors(db, name)
        if not numbers:
            return None
        wanted.append(f"author : ({' OR '.join(numbers)})")
    unwanted = [
        f"({' AND '.join(f'text : {quote(sought)}' for sought in each)})"
        for each in query.without
    ]
    for name in query.without_authors:
        unwanted += [f"author : {number}" for number in find_authors(db, name)]
    # One NOT: each more would make the tree a step deeper, and FTS5 refuses deep ones.
    without = f" NOT ({' OR '.join(unwanted)})" if unwanted else ""
    return f"({' AND '.join(wanted)}){without}"


def quote(sought: Sought) -> str:
    """Terms hold no double quotes."""
    return f'"{" ".join(sought.terms)}"' + ("*" if sought.is_prefix else "")


def find_authors(db: Connection, name: str) -> list[str]:
    """Return quoted numbers of the authors with this name or address."""
    rows = db.execute(
        "SELECT author FROM profile WHERE name_key = ? AND counts = 1 UNION"
        " SELECT no FROM author WHERE author_id = ? LIMIT ?",
        (name_key(name), read_address(name), SEARCH_AUTHORS_MAX + 1),
    ).fetchall()
    if len(rows) > SEARCH_AUTHORS_MAX:
        raise UserError(TOO_MANY_OF_A_NAME(most=SEARCH_AUTHORS_MAX, name=name))
    return [f'"{number}"' for (number,) in rows]


def read_address(name: str) -> bytes | None:
    """Return the key, or None for what is no address but perhaps a name."""
    if len(name) != ADDRESS_CHARS:
        return None
    try:
        return parse_author(name)
    except UserError:
        return None
