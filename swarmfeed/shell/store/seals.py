"""Seals of long posts: their text lies on several pages, which checksums do not hold together.

A row that does not fit into its page runs over into others.  Each of them has its checksum, but
none says whose it is: two that changed places are both right, and so is one of nothing but
zeros.  So a long post is sealed with a digest, which is looked at whenever the post is read.
Of short posts, row number and text stand on one page.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from swarmfeed.errors import DamageError
from swarmfeed.shell.store.sqlite import Connection

LONG_CHARS: Final = 900
"""A post with more characters may not fit into a page of 4,096 bytes: 4 bytes each at most."""

SealRow = tuple[int, str | None, str]
"""Row number, cw, text of a post."""


def seal(db: Connection, posts: Iterable[SealRow]) -> None:
    """Seal the long ones of some posts, as they are kept now."""
    rows = [(row_id, digest(cw, text)) for row_id, cw, text in posts if is_long(cw, text)]
    if rows:  # nearly never, and a statement for nothing is one a feed
        db.executemany(
            "INSERT INTO seal VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET seal = ?2", rows
        )


def unseal(db: Connection, first: int, last: int) -> None:
    """Forget the seals of posts with row numbers from first to last."""
    db.execute("DELETE FROM seal WHERE id BETWEEN ? AND ?", (first, last))


def require_sealed(db: Connection, row_id: int, cw: str | None, text: str) -> None:
    """Raise DamageError if a long post is not what was sealed."""
    if is_long(cw, text):
        row = db.execute("SELECT seal FROM seal WHERE id = ?", (row_id,)).fetchone()
        if row != (digest(cw, text),):
            raise DamageError("index has a post that is not what was written")


def is_long(cw: str | None, text: str) -> bool:
    return len(text) + len(cw or "") > LONG_CHARS


def digest(cw: str | None, text: str) -> bytes:
    return sha256(f"{len(cw or '')} {cw or ''}{text}".encode()).digest()[:16]
