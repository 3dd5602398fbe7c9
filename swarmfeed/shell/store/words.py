"""Words of posts, into the full-text index and out of it again, as ``core/words`` makes them.

FTS5 keeps no copy of the text: to forget a post it must be told the very words it indexed.
Both ways go through the posts in the order of their moments: at each step back FTS5 begins a
new part of the index.
Every function runs inside a transaction; the posts are there, with their texts.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from swarmfeed.core.words.terms import index_text
from swarmfeed.shell.store import remnants
from swarmfeed.shell.store.sqlite import Connection

ADD: Final = """
    INSERT INTO post_words (rowid, text, author) SELECT moment, index_text(text), author
    FROM post CROSS JOIN feed ON feed.no = post.feed WHERE {posts} ORDER BY moment
"""

DROP: Final = """
    INSERT INTO post_words (post_words, rowid, text, author)
    SELECT 'delete', moment, index_text(text), author
    FROM post CROSS JOIN feed ON feed.no = post.feed WHERE {posts} ORDER BY moment
"""

CUT_OUT_MAX: Final = 64
"""Posts whose words are cut out of the index at once, at 4 ms each; those of more are noted as
dead, at a fiftieth of that, and swept away later."""

_CUTTING_OUT: Final = "INSERT INTO post_words (post_words, rank) VALUES ('secure-delete', ?)"

_FLUSH: Final = "INSERT INTO post_words (post_words) VALUES ('flush')"

TEXTS: Final = "SELECT text FROM post WHERE id BETWEEN ? AND ?"

_MANY: Final = ContextVar("many", default=False)
"""Whether more are dropped with them than are cut out."""

FROM_TO: Final = "post.id BETWEEN ? AND ?"

THESE: Final = "post.id IN (SELECT value FROM json_each(?))"


def add_new_words(db: Connection, author_no: int, posts: Iterable[tuple[int, str]]) -> None:
    """Of posts of one author with these moments and texts: sooner than by asking for them."""
    db.executemany(
        "INSERT INTO post_words (rowid, text, author) VALUES (?, ?, ?)",
        [(moment, index_text(text), author_no) for moment, text in sorted(posts)],
    )


def add_words(db: Connection, first: int, last: int) -> None:
    """Of posts with row numbers from first to last."""
    db.execute(ADD.format(posts=FROM_TO), (first, last))


def drop_words(db: Connection, first: int, last: int) -> None:
    """Of posts with row numbers from first to last."""
    count = last - first + 1
    few = [] if _are_many(count) else db.execute(TEXTS, (first, last)).fetchall()
    with _as_befits(db, count):
        db.execute(DROP.format(posts=FROM_TO), (first, last))
    if few and remnants.is_left(db, (text for (text,) in few)):
        remnants.note(db, remnants.DEAD_WORDS)


def add_words_of(db: Connection, row_ids: Sequence[int]) -> None:
    db.execute(ADD.format(posts=THESE), (json.dumps(row_ids),))


def drop_words_of(db: Connection, row_ids: Sequence[int]) -> None:
    with _as_befits(db, len(row_ids)):
        db.execute(DROP.format(posts=THESE), (json.dumps(row_ids),))


@contextmanager
def of_many(posts: int) -> Iterator[None]:
    """Words of so many posts are dropped inside, in whatever portions: of too many none are cut
    out, so that nobody keeps the index busy for minutes by withdrawing thousands."""
    token = _MANY.set(_MANY.get() or posts > CUT_OUT_MAX)
    try:
        yield
    finally:
        _MANY.reset(token)


@contextmanager
def _as_befits(db: Connection, posts: int) -> Iterator[None]:
    """Words of so many posts are dropped inside: cut out, or noted as dead."""
    if _are_many(posts):
        remnants.note(db, remnants.DEAD_WORDS)
        yield
        return
    db.execute(_CUTTING_OUT, (1,))
    yield
    db.execute(_FLUSH)  # what was not cut out by now would be noted as dead
    db.execute(_CUTTING_OUT, (0,))


def _are_many(posts: int) -> bool:
    return _MANY.get() or posts > CUT_OUT_MAX
