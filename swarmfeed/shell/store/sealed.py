"""Where keys, mailboxes, private state and circles stand in a feed; the logs know the rest."""

from collections.abc import Iterable, Sequence
from typing import Final

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.sealed_kinds import (
    KeysBody,
    MailboxBody,
    PrekeysBody,
    ProtectedBody,
    RekeyBody,
    StateBody,
)
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

SealedRow = tuple[int, str, int]
"""Feed, kind, entry: the columns of ``sealed``."""

PLACES: Final = """
    SELECT entry_index FROM sealed JOIN feed ON feed.no = sealed.feed
    WHERE feed_id = ? AND kind = ? ORDER BY entry_index DESC LIMIT ?
"""


def read_sealed(said: Said) -> SealedRow:
    return said.place.feed_no, said.body.kind, said.index


def save_sealed(db: Connection, _place: Place, rows: Sequence[SealedRow]) -> int:
    db.executemany("INSERT OR IGNORE INTO sealed VALUES (?, ?, ?)", rows)
    return 0


def places(db: Connection, feed_id: FeedId, kind: str, limit: int) -> list[int]:
    """Indices of the entries of a kind in a feed, the newest first."""
    return [index for (index,) in db.execute(PLACES, (feed_id, kind, limit))]


def feeds_with(db: Connection, kind: str, feed_ids: Iterable[FeedId]) -> set[FeedId]:
    """Those of these feeds with any entry of a kind."""
    asked = ((each, db.execute(PLACES, (each, kind, 1)).fetchone()) for each in feed_ids)
    return {feed_id for feed_id, row in asked if row is not None}


TABLE: Final = Table(
    name="sealed",
    bodies=(KeysBody, MailboxBody, PrekeysBody, StateBody, ProtectedBody, RekeyBody),
    read=read_sealed,
    save=save_sealed,
)
