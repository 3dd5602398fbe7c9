"""What is made of the posts of a run before they go in: their words, and packs of their texts.

It takes most of the time that indexing takes, and no database.
"""

from collections.abc import Sequence
from itertools import islice
from operator import eq
from typing import Final

from msgspec import Struct

from swarmfeed.core.feed.entry import decode_entry, is_of_kind
from swarmfeed.core.feed.kinds import KINDS, PostBody, decode_body
from swarmfeed.core.feed.reading import Entries, Packed, Record, read_packed, read_tails
from swarmfeed.core.words.terms import index_texts
from swarmfeed.errors import BadEncodingError
from swarmfeed.shell.store.packs import Packs, Text, make


class Made(Struct, frozen=True, kw_only=True):
    """What was made of the posts of a run; numbers count from its first entry."""

    base: int = 0
    """What is to be added to these numbers to have those of rows."""
    places: Sequence[int] = ()
    """The posts, ascending."""
    words: Sequence[str] = ()
    """Of each, as the full-text index has them."""
    packs: Packs = ((), ())
    """Packs of their texts."""

    def is_of(self, row_ids: Sequence[int]) -> bool:
        """Whether it was made of the posts with these row numbers, and no others."""
        return len(row_ids) == len(self.places) and all(
            map(eq, row_ids, map(self.base.__add__, self.places))
        )


NOTHING: Final = Made()


class Run(Struct, frozen=True, kw_only=True):
    """Entries that only have to be put in.  Implements ``ports.Prepared``."""

    entries: Entries
    made: Made = NOTHING

    @property
    def times_ms(self) -> Sequence[int]:
        return self.entries.times_ms

    @property
    def is_plain(self) -> bool:
        return len(self.entries.places) == len(self.entries.times_ms)


def prepare(packed: Packed) -> Run:
    """Read a run of entries, and make of its posts what can be made.

    Raises:
        BadEncodingError: Damaged, or not what anybody may have signed.
    """
    (run,) = _runs_of([read_packed(packed)])
    return run


def prepare_each(runs: Sequence[Packed]) -> list[Run | BadEncodingError]:
    """Prepare short runs, sooner than one by one; of one that is damaged, or not what anybody
    may have signed, return why."""
    tails = [run.tail for run in runs if _is_tail(run)]
    if len(tails) < 2:
        return [_prepared(each) for each in runs]
    try:
        together = iter(_runs_of(read_tails(tails)))
    except BadEncodingError:
        return [_prepared(each) for each in runs]
    return [next(together) if _is_tail(each) else _prepared(each) for each in runs]


def make_of(posts: Sequence[Text]) -> Made:
    """Make of posts, which are numbered in whatever way, what can be made."""
    (made,) = _make_each([posts])
    return made


# --- inside ---


def _is_tail(run: Packed) -> bool:
    """Whether a run is a few entries that do not have to be unpacked."""
    return not run.frames and run.skip == 0 and run.count == len(run.tail)


def _prepared(packed: Packed) -> Run | BadEncodingError:
    try:
        return prepare(packed)
    except BadEncodingError as error:
        return error


def _runs_of(read: Sequence[Entries]) -> list[Run]:
    made = _make_each([_posts_in(entries) for entries in read])
    return [Run(entries=entries, made=each) for entries, each in zip(read, made, strict=True)]


def _posts_in(entries: Entries) -> list[Text]:
    posts = list(zip(entries.places, entries.texts, strict=True))
    found = [text for each in entries.others for text in _texts_of(each)]
    return sorted(posts + found) if found else posts


def _make_each(runs: Sequence[Sequence[Text]]) -> list[Made]:
    """Words of all are made in one go: of a feed of seven posts that is most of the work."""
    words = iter(index_texts([text for posts in runs for _, text in posts]))
    return [
        Made(
            places=[place for place, _ in posts],
            words=list(islice(words, len(posts))),
            packs=make(posts),
        )
        for posts in runs
    ]


def _texts_of(record: Record) -> Sequence[Text]:
    """Place and text of an entry, if it is a post of any kind."""
    place, stored, _ = record
    if not is_of_kind(stored, PostBody.kind):
        return ()
    try:
        entry = decode_entry(stored)
        if entry.body is None:
            return ()
        body = decode_body(entry.kind, entry.body, KINDS)
    except BadEncodingError:
        return ()
    return ((place, body.text),) if isinstance(body, PostBody) else ()
