"""What is made of the posts of a run before they go in: their words, and packs of their texts.

It takes most of the time that indexing takes, and no database.
"""

from collections.abc import Sequence
from operator import eq
from typing import Final

from msgspec import Struct

from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import KINDS, PostBody, decode_body
from swarmfeed.core.feed.reading import Entries, Packed, Record, read_packed
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
    entries = read_packed(packed)
    posts = list(zip(entries.places, entries.texts, strict=True))
    if found := [text for each in entries.others for text in _texts_of(each)]:
        posts = sorted(posts + found)
    return Run(entries=entries, made=make_of(posts))


def make_of(posts: Sequence[Text]) -> Made:
    """Make of posts, which are numbered in whatever way, what can be made."""
    return Made(
        places=[place for place, _ in posts],
        words=index_texts([text for _, text in posts]),
        packs=make(posts),
    )


def _texts_of(record: Record) -> Sequence[Text]:
    """Place and text of an entry, if it is a post of any kind."""
    place, stored, _ = record
    try:
        entry = decode_entry(stored)
        if entry.kind != PostBody.kind or entry.body is None:
            return ()
        body = decode_body(entry.kind, entry.body, KINDS)
    except BadEncodingError:
        return ()
    return ((place, body.text),) if isinstance(body, PostBody) else ()
