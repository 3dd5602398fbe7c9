"""Which number the words of a post have: one that rises with the time it is sorted by.

The full-text index gives what matches by row number, the highest first, and stops as soon as
nobody reads on.  So its row numbers are moments, about a second each: a page of a word that
half of all posts hold costs as much as one of a rare word, from the first page to the last
(ADR 27).

A moment that is taken is followed by a free one of the same span, and where a span is full,
of the next one that is not.  A span that ever turned a post away is crowded for good: so where
posts of a time can stand ends at the next span that is not.  Posts stand in the span of their
own time or in a later one, never in an earlier one.

Every function runs inside a transaction, or on a connection that reads.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import groupby
from typing import Final, NamedTuple

from swarmfeed.core.base.types import FeedId
from swarmfeed.shell.store.sqlite import Connection

MOMENT_BITS: Final = 10
"""A moment is 2^10 ms.  Each bit less costs a post 2 bytes; 31 million posts a year fit."""

SPAN: Final = 256
"""Moments of a span: looked through for a free one."""

SPAN_MS: Final = SPAN << MOMENT_BITS

TAKEN_AT_ONCE_MAX: Final = 16_384
"""Taken moments that are asked for at once; 1 MB.  Of more, span by span."""


class Match(NamedTuple):
    """A post that was found."""

    moment: int
    sort_ms: int
    feed_id: FeedId
    row_id: int


class Moments:
    """Gives out moments for some posts, before they are there."""

    def __init__(self, db: Connection, times_ms: Iterable[int]) -> None:
        """``times_ms``: by which they are sorted."""
        wanted = [time_ms >> MOMENT_BITS for time_ms in times_ms]
        self._db = db
        self._taken = taken_among(db, wanted)
        self._room: dict[int, Iterator[int]] = {}
        """What is left of the free moments of the spans that were looked through."""
        self._look_through(_contested(wanted, self._taken))

    def give(self, time_ms: int) -> int:
        moment = time_ms >> MOMENT_BITS
        if moment in self._taken:
            moment = self._another(moment // SPAN)
        self._taken.add(moment)
        return moment

    def _another(self, span: int) -> int:
        while (moment := self._free_of(span)) is None:
            span = self._behind(span)
        return moment

    def _look_through(self, spans: Sequence[int]) -> None:
        """Ask at once for what is taken in some spans, unless it is very much."""
        crowded = crowded_among(self._db, spans) if spans else set()
        self._room |= {span: iter(()) for span in crowded}
        others = [span for span in spans if span not in crowded]
        taken = taken_in(self._db, others) if others else None
        if taken is None:
            return
        self._taken |= taken
        for span in others:
            self._room[span] = iter(range(span * SPAN, (span + 1) * SPAN))

    def _free_of(self, span: int) -> int | None:
        if span not in self._room:
            crowded = is_crowded(self._db, span)
            self._room[span] = iter(()) if crowded else free_in(self._db, span)
        return next((each for each in self._room[span] if each not in self._taken), None)

    def _behind(self, span: int) -> int:
        """A span turns a post away: return the next one that never did."""
        self._db.execute("INSERT OR IGNORE INTO crowded VALUES (?, ?)", (span, span + 1))
        *passed, found = way_from(self._db, span)
        if len(passed) > 1:
            self._db.executemany(
                "UPDATE crowded SET open = ? WHERE span = ?", [(found, each) for each in passed]
            )
        return found


def shift_of(moment: int, sort_ms: int) -> int:
    """How far a moment is from that of its time: what of it is stored."""
    return moment - (sort_ms >> MOMENT_BITS)


def taken_among(db: Connection, moments: Sequence[int]) -> set[int]:
    """Those of the moments that are taken, and perhaps others."""
    if not moments:
        return set()
    span = (min(moments), max(moments), len(moments) + 1)
    rows = db.execute("SELECT moment FROM post WHERE moment BETWEEN ? AND ? LIMIT ?", span)
    taken = {moment for (moment,) in rows}
    if len(taken) <= len(moments):
        return taken
    rows = db.execute(
        "SELECT moment FROM post WHERE moment IN (SELECT value FROM json_each(?))",
        (json.dumps(moments),),
    )
    return {moment for (moment,) in rows}


def taken_in(db: Connection, spans: Sequence[int]) -> set[int] | None:
    """All moments of some spans that are taken; None: too many to hold them."""
    firsts = [span * SPAN for span in spans]
    rows = db.execute(
        "SELECT moment FROM json_each(?) AS first CROSS JOIN post"
        " ON moment BETWEEN first.value AND first.value + ? LIMIT ?",
        (json.dumps(firsts), SPAN - 1, TAKEN_AT_ONCE_MAX + 1),
    )
    taken = {moment for (moment,) in rows}
    return taken if len(taken) <= TAKEN_AT_ONCE_MAX else None


def crowded_among(db: Connection, spans: Sequence[int]) -> set[int]:
    rows = db.execute(
        "SELECT span FROM crowded WHERE span IN (SELECT value FROM json_each(?))",
        (json.dumps(spans),),
    )
    return {span for (span,) in rows}


def _contested(wanted: Sequence[int], taken: set[int]) -> list[int]:
    """Spans of moments that somebody has, or that several want."""
    found = taken.intersection(wanted)
    if len(set(wanted)) < len(wanted):
        found |= {moment for moment, count in Counter(wanted).items() if count > 1}
    return sorted({moment // SPAN for moment in found})


def is_crowded(db: Connection, span: int) -> bool:
    row = db.execute("SELECT 1 FROM crowded WHERE span = ?", (span,)).fetchone()
    return row is not None


def free_in(db: Connection, span: int) -> Iterator[int]:
    """Moments of a span that no post has, rising; nearly always the first is all it takes."""
    first, last = span * SPAN, (span + 1) * SPAN - 1
    rows = db.execute("SELECT moment FROM post WHERE moment BETWEEN ? AND ?", (first, last))
    taken = {moment for (moment,) in rows}
    return (moment for moment in range(first, last + 1) if moment not in taken)


def way_from(db: Connection, span: int) -> list[int]:
    """Spans that lead from one to the next that is not crowded, which is the last of them.

    Each leads as far as was known when it was gone through last, so ways are a few steps
    however many spans in a row are crowded.
    """
    way = [span]
    while row := db.execute("SELECT open FROM crowded WHERE span = ?", way[-1:]).fetchone():
        way.append(row[0])
    return way


def first_moment(time_ms: int) -> int:
    """The first moment at which a post of this time, or of a later one, may stand."""
    return (time_ms >> MOMENT_BITS) // SPAN * SPAN


def last_moment(db: Connection, time_ms: int) -> int:
    """The last moment at which a post of this time, or of an earlier one, may stand."""
    span = way_from(db, (time_ms >> MOMENT_BITS) // SPAN)[-1]
    return (span + 1) * SPAN - 1


def newest_first(matches: Iterable[Match]) -> Iterator[Match]:
    """Yield matches whose moments fall by (time, feed, row number), falling.

    Holds back no more than a span, and what was turned away from earlier ones.
    """
    waiting: list[tuple[int, int, int, Match]] = []
    for span, found in groupby(matches, lambda match: match.moment // SPAN):
        for match in found:
            feed = int.from_bytes(match.feed_id, "big")
            heappush(waiting, (-match.sort_ms, -feed, -match.row_id, match))
        # All that is to come stands below this span, and so does its time.
        while waiting and -waiting[0][0] >= span * SPAN_MS:
            yield heappop(waiting)[-1]
    while waiting:
        yield heappop(waiting)[-1]
