"""What goes into the index of the network, and out of it again.

Every function runs inside a transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import ProfileBody, decode_body
from swarmfeed.core.feed.proven import Checked, ProvenApart, check_post, end_of
from swarmfeed.core.lookup.limits import AUTHOR_POSTS_A_DAY, DAY_MS, WINDOW_DAYS
from swarmfeed.core.partition.keys import drawers_of_terms
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import RemoteError
from swarmfeed.ports.recent import Looked, RecentPost
from swarmfeed.shell.store.recent_read import days, open_proven, read_apart, read_hit, said
from swarmfeed.shell.store.recent_schema import OF_A_MOMENT, slot_of
from swarmfeed.shell.store.recent_terms import author_term, drawer_terms, traits_of
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
    INSERT INTO feed (feed_id, certificates, profile, last_day, author, called)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (feed_id) DO UPDATE SET certificates = ?2, author = ?5,
    profile = coalesce(?3, profile), called = coalesce(?6, called),
    last_day = max(last_day, ?4) RETURNING no
"""

_AUTHOR: Final = "SELECT author FROM feed WHERE feed_id = ?"

_PLACES: Final = """
    SELECT id, place, edit FROM post_{slot}
    WHERE feed = ? AND (place >= ? OR edit IS NOT NULL)
"""

_LAST_ID: Final = "SELECT max(id) FROM post_{slot} WHERE id BETWEEN ? AND ?"

_AMEND: Final = "UPDATE post_{slot} SET edit = ? WHERE id = ?"

_DROP_POST: Final = "DELETE FROM post_{slot} WHERE id = ?"

_AT: Final = "SELECT id FROM post_{slot} WHERE feed = ? AND place = ?"

_OF_FEED: Final = "SELECT id FROM post_{slot} WHERE feed = ?"

_DROP_HEADS: Final = "DELETE FROM head_{slot} WHERE feed = ?"

_OF_AUTHOR: Final = """
    SELECT id FROM post_{slot} WHERE feed IN (SELECT no FROM feed WHERE author = ?)
    ORDER BY id DESC LIMIT -1 OFFSET ?
"""

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

_CALLED: Final = "UPDATE feed SET profile = ?, called = ? WHERE feed_id = ?"

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
    added = sum(map(adding.add, wanted))
    for slot, author in {
        (slot_of(_day(each)), each.checked.written.author_id) for each in wanted
    }:
        beyond = db.execute(_OF_AUTHOR.format(slot=slot), (author, AUTHOR_POSTS_A_DAY))
        _drop_rows(db, slot, [row for (row,) in beyond.fetchall()])
    return added


def amend(db: Connection, feed_id: FeedId, index: int, edit: ProvenApart) -> bool:
    """Give a post another text; returns whether it is here."""
    for slot, feed in _slots_of(db, feed_id):
        known = db.execute(_KNOWN.format(slot=slot), (feed, index)).fetchone()
        if known is None:
            continue
        row_id, spelled = known
        if _is_newer(edit, spelled):
            _give_text(db, slot, row_id, edit)
        return True
    return False


def _give_text(db: Connection, slot: int, row_id: int, edit: ProvenApart) -> None:
    try:
        checked = check_post(replace(read_hit(db, slot, row_id), edit=edit), now_ms=2**62)
    except RemoteError:
        return  # more is known of its feed: that it had ended before
    _drop_words(db, slot, row_id)
    db.execute(_AMEND.format(slot=slot), (encode_apart(edit), row_id))
    db.execute(_ADD_WORDS.format(slot=slot), (row_id, *words_of(checked)))


def _day(post: RecentPost) -> int:
    return post.checked.written.time_ms // DAY_MS


class _Adding:
    """Adds posts, and remembers the numbers of their feeds and heads meanwhile."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._feeds: dict[tuple[FeedId, tuple[bytes, ...], int], int] = {}
        self._heads: dict[tuple[int, int, int], int] = {}

    def add(self, post: RecentPost) -> bool:
        """Keep one post; a known one gives way to one that was edited since."""
        proven, day = post.proven, _day(post)
        slot, feed = slot_of(day), self._feed_no(post, day)
        if feed is None:
            return False
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
            None if proven.edit is None else encode_apart(proven.edit),
        )
        self._db.execute(_ADD_POST.format(slot=slot), values)
        words = words_of(post.checked)
        self._db.execute(_ADD_WORDS.format(slot=slot), (row_id, *words))

    def _feed_no(self, post: RecentPost, day: int) -> int | None:
        """Return the number of its feed; None: by what is known it is another author's."""
        proven = post.proven
        key = proven.feed_id, proven.certificates, day
        if key not in self._feeds:
            if not _agrees(self._db, post):
                return None
            certificates = encode(list(proven.certificates))
            profile = None if proven.profile is None else encode_apart(proven.profile)
            author_id = post.checked.written.author_id
            called = None if profile is None else name_key(post.checked.name)
            values = (proven.feed_id, certificates, profile, day, author_id, called)
            (self._feeds[key],) = self._db.execute(_FEED, values).fetchone()
        return self._feeds[key]

    def _head_no(self, slot: int, feed: int, post: RecentPost) -> int:
        size = post.checked.head_size
        key = slot, feed, size
        if key not in self._heads:
            values = (feed, size, post.proven.head)
            (self._heads[key],) = self._db.execute(_HEAD.format(slot=slot), values).fetchone()
        return self._heads[key]


def _agrees(db: Connection, post: RecentPost) -> bool:
    """Whether a feed is the author's of whom other posts of it are kept; what comes behind the
    end that it has now is let go, for what proves this post will prove those too."""
    proven = post.proven
    row = db.execute(_AUTHOR, (proven.feed_id,)).fetchone()
    if row is None or row[0] is None:
        return True
    if row[0] != post.checked.written.author_id:
        return False
    end = end_of(proven)
    if end is not None:
        for slot, feed in _slots_of(db, proven.feed_id):
            rows = db.execute(_PLACES.format(slot=slot), (feed, end)).fetchall()
            _drop_rows(db, slot, [row_id for row_id, *said in rows if _is_behind(end, *said)])
    return True


def _is_behind(end: int, place: int, edit: bytes | None) -> bool:
    return place >= end or (edit is not None and read_apart(edit).entry.index >= end)


def words_of(checked: Checked) -> Words:
    """Return the terms of a post, as they stand in the index."""
    post, author_id = checked.written.post, checked.written.author_id
    text = index_text(post.text)
    drawers = drawer_terms(drawers_of_terms(author_id, text.split()))
    return text, author_term(author_id), f"{traits_of(post)} {drawers}"


def name_in(profile: ProvenApart) -> str | None:
    """Return what a profile is found by; None: it is none, which whoever proves it tells."""
    try:
        entry = decode_entry(profile.entry.stored)
        body = decode_body(entry.kind, entry.body or b"")
    except RemoteError:
        return None
    return name_key(body.name) if isinstance(body, ProfileBody) else None


def encode_apart(apart: ProvenApart) -> bytes:
    return encode(codec_of(ProvenApart).write(apart))


def _free_id(db: Connection, slot: int, time_ms: int) -> int | None:
    """Return an id for a post of that time; None where there is none left."""
    first = time_ms % DAY_MS * OF_A_MOMENT
    values = (first, first + OF_A_MOMENT - 1)
    (last,) = db.execute(_LAST_ID.format(slot=slot), values).fetchone()
    free = first if last is None else last + 1
    return free if free < first + OF_A_MOMENT else None


def _is_newer(edit: ProvenApart | None, known: bytes | None) -> bool:
    """Whether an edit comes after the one that is known: under a newer head, what did not
    change is proven no better."""
    if edit is None:
        return False
    return known is None or edit.entry.index > read_apart(known).entry.index


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
    for row_id in rows:
        _drop_words(db, slot, row_id)
        db.execute(_DROP_POST.format(slot=slot), (row_id,))


def _drop_words(db: Connection, slot: int, row_id: int) -> None:
    """FTS5 has no copy of the texts: it must be told the very words that it indexed."""
    checked = open_proven(db, slot, row_id)
    db.execute(_DROP_WORDS.format(slot=slot), (row_id, *words_of(checked)))


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
        values = (encode_apart(looked.profile), name_in(looked.profile), looked.feed_id)
        db.execute(_CALLED, values)
