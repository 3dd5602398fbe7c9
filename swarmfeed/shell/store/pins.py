"""Which post each author wants shown above the others.

Like a profile: each feed has its last word, and of those the newest counts.
"""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.feed.kinds import PinBody
from swarmfeed.shell.store import read
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.people import author_of
from swarmfeed.shell.store.sqlite import Connection

PinRow = tuple[int, int, int, int, int | None, bytes | None, bytes | None, int | None]
"""Author, feed, entry, sort_ms, claimed_ms, and where the post stands."""


def read_pin(said: Said) -> PinRow:
    place, ref = said.place, said.body.ref
    where = (None, None, None) if ref is None else (ref.feed_id, ref.entry_hash, ref.index)
    return (place.author_no, place.feed_no, said.index, *said.times(), *where)


def save_pins(db: Connection, place: Place, rows: Sequence[PinRow]) -> int:
    """Keep the feed's last word: the place of an entry decides, not its time."""
    db.executemany(
        "INSERT INTO pin VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, sort_ms = excluded.sort_ms,"
        " claimed_ms = excluded.claimed_ms, post_feed = excluded.post_feed,"
        " post_hash = excluded.post_hash, post_index = excluded.post_index"
        " WHERE excluded.entry_index > entry_index",
        rows,
    )
    count_pins(db, place.author_no)
    return 0


def drop_pin_of(db: Connection, feed_no: int) -> None:
    db.execute("DELETE FROM pin WHERE feed = ?", (feed_no,))
    count_pins(db, author_of(db, feed_no))


def count_pins(db: Connection, author_no: int) -> None:
    """Go by the newest among the last words of an author's feeds."""
    db.execute(COUNT_PINS, {"author": author_no})


COUNT_PINS: Final = """
    UPDATE pin SET counts = (feed = (
        SELECT said.feed FROM pin AS said JOIN feed ON feed.no = said.feed
        WHERE said.author = :author ORDER BY said.sort_ms DESC, feed.feed_id DESC LIMIT 1))
    WHERE author = :author
"""

PINNED: Final = """
    SELECT post_feed, post_hash, post_index FROM pin JOIN author ON author.no = pin.author
    WHERE author_id = ? AND counts AND post_feed IS NOT NULL
"""


def pinned(db: Connection, author_id: AuthorId) -> PostView | None:
    """The post an author pinned: one of theirs, that is here and not withdrawn."""
    row = db.execute(PINNED, (author_id,)).fetchone()
    if row is None:
        return None
    feed_id, entry_hash, index = row
    found = read.post(db, feed_id, index)
    if found is None or found.author_id != author_id:
        return None  # nobody puts somebody else's post on top of their own page
    return found if found.ref == EntryRef(feed_id, entry_hash, index) else None


TABLE: Final = Table(
    name="pin",
    bodies=(PinBody,),
    read=read_pin,
    save=save_pins,
    drop=drop_pin_of,
)
