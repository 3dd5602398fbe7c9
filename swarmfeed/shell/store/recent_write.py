"""What goes into the index of the network, and out of it again.

Every function runs inside a transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.proven import Checked, Proven, ProvenPost, ProvenProfile
from swarmfeed.core.lookup.limits import DAY_MS, WINDOW_DAYS
from swarmfeed.core.words.terms import index_text
from swarmfeed.ports.recent import Looked, RecentPost
from swarmfeed.shell.store.recent_read import days, open_proven, read_proven, said
from swarmfeed.shell.store.recent_schema import OF_A_MOMENT, slot_of
from swarmfeed.shell.store.recent_terms import author_term, traits_of
from swarmfeed.shell.store.sqlite import Connection

FIRST_DAY: Final = "first_day"

_KNOWN: Final = """
    SELECT id, edit FROM post_{slot} WHERE feed = ? AND place = ?
"""

_ADD_POST: Final = "INSERT INTO post_{slot} VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

_ADD_WORDS: Final = "INSERT INTO words_{slot} (rowid, text, author, traits) VALUES (?, ?, ?, ?)"

_DROP_WORDS: Final = """
    INSERT INTO words_{slot} (words_{slot}, rowid, text, author, traits)
    VALUES ('delete', ?, ?, ?, ?)
"""

_HEAD: Final = """
    INSERT INTO head_{slot} (feed, size, signed) VALUES (?1, ?2, ?3)
    ON CONFLICT (feed, size) DO UPDATE SET signed = signed RETURNING no
"""

_FEED: Final = """
    INSERT INTO feed (feed_id, certificates, profile, last_day) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (feed_id) DO UPDATE SET certificates = ?2,
    profile = coalesce(?3, profile), last_day = max(last_day, ?4) RETURNING no
"""

_LAST_ID: Final = "SELECT max(id) FROM post_{slot} WHERE id BETWEEN ? AND ?"

_DROP_POST: Final = "DELETE FROM post_{slot} WHERE id = ?"

_AT: Final = "SELECT id FROM post_{slot} WHERE feed = ? AND place = ?"

_OF_FEED: Final = "SELECT id FROM post_{slot} WHERE feed = ?"

_DROP_HEADS: Final = "DELETE FROM head_{slot} WHERE feed = ?"

_EMPTYING: Final = (
    "INSERT INTO words_{slot} (words_{slot}) VALUES ('delete-all')",
    "DELETE FROM post_{slot}",
    "DELETE FROM head_{slot}",
)

_LOOKED: Final = """
    INSERT OR IGNORE INTO feed (feed_id, certificates, looked) VALUES (?, x'6c65', ?)
"""

_FURTHER: Final = """
    UPDATE feed SET looked = ? WHERE feed_id = ? AND looked BETWEEN ? AND ? - 1
"""
"""What is missing in between is looked for once more."""

_CALLED: Final = "UPDATE feed SET profile = ? WHERE feed_id = ?"

Words = tuple[str, str, str]
"""Of the text, the author's, and all else."""


def add(db: Connection, posts: Iterable[RecentPost], today: int, looked: Looked | None) -> int:
    """Keep posts; returns how many were not there."""
    if looked is not None:
        _note_looked(db, looked)
        drop(db, looked.feed_id, looked.withdrawn)
    first = max(today - WINDOW_DAYS + 1, said(db, FIRST_DAY))
    _drop_before(db, first)
    ordered = sorted(posts, key=lambda post: post.checked.written.time_ms)
    wanted = [each for each in ordered if first <= _day(each) <= today + 1]
    for day in {_day(each) for each in wanted}:
        db.execute("INSERT OR IGNORE INTO day VALUES (?, ?)", (slot_of(day), day))
    adding = _Adding(db)
    return sum(map(adding.add, wanted))


def _day(post: RecentPost) -> int:
    return post.checked.written.time_ms // DAY_MS


class _Adding:
    """Adds posts, and remembers the numbers of their feeds and heads meanwhile."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._feeds: dict[tuple[FeedId, int], int] = {}
        self._heads: dict[tuple[int, int, int], int] = {}

    def add(self, post: RecentPost) -> bool:
        """Keep one post; a known one gives way to one that was edited since."""
        proven, day = post.proven, _day(post)
        slot, feed = slot_of(day), self._feed_no(proven, day)
        known = self._db.execute(_KNOWN.format(slot=slot), (feed, proven.post.index)).fetchone()
        if known is not None:
            row_id, edit = known
            if not _is_newer(proven.edit, edit):
                return False
            _drop_rows(self._db, slot, [row_id])
        row_id = _free_id(self._db, slot, post.checked.written.time_ms)
        if row_id is None:
            return False
        self._insert(slot, row_id, feed, post)
        return known is None

    def _insert(self, slot: int, row_id: int, feed: int, post: RecentPost) -> None:
        proven, time_ms = post.proven, post.checked.written.time_ms
        entry = proven.post
        values = (
            *(row_id, feed, entry.index, time_ms, self._head_no(slot, feed, post)),
            *(entry.stored, b"".join(entry.proof)),
            None if proven.edit is None else _spelled(proven.edit),
        )
        self._db.execute(_ADD_POST.format(slot=slot), values)
        words = words_of(post.checked)
        self._db.execute(_ADD_WORDS.format(slot=slot), (row_id, *words))

    def _feed_no(self, proven: ProvenPost, day: int) -> int:
        key = proven.feed_id, day
        if key not in self._feeds:
            certificates = encode(list(proven.certificates))
            profile = None if proven.profile is None else encode_profile(proven.profile)
            values = (proven.feed_id, certificates, profile, day)
            (self._feeds[key],) = self._db.execute(_FEED, values).fetchone()
        return self._feeds[key]

    def _head_no(self, slot: int, feed: int, post: RecentPost) -> int:
        size = post.checked.head_size
        key = slot, feed, size
        if key not in self._heads:
            values = (feed, size, post.proven.head)
            (self._heads[key],) = self._db.execute(_HEAD.format(slot=slot), values).fetchone()
        return self._heads[key]


def words_of(checked: Checked) -> Words:
    """Return the terms of a post, as they stand in the index."""
    post: PostBody = checked.written.post
    return index_text(post.text), author_term(checked.written.author_id), traits_of(post)


def encode_profile(profile: ProvenProfile) -> bytes:
    return encode(codec_of(ProvenProfile).write(profile))


def _free_id(db: Connection, slot: int, time_ms: int) -> int | None:
    """Return an id for a post of that time; None where there is none left."""
    first = time_ms % DAY_MS * OF_A_MOMENT
    values = (first, first + OF_A_MOMENT - 1)
    (last,) = db.execute(_LAST_ID.format(slot=slot), values).fetchone()
    free = first if last is None else last + 1
    return free if free < first + OF_A_MOMENT else None


def _is_newer(edit: Proven | None, known: bytes | None) -> bool:
    """Whether an edit comes after the one that is known: under a newer head, what did not
    change is proven no better."""
    if edit is None:
        return False
    return known is None or edit.index > read_proven(known).index


def _spelled(proven: Proven) -> bytes:
    return encode(codec_of(Proven).write(proven))


# --- what goes ------------------------------------------------------------------------------


def drop(db: Connection, feed_id: FeedId, indexes: Sequence[int]) -> None:
    """Forget posts of a feed."""
    for slot, feed in _slots_of(db, feed_id):
        rows = [
            row
            for index in indexes
            for (row,) in db.execute(_AT.format(slot=slot), (feed, index)).fetchall()
        ]
        _drop_rows(db, slot, rows)


def drop_feed(db: Connection, feed_id: FeedId) -> None:
    """Forget all of a feed."""
    for slot, feed in _slots_of(db, feed_id):
        found = db.execute(_OF_FEED.format(slot=slot), (feed,))
        _drop_rows(db, slot, [row for (row,) in found.fetchall()])
        db.execute(_DROP_HEADS.format(slot=slot), (feed,))
    db.execute("DELETE FROM feed WHERE feed_id = ?", (feed_id,))


def _slots_of(db: Connection, feed_id: FeedId) -> Iterator[tuple[int, int]]:
    """Yield the tables where posts of a feed may stand, and its number."""
    row = db.execute("SELECT no FROM feed WHERE feed_id = ?", (feed_id,)).fetchone()
    if row is not None:
        for day in days(db):
            yield slot_of(day), row[0]


def _drop_rows(db: Connection, slot: int, rows: Iterable[int]) -> None:
    """FTS5 has no copy of the texts: it must be told the very words that it indexed."""
    for row_id in rows:
        checked = open_proven(db, slot, row_id)
        db.execute(_DROP_WORDS.format(slot=slot), (row_id, *words_of(checked)))
        db.execute(_DROP_POST.format(slot=slot), (row_id,))


def drop_oldest(db: Connection) -> bool:
    """Let the oldest day go, and take nothing of it again; False: it is the only one."""
    known = days(db)
    if len(known) < 2:
        return False
    keep_from(db, known[1])
    return True


def keep_from(db: Connection, first: int) -> None:
    """Take nothing that is older than a day, from now on."""
    note(db, FIRST_DAY, first)
    _drop_before(db, first)


def _drop_before(db: Connection, first: int) -> None:
    old = [day for day in days(db) if day < first]
    for day in old:
        _empty(db, slot_of(day))
        db.execute("DELETE FROM day WHERE day = ?", (day,))
    if old:
        # How far a feed was looked through is known no more: nothing in it is young enough.
        db.execute("DELETE FROM feed WHERE last_day < ? AND looked = 0", (first,))


def _empty(db: Connection, slot: int) -> None:
    for statement in _EMPTYING:
        db.execute(statement.format(slot=slot))


# --- what is remembered ---------------------------------------------------------------------


def note(db: Connection, name: str, value: int) -> None:
    db.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (name, value))


def _note_looked(db: Connection, looked: Looked) -> None:
    """Of a feed without posts here nothing is known but this."""
    db.execute(_LOOKED, (looked.feed_id, looked.end if looked.start == 0 else 0))
    db.execute(_FURTHER, (looked.end, looked.feed_id, looked.start, looked.end))
    if looked.profile is not None:
        db.execute(_CALLED, (encode_profile(looked.profile), looked.feed_id))
