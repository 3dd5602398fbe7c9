"""Words of posts, into the full-text index and out of it again, as ``core/words`` makes them.

FTS5 keeps no copy of the text: to forget a post it must be told the very words it indexed.
Both ways go through the posts in the order of their moments: at each step back FTS5 begins a
new part of the index.  So words of many feeds wait until they go in together (``gathered``).
Every function runs inside a transaction; the posts are there, with their texts.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from swarmfeed.shell.store import remnants
from swarmfeed.shell.store.packs import POST_TEXT
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.traits import TRAITS

_SAID: Final = f"index_text({POST_TEXT}), author, {TRAITS}"

ADD: Final = f"""
    INSERT INTO post_words (rowid, text, author, traits) SELECT moment, {_SAID}
    FROM post CROSS JOIN feed ON feed.no = post.feed WHERE {{posts}} ORDER BY moment
"""  # noqa: S608  # fixed text

DROP: Final = f"""
    INSERT INTO post_words (post_words, rowid, text, author, traits)
    SELECT 'delete', moment, {_SAID}
    FROM post CROSS JOIN feed ON feed.no = post.feed WHERE {{posts}} ORDER BY moment
"""  # noqa: S608  # fixed text

CUT_OUT_MAX: Final = 64
"""Posts whose words are cut out of the index at once, at 4 ms each; those of more are noted as
dead, at a fiftieth of that, and swept away later."""

_CUTTING_OUT: Final = "INSERT INTO post_words (post_words, rank) VALUES ('secure-delete', ?)"

_FLUSH: Final = "INSERT INTO post_words (post_words) VALUES ('flush')"

WORDS: Final = f"""
    SELECT index_text({POST_TEXT}), {TRAITS} FROM post WHERE id BETWEEN ? AND ?
"""  # noqa: S608  # fixed text

_MANY: Final = ContextVar("many", default=False)
"""Whether more are dropped with them than are cut out."""

NewPost = tuple[int, str, str | None]
"""Moment, words and traits of a post."""

Waiting = list[tuple[int, str, int, str | None]]
"""Moment, words, author and traits of posts that are to go in with those of others."""

_WAITING: Final = ContextVar[Waiting | None]("waiting", default=None)
"""None: words go in as they come."""

_WAITING_MAX: Final = 8_192
"""Posts whose words wait: so many texts are in memory, 1 MB where they are of 100 bytes."""

FROM_TO: Final = "post.id BETWEEN ? AND ?"

THESE: Final = "post.id IN (SELECT value FROM json_each(?))"


@contextmanager
def gathered(db: Connection) -> Iterator[None]:
    """Words of new posts go in at the end of the block, or before others leave: in one go."""
    if _WAITING.get() is not None:
        yield
        return
    token = _WAITING.set([])
    try:
        yield
        add_waiting(db)
    finally:
        _WAITING.reset(token)


def add_new_words(db: Connection, author_no: int, posts: Iterable[NewPost]) -> None:
    """Of posts of one author: sooner than by asking for them."""
    new = [(moment, words, author_no, traits) for moment, words, traits in posts]
    waiting = _WAITING.get()
    if waiting is None:
        _add(db, new)
        return
    waiting += new
    if len(waiting) > _WAITING_MAX:
        add_waiting(db)


def add_waiting(db: Connection) -> None:
    """Let in what was gathered: it is looked for, or about to change."""
    waiting = _WAITING.get()
    if waiting:
        _add(db, waiting)
        waiting.clear()


def _add(db: Connection, posts: Waiting) -> None:
    posts.sort()
    db.executemany(
        "INSERT INTO post_words (rowid, text, author, traits) VALUES (?, ?, ?, ?)", posts
    )


def add_words(db: Connection, first: int, last: int) -> None:
    """Of posts with row numbers from first to last."""
    add_waiting(db)
    db.execute(ADD.format(posts=FROM_TO), (first, last))


def drop_words(db: Connection, first: int, last: int) -> None:
    """Of posts with row numbers from first to last."""
    add_waiting(db)
    count = last - first + 1
    few = [] if _are_many(count) else db.execute(WORDS, (first, last)).fetchall()
    with _as_befits(db, count):
        db.execute(DROP.format(posts=FROM_TO), (first, last))
    if few and remnants.is_left(db, (said for row in few for said in row if said)):
        remnants.note(db, remnants.DEAD_WORDS)


def add_words_of(db: Connection, row_ids: Sequence[int]) -> None:
    add_waiting(db)
    db.execute(ADD.format(posts=THESE), (json.dumps(row_ids),))


def drop_words_of(db: Connection, row_ids: Sequence[int]) -> None:
    add_waiting(db)
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
