"""Texts of posts, some of one feed packed together: that halves what they take.

A *pack* has the texts of up to ``PACK_POSTS`` neighbours by row number.  In the row of such a
post there is none; ``POST_TEXT`` finds it in either place.  Posts that come together are packed
as they come, others when there are enough of them.  Long ones stand in their rows, with a seal
(``seals.py``).  A pack fits into a page, key and all, so a checksum holds it together.

No pack begins between the first and the last post of another one.  Every function runs inside
a transaction.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, Final

from swarmfeed.core.feed.chunk import Packer
from swarmfeed.errors import BadEncodingError, DamageError
from swarmfeed.shell.store.seals import LONG_CHARS
from swarmfeed.shell.store.sqlite import Connection

PACK_POSTS: Final = 16
"""Row numbers of a pack: 32 would save two bytes a post, and leave them free in each page."""

PACK_POSTS_MIN: Final = 4
"""Fewer texts stand in their rows: a pack of its own would take as much."""

PACK_BYTES_MAX: Final = 3_900
"""A larger one would run over its page of 4,096 bytes, and texts stand in their rows."""

PACK_CONTENT_BYTES_MAX: Final = 4 * PACK_POSTS * (LONG_CHARS + 1)
"""No pack unpacks to more."""

_BETWEEN: Final = "\0"
"""Stands between the texts of a pack; one that has it is not packed."""

_OF_THREAD: Final = threading.local()
"""Indexes are written in threads of their own."""

POST_TEXT: Final = """coalesce(post.text, (
    SELECT text_of(pack.texts, post.id - pack.first) FROM pack
    WHERE pack.first <= post.id ORDER BY pack.first DESC LIMIT 1), text_of(NULL, 0))"""
"""In SQL, the text of a row of ``post``; DamageError when it is nowhere."""

_MEETING: Final = "SELECT first, last, texts FROM pack WHERE first > ? - ? AND first <= ?"

# By row number: the plus keeps it from going through all posts of the feed, 6 ms of 200,000.
LOOSE: Final = (
    "SELECT id, text FROM post WHERE id BETWEEN ? AND ? AND +feed = ? AND text NOTNULL"
    " ORDER BY id"
)

Text = tuple[int, str]
"""Row number of a post, and its text."""

Packs = tuple[Sequence[tuple[int, int, bytes]], Sequence[int]]
"""Packs, each as first and last row number and content; and the row numbers of their posts."""


class Texts:
    """Finds texts in packs, for the statements of one connection."""

    def __init__(self) -> None:
        self._packer = Packer()
        self._last: tuple[bytes, list[str]] = (b"", [])
        """The pack that was looked into: posts of a page are often neighbours."""

    def text_of(self, *values: Any) -> str:
        """Return the text at a place of a pack.  Raises DamageError: It is not there."""
        try:
            packed, place = values
            if packed != self._last[0]:
                self._last = packed, _texts_in(self._packer, packed)
            text: str = self._last[1][place]
        except (TypeError, ValueError, IndexError) as error:
            raise DamageError(f"index has a pack that is none: {error}") from error
        if not text:
            raise DamageError("index has a post without a text")
        return text


def make(posts: Sequence[Text]) -> Packs:
    """Pack texts of posts whose row numbers ascend, wherever these begin."""
    packs: list[tuple[int, int, bytes]] = []
    packed: list[int] = []
    packer = _packer()
    for group in _groups(posts):
        row_ids, texts = zip(*group, strict=True)
        first, last = row_ids[0], row_ids[-1]
        if last - first + 1 > len(group):
            there = dict(group)
            texts = tuple(there.get(row_id, "") for row_id in range(first, last + 1))
        content = _pack(packer, texts)
        if content is not None:
            packs.append((first, last, content))
            packed += row_ids
    return packs, packed


def put(db: Connection, packs: Packs, base: int = 0) -> set[int]:
    """Put in packs of new posts; returns the row numbers of those that are in packs since.

    Args:
        base: To be added to their row numbers.
    """
    rows, packed = packs
    if not rows or _meeting(db, rows[0][0] + base, rows[-1][1] + base):
        return set()
    db.executemany(
        "INSERT INTO pack VALUES (?, ?, ?)",
        [(first + base, last + base, content) for first, last, content in rows],
    )
    return {row_id + base for row_id in packed}


def pack_loose(db: Connection, feed_no: int, row_id: int) -> None:
    """A post came alone: where one more would begin a new pack, pack it with those before."""
    if row_id % PACK_POSTS != PACK_POSTS - 1:
        return
    first = row_id - PACK_POSTS + 1
    first = max([first, *(last + 1 for _, last, _ in _meeting(db, first, row_id))])
    posts = db.execute(LOOSE, (first, row_id, feed_no)).fetchall()
    packed = put(db, make(posts))
    db.executemany("UPDATE post SET text = NULL WHERE id = ?", [(each,) for each in packed])


def strike(db: Connection, first: int, last: int) -> None:
    """Take the texts of posts with row numbers from first to last out of their packs."""
    whole = (first, last - PACK_POSTS + 1)
    db.execute("DELETE FROM pack WHERE first BETWEEN ? AND ?", whole)
    for begin, _, packed in _meeting(db, first, last):
        texts = _texts_in(_packer(), packed)
        left = [
            "" if first <= row_id <= last else text for row_id, text in enumerate(texts, begin)
        ]
        if left != texts:
            _put_back(db, begin, left)


def _put_back(db: Connection, begin: int, left: Sequence[str]) -> None:
    """Put what is left of a pack in its place."""
    content = _pack(_packer(), left) if any(left) else None
    if content is not None:
        db.execute("UPDATE pack SET texts = ? WHERE first = ?", (content, begin))
        return
    db.execute("DELETE FROM pack WHERE first = ?", (begin,))
    # With less in it a pack may get longer: what repeated itself is not there any more.
    rows = ((text, row_id) for row_id, text in enumerate(left, begin) if text)
    db.executemany("UPDATE post SET text = ? WHERE id = ?", rows)


def _meeting(db: Connection, first: int, last: int) -> list[tuple[int, int, bytes]]:
    """Packs with posts, or places for them, among these row numbers."""
    rows = db.execute(_MEETING, (first, PACK_POSTS, last)).fetchall()
    return [row for row in rows if row[1] >= first]


def _packer() -> Packer:
    if not hasattr(_OF_THREAD, "packer"):
        _OF_THREAD.packer = Packer()
    found: Packer = _OF_THREAD.packer
    return found


def _groups(posts: Sequence[Text]) -> Iterator[list[Text]]:
    """Posts that are packed together: those of so many row numbers that are not long."""
    short = [post for post in posts if len(post[1]) <= LONG_CHARS and _BETWEEN not in post[1]]
    base = posts[0][0] if posts else 0
    at = 0
    while at < len(short):
        stop = short[at][0] + PACK_POSTS - (short[at][0] - base) % PACK_POSTS
        group = short[at : at + PACK_POSTS]
        if group[-1][0] >= stop:
            group = [post for post in group if post[0] < stop]
        at += len(group)
        if len(group) >= PACK_POSTS_MIN:
            yield group


def _pack(packer: Packer, texts: Sequence[str]) -> bytes | None:
    """None: it would not fit into a page."""
    content = packer.pack(_BETWEEN.join(texts).encode())
    return content if len(content) <= PACK_BYTES_MAX else None


def _texts_in(packer: Packer, packed: bytes) -> list[str]:
    """Raises DamageError: It is no pack."""
    try:
        return packer.unpack(packed, PACK_CONTENT_BYTES_MAX).decode().split(_BETWEEN)
    except (BadEncodingError, TypeError, ValueError) as error:
        raise DamageError(f"index has a pack that is none: {error}") from error
