"""What a feed says of its own posts later: new texts, and that they are withdrawn.

Entries come in any order, so what is shown follows from all that is known of a post:

    withdrawn without "is_edited"          nothing is shown
    else, an edit whose body is here       the newest one's text
    else, withdrawn with "is_edited"       nothing is shown
    else                                   the post's own text

Of a post that came without its body (``bare``) an edit is shown all the same.  Every function
runs inside a transaction.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import EditBody, WithdrawBody
from swarmfeed.core.feed.public_id import public_id, time_of_id
from swarmfeed.shell.store import media, remnants
from swarmfeed.shell.store.entries import Said
from swarmfeed.shell.store.sqlite import Connection

AmendmentRow = tuple[int, int, int, str | None, str | None, bool, bytes | None]
"""Feed, entry, by which entry, cw, text, is_edited, what the post answers: the columns of
``amendment``."""

KEEP: Final = "INSERT OR IGNORE INTO amendment VALUES (?, ?, ?, ?, ?, ?, ?)"

DROP_EDIT: Final = """
    DELETE FROM amendment WHERE feed = ? AND by_index = ? AND text IS NOT NULL RETURNING target
"""

IS_WITHDRAWN: Final = "SELECT 1 FROM amendment WHERE feed = ? AND target = ? AND text IS NULL"

OF_TARGETS: Final = """
    SELECT target, max(iif(text IS NULL, NULL, by_index)), max(text IS NULL),
        max(text IS NULL AND NOT is_edited)
    FROM amendment WHERE feed = ? AND target >= ? AND target < ?
    GROUP BY target ORDER BY target
"""
"""Reads no text: somebody may have edited one post a hundred thousand times."""

EDIT: Final = "SELECT cw, text, reply FROM amendment WHERE (feed, target, by_index) = (?, ?, ?)"

EDITS: Final = """
    SELECT by_index FROM amendment JOIN feed ON feed.no = amendment.feed
    WHERE feed_id = ? AND target = ? AND text IS NOT NULL ORDER BY by_index
"""

BARE_OF_TIME: Final = """
    SELECT feed_id, bare.id - block.base + block.start, coalesce(claimed_ms, sort_ms)
    FROM bare JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= bare.id)
    JOIN feed ON feed.no = block.feed WHERE coalesce(claimed_ms, sort_ms) = ?
"""

WITHDRAWALS: Final = """
    SELECT target, max(by_index) FROM amendment JOIN feed ON feed.no = amendment.feed
    WHERE feed_id = ? AND text IS NULL GROUP BY target
"""


class Amended(Struct, frozen=True, kw_only=True):
    """What is to be shown of a post of which something was said."""

    is_gone: bool
    edit: tuple[str | None, str, EntryRef | None] | None
    """cw, text, and what the post answers as the edit says it; None: its own text stands."""


def read_amendment(said: Said) -> AmendmentRow | None:
    body: EditBody | WithdrawBody = said.body
    if body.index >= said.index:
        return None
    place = said.place.feed_no, body.index, said.index
    if isinstance(body, EditBody):
        return (*place, body.cw or None, body.text, False, _ref_bytes(body.reply))
    return (*place, None, None, body.is_edited, None)


def keep(
    db: Connection, feed_no: int, rows: Sequence[AmendmentRow]
) -> tuple[set[int], set[int]]:
    """Keep what was said; returns of which entries, and which of them lost an edit by it.

    An edit whose own entry is withdrawn says nothing any more, whatever comes first.
    """
    db.executemany(KEEP, rows)
    gone = {row[1] for row in rows if row[4] is None}
    edits = [row[2] for row in rows if row[4] is not None]
    gone.update(each for each in edits if db.execute(IS_WITHDRAWN, (feed_no, each)).fetchone())
    lost = {
        int(target)
        for by_index in gone
        for (target,) in db.execute(DROP_EDIT, (feed_no, by_index)).fetchall()
    }
    if lost:
        media.drop_of_edits(db, feed_no)
        remnants.note(db, remnants.GONE)
    return {row[1] for row in rows}, lost


def amended(
    db: Connection, feed_no: int, start: int, end: int
) -> Iterator[tuple[int, Amended]]:
    """Yield what is to be shown of those among entries [start, end) that were spoken of."""
    rows = db.execute(OF_TARGETS, (feed_no, start, end)).fetchall()
    for target, newest, is_withdrawn, is_for_good in rows:
        is_gone = bool(is_for_good) or (bool(is_withdrawn) and newest is None)
        edit = None
        if newest is not None:
            ((cw, text, ref),) = db.execute(EDIT, (feed_no, target, newest))
            edit = cw, text, _open_ref(ref)
        yield target, Amended(is_gone=is_gone, edit=edit)


def forget_edits(db: Connection, feed_no: int, target: int) -> None:
    """Of a post that is withdrawn for good no text stays."""
    db.execute(
        "DELETE FROM amendment WHERE feed = ? AND target = ? AND text IS NOT NULL",
        (feed_no, target),
    )
    if db.changes():
        media.drop_of_edits(db, feed_no)
        remnants.note(db, remnants.GONE)


def edits_of(db: Connection, feed_id: FeedId, index: int) -> list[int]:
    rows = db.execute(EDITS, (feed_id, index)).fetchall()
    return [by_index for (by_index,) in rows]


def feeds_with_withdrawals(db: Connection) -> list[FeedId]:
    rows = db.execute(
        "SELECT DISTINCT feed_id FROM amendment JOIN feed ON feed.no = amendment.feed"
        " WHERE text IS NULL ORDER BY feed_id"
    )
    return [feed_id for (feed_id,) in rows]


def place_of_withdrawn(db: Connection, name: str) -> tuple[FeedId, int] | None:
    rows = db.execute(BARE_OF_TIME, (time_of_id(name),))
    places = (
        (FeedId(feed_id), index)
        for feed_id, index, time_ms in rows
        if public_id(feed_id, index, time_ms) == name
    )
    return min(places, default=None)


def withdrawals(db: Connection, feed_id: FeedId) -> dict[int, int]:
    return dict(db.execute(WITHDRAWALS, (feed_id,)).fetchall())


def _ref_bytes(ref: EntryRef | None) -> bytes | None:
    return None if ref is None else ref.feed_id + ref.entry_hash + ref.index.to_bytes(8, "big")


def _open_ref(raw: bytes | None) -> EntryRef | None:
    if raw is None:
        return None
    return EntryRef(FeedId(raw[:32]), Hash(raw[32:64]), int.from_bytes(raw[64:], "big"))
