"""Stored entries of a feed as rows for the tables of the index.

What a table keeps of which kinds is its own affair (``Table``); the tables are in ``kinds``.
Nearly all entries are posts of nothing but text: they come as columns, and become rows at once.
The rest takes the general way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct

from swarmfeed.core.base.limits import BODY_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import (
    KnownBody,
    PostBody,
    decode_body,
    kinds_of,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.feed.reading import Entries
from swarmfeed.core.feed.sightings import Reckoning
from swarmfeed.errors import BadEncodingError
from swarmfeed.shell.store.made import NOTHING, Made
from swarmfeed.shell.store.packs import POST_TEXT

POSTS: Final = "post"
"""The table of posts."""

BARE: Final = "bare"
"""The table of posts that came without their bodies."""

PostRow = tuple[int, int, int, int | None, bytes, str | None, str]
"""Row number, feed, sort_ms, claimed_ms, hash (of a plain post its salt, from which
``hash_plain_post`` makes it), cw, text: the columns of ``post``."""

POST_HASH: Final = (
    f"CASE length(post.hash) WHEN {SALT_BYTES} THEN hash_plain_post("
    f"post.hash, coalesce(post.claimed_ms, post.sort_ms), {POST_TEXT}) ELSE post.hash END"
)
"""In SQL, the hash of the entry that a row of ``post`` comes from."""


def hash_plain_post(salt: bytes, time_ms: int, text: str) -> Hash:
    """Return the hash of the entry that is a post of nothing but this text.

    By hand, as ``match_plain_post`` reads it: every page makes the hash of each of its posts.

    Raises:
        ValueError: Nobody can have signed such an entry.
    """
    written = text.encode()
    body = b"d4:text%d:%b1:z16:%be" % (len(written), written, salt)
    if len(salt) != SALT_BYTES or len(body) > BODY_BYTES_MAX or not 0 <= time_ms <= TIME_MS_MAX:
        raise ValueError(f"no post has {len(body)} bytes and the time {time_ms}")
    body_hash = sha256(body).digest()
    return Hash(sha256(b"\x00d1:b32:%b1:k4:post1:ti%dee" % (body_hash, time_ms)).digest())


class Place(Struct, frozen=True):
    """Where a run of entries of one feed stands in the index."""

    feed_no: int
    author_no: int
    base: int
    """Entry ``n`` has the row number ``base + n``."""
    reckoning: Reckoning
    """By what times its entries are sorted."""
    made: Made = NOTHING
    """What was made of its posts before."""
    said: frozenset[str] | None = None
    """Of a feed that is new with this: all tables that keep something of it.  None: there may
    be more in any."""

    def may_have(self, table: str) -> bool:
        """Whether it is worth asking a table what it keeps of the feed."""
        return self.said is None or table in self.said

    def times(self, index: int, time_ms: int) -> tuple[int, int | None]:
        """The time an entry is sorted by, and the one it claims if that is another."""
        sort_ms = self.reckoning.sort_ms(index, time_ms)
        return (sort_ms, None) if sort_ms == time_ms else (sort_ms, time_ms)


class Said(Struct, frozen=True):
    """One entry, read."""

    place: Place
    index: int
    time_ms: int
    entry_hash: Hash
    body: Any
    """Of one of the kinds that the table keeps."""

    def times(self) -> tuple[int, int | None]:
        return self.place.times(self.index, self.time_ms)


class Table(Struct, frozen=True, kw_only=True):
    """A table of the index that keeps something of the entries of some kinds."""

    name: str
    bodies: tuple[type[KnownBody], ...]
    """Kinds it keeps something of."""
    read: Callable[[Said], Any]
    """Makes what ``save`` is given of an entry; None when it keeps nothing of this one."""
    save: Callable[[Any, Place, Sequence[Any]], int]
    """Keeps what was read of a run, in the order of the entries, inside the transaction of a
    connection; returns how many posts more are shown."""
    drop: Callable[[Any, int], None] | None = None
    """Forgets what the feed of that number said; None: all rows with it in ``feed``."""
    creates: tuple[str, ...] = ()
    """Statements that make the table, if it is none of the first version of the file."""


class Tables:
    """The tables that are filled, in that order; children come after their parents."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.all: Final = tuple(tables)
        self.kinds: Final = kinds_of(body for table in self.all for body in table.bodies)
        self.of_kind: Final = {
            kind: [table for table in self.all if kind in {body.kind for body in table.bodies}]
            for kind in self.kinds
        }

    def migrations(self) -> tuple[tuple[str, ...], ...]:
        """What was added to the first version of the file, in that order."""
        return tuple(table.creates for table in self.all if table.creates)


Batch = defaultdict[str, list[Any]]
"""What a run of entries holds, by the tables that keep it."""


def read_batch(start: int, entries: Entries, place: Place, tables: Tables) -> Batch:
    """Sort entries, the first of which is the one at ``start`` of the feed, by table.

    Entries that are malformed, or of a kind nobody shows, are left out; of those that are
    withdrawn it is noted where posts stood.
    """
    batch: Batch = defaultdict(list, {POSTS: _plain_rows(start, entries, place)})
    plain = len(entries.places)
    for at, record, entry_hash in entries.others:
        read_entry(batch, start + at, record, entry_hash, place, tables)
    if plain and len(batch[POSTS]) > plain:
        batch[POSTS].sort(key=itemgetter(0))
    return batch


def _plain_rows(start: int, entries: Entries, place: Place) -> list[PostRow]:
    """Rows of posts of nothing but text: thousands, so without a line of ours for each."""
    indexes = [start + at for at in entries.places]
    times_ms = [entries.times_ms[at] for at in entries.places]
    sort_ms: Iterable[int] = times_ms
    claimed_ms: Iterable[int | None] = repeat(None)
    if place.reckoning.sightings and indexes:
        sort_ms, claimed_ms = zip(*map(place.times, indexes, times_ms), strict=True)
    row_ids = map(place.base.__add__, indexes)
    feed, no_cw = repeat(place.feed_no), repeat(None)
    columns = (row_ids, feed, sort_ms, claimed_ms, entries.salts, no_cw, entries.texts)
    return list(zip(*columns, strict=False))  # some repeat for ever


def read_entry(
    batch: Batch, index: int, record: bytes, entry_hash: Hash, place: Place, tables: Tables
) -> None:
    """Put one entry of any kind where it belongs."""
    try:
        entry = decode_entry(record)
        if entry.body is None:
            if entry.kind == PostBody.kind:
                times = place.times(index, entry.time_ms)
                batch[BARE].append((place.base + index, place.feed_no, *times, entry_hash))
            return
        body = decode_body(entry.kind, entry.body, tables.kinds)
    except BadEncodingError:
        # What others sign is theirs; it stays in the log and is not shown.
        return
    said = Said(place, index, entry.time_ms, entry_hash, body)
    for table in tables.of_kind.get(entry.kind, ()):
        row = table.read(said)
        if row is not None:
            batch[table.name].append(row)


def read_post(said: Said) -> PostRow:
    """Return the row of a post, as it is shown until it is amended."""
    post, place = said.body, said.place
    row = (place.base + said.index, place.feed_no, *said.times())
    return (*row, said.entry_hash, post.cw or None, post.text)
