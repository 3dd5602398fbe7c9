"""What comes out of the index of the network."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import HASH_BYTES, SEARCH_BEST_OF
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import EditBody, PostBody, decode_body
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import (
    Checked,
    Proven,
    ProvenApart,
    ProvenPost,
    check_post,
    weight_of,
)
from swarmfeed.core.feed.spot import Spot, spot_of
from swarmfeed.core.lookup.limits import DAY_MS, FOUND_BYTES
from swarmfeed.core.lookup.people import is_called
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.query import Conditions, SearchQuery
from swarmfeed.core.words.ranking import Candidate, best_first
from swarmfeed.core.words.terms import index_texts
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.ports.recent import RecentHits
from swarmfeed.shell.store.recent_schema import OF_A_MOMENT, slot_of
from swarmfeed.shell.store.recent_terms import match_of, match_of_drawers
from swarmfeed.shell.store.sqlite import Connection

_MATCHES: Final = """
    SELECT post.id, post.time_ms, feed.feed_id, post.place FROM words_{slot}
    CROSS JOIN post_{slot} AS post ON post.id = words_{slot}.rowid
    CROSS JOIN feed ON feed.no = post.feed
    WHERE words_{slot} MATCH :match
    AND post.time_ms >= :since_ms AND post.time_ms <= :last_ms
    ORDER BY words_{slot}.rowid DESC
"""

_PEOPLE: Final = r"""
    SELECT feed_id, certificates, profile, called FROM feed WHERE author IS NOT NULL
    AND (called LIKE :first ESCAPE '\' OR called LIKE :later ESCAPE '\')
    ORDER BY last_day DESC, no
"""

_ALL: Final = """
    SELECT post.id, post.time_ms, feed.feed_id, post.place FROM post_{slot} AS post
    CROSS JOIN feed ON feed.no = post.feed
    WHERE post.id < :end ORDER BY post.id DESC
"""

_HIT: Final = """
    SELECT feed.feed_id, head.signed, feed.certificates, feed.profile,
        post.place, post.stored, post.proof, post.edit
    FROM post_{slot} AS post CROSS JOIN head_{slot} AS head ON head.no = post.head
    CROSS JOIN feed ON feed.no = post.feed WHERE post.id = :row_id
"""

_SAID: Final = "SELECT stored, edit FROM post_{slot} WHERE id = ?"

_PLACES: Final = """
    SELECT place FROM post_{slot}
    WHERE feed = (SELECT no FROM feed WHERE feed_id = ? AND certificates = ?)
    AND place BETWEEN ? AND ? - 1
"""

_COUNT: Final = "SELECT count(*) FROM post_{slot}"


DRAWERS_AT_ONCE: Final = 64
"""Drawers of one question: FTS5 opens the rows of each of its terms, 12 kB a term.  All 1,024
together took 12 MB of small blocks for a moment, and between them lay what came to stay."""

_ANYTHING: Final = SearchQuery(wanted=Conditions())
"""Of any time, by anybody."""


class RecentMatch(NamedTuple):
    """A post that was found, and where it is."""

    spot: Spot
    slot: int
    row_id: int


def search(
    db: Connection, query: SearchQuery, called: Called, before: Spot | None, limit: int
) -> RecentHits:
    match = match_of(query, called)
    if match is None:
        return RecentHits(hits=(), more=False)
    found = _matches(db, match, query, before)
    if query.best_first:
        return _best(db, list(islice(found, SEARCH_BEST_OF)), query, limit)
    return _read(db, list(islice(found, limit + 1)), limit)


def on_drawers(
    db: Connection, drawers: Collection[int], before: Spot | None, limit: int
) -> RecentHits:
    found, ordered = set[RecentMatch](), sorted(drawers)
    for at in range(0, len(ordered), DRAWERS_AT_ONCE):
        match = match_of_drawers(ordered[at : at + DRAWERS_AT_ONCE])
        found.update(islice(_matches(db, match, _ANYTHING, before), limit + 1))
    return _read(db, sorted(found, reverse=True)[: limit + 1], limit)


def people(db: Connection, typed: str, limit: int) -> tuple[ProvenPost, ...]:
    first, *_ = name_key(typed).split() or [""]
    if not first:
        return ()
    found = db.execute(_PEOPLE, {"first": f"{_plain(first)}%", "later": f"% {_plain(first)}%"})
    hits: list[ProvenPost] = []
    for feed_id, certificates, spelled, called in found:
        if is_called(called, typed):
            profile = read_apart(spelled)
            hits.append(
                ProvenPost(
                    feed_id=FeedId(feed_id),
                    head=profile.head,
                    certificates=_list_of(certificates),
                    post=profile.entry,
                )
            )
        if len(hits) == limit:
            break
    return tuple(hits)


def _plain(word: str) -> str:
    """A word as it stands, for LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def newest(db: Connection, before: Spot | None, limit: int) -> RecentHits:
    found = islice(_all(db, before), limit + 1)
    return _read(db, list(found), limit)


def _all(db: Connection, before: Spot | None) -> Iterator[RecentMatch]:
    """Yield whatever is kept, newest first."""
    last_ms = None if before is None else before.time_ms
    for day in reversed(days(db)):
        if last_ms is None or day * DAY_MS <= last_ms:
            end_ms = DAY_MS if last_ms is None else min(last_ms - day * DAY_MS + 1, DAY_MS)
            values: dict[str, int | str] = {"end": end_ms * OF_A_MOMENT}
            slot = slot_of(day)
            yield from _of_day(db.execute(_ALL.format(slot=slot), values), slot, before)


def _matches(
    db: Connection, match: str, query: SearchQuery, before: Spot | None
) -> Iterator[RecentMatch]:
    """Yield what is asked for, newest first: each day costs as much as is taken of it."""
    ends = [] if query.until_ms is None else [query.until_ms - 1]
    ends += [] if before is None else [before.time_ms]
    for day in reversed(days(db)):
        first_ms, last_ms = day * DAY_MS, min([(day + 1) * DAY_MS - 1, *ends])
        if last_ms >= max(first_ms, query.since_ms):
            values: dict[str, int | str] = {
                "match": match,
                "since_ms": query.since_ms,
                "last_ms": last_ms,
            }
            slot = slot_of(day)
            yield from _of_day(db.execute(_MATCHES.format(slot=slot), values), slot, before)


def _of_day(
    rows: Iterable[tuple[int, int, bytes, int]], slot: int, before: Spot | None
) -> Iterator[RecentMatch]:
    # Of one moment they come as they were kept, and stand in an order that all agree on.
    for _, group in groupby(rows, key=lambda row: row[1]):
        found = [
            RecentMatch(spot_of(time_ms, FeedId(feed_id), place), slot, row_id)
            for row_id, time_ms, feed_id, place in group
        ]
        found.sort(reverse=True)
        yield from (each for each in found if before is None or each.spot < before)


def _best(
    db: Connection, found: Sequence[RecentMatch], query: SearchQuery, limit: int
) -> RecentHits:
    """Return the best posts of the newest matches, the best one first."""
    rows = index_texts([_text_of(db, each) for each in found])
    candidates = [
        Candidate(row=row.split(), time_ms=each.spot.time_ms)
        for row, each in zip(rows, found, strict=True)
    ]
    order = best_first(candidates, query.wanted.words)
    chosen = _read(db, [found[at] for at in order[:limit]], limit)
    return RecentHits(hits=chosen.hits, more=len(order) > len(chosen.hits))


def _text_of(db: Connection, found: RecentMatch) -> str:
    """Return the newest text of a post, without a look at its proof: it was verified."""
    stored, edit = db.execute(_SAID.format(slot=found.slot), (found.row_id,)).fetchone()
    try:
        entry = decode_entry(stored if edit is None else read_apart(edit).entry.stored)
        body = decode_body(entry.kind, entry.body or b"")
    except RemoteError as error:
        raise DamageError(f"the index of the network has a broken post: {error}") from error
    return body.text if isinstance(body, PostBody | EditBody) else ""


def _read(db: Connection, found: Sequence[RecentMatch], limit: int) -> RecentHits:
    """Return posts with their proofs, as many as one answer has room for."""
    hits: list[ProvenPost] = []
    left = FOUND_BYTES
    for each in found[:limit]:
        hit = read_hit(db, each.slot, each.row_id)
        left -= weight_of(hit)
        if left < 0:
            break
        hits.append(hit)
    return RecentHits(hits=tuple(hits), more=len(found) > len(hits))


def read_hit(db: Connection, slot: int, row_id: int) -> ProvenPost:
    """Return a post with its proofs.  DamageError when it is not there, or no such thing."""
    row = db.execute(_HIT.format(slot=slot), {"row_id": row_id}).fetchone()
    if row is None:
        raise DamageError("the index of the network lacks a post that it has words of")
    feed_id, head, certificates, profile, place, stored, proof, edit = row
    try:
        return ProvenPost(
            feed_id=FeedId(feed_id),
            head=head,
            certificates=_list_of(certificates),
            post=Proven(index=place, stored=stored, proof=hashes_of(proof)),
            edit=None if edit is None else read_apart(edit),
            profile=None if profile is None else read_apart(profile),
        )
    except RemoteError as error:
        raise DamageError(
            f"the index of the network has no proof of a post: {error}"
        ) from error


def open_proven(db: Connection, slot: int, row_id: int) -> Checked:
    """Return what a post says.  Raises as ``read_hit``."""
    hit = read_hit(db, slot, row_id)
    try:
        # By its own clock: it stands where it was put.
        return check_post(hit, now_ms=2**62)
    except RemoteError as error:
        raise DamageError(f"the index of the network proves nothing: {error}") from error


def hashes_of(proof: bytes) -> tuple[Hash, ...]:
    """Part hashes that were joined."""
    return tuple(Hash(proof[at : at + HASH_BYTES]) for at in range(0, len(proof), HASH_BYTES))


def read_apart(spelled: bytes) -> ProvenApart:
    """Raises BadEncodingError."""
    fields = decode_fields(spelled, "edit or profile", limit_bytes=len(spelled))
    return codec_of(ProvenApart).read(fields)


def _list_of(spelled: bytes) -> tuple[bytes, ...]:
    fields = decode_fields(b"d1:c" + spelled + b"e", "certificates", limit_bytes=1 << 20)
    return fields.take_bytes_list(b"c", count_max=64, bytes_max=1 << 16)


def days(db: Connection) -> list[int]:
    """Days that posts are kept of, ascending."""
    return [day for (day,) in db.execute("SELECT day FROM day ORDER BY day").fetchall()]


def said(db: Connection, name: str) -> int:
    """Return a number that is remembered; 0 if none is."""
    row = db.execute("SELECT value FROM said WHERE name = ?", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def looked_through(db: Connection) -> dict[FeedId, int]:
    return {
        FeedId(feed_id): size
        for feed_id, size in db.execute("SELECT feed_id, looked FROM feed WHERE looked > 0")
    }


def places(
    db: Connection, feed_id: FeedId, certificates: Sequence[bytes], start: int, end: int
) -> frozenset[int]:
    values = feed_id, encode(list(certificates)), start, end
    found = [db.execute(_PLACES.format(slot=slot_of(day)), values) for day in days(db)]
    return frozenset(place for rows in found for (place,) in rows.fetchall())


def count(db: Connection) -> int:
    """How many posts are kept."""
    return sum(db.execute(_COUNT.format(slot=slot_of(day))).fetchone()[0] for day in days(db))
