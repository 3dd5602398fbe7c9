"""Many entries at once, as columns: what the index is filled from.

Nearly all entries are posts of nothing but text.  One pattern cuts a list of entries at all of
these, without an object for each; what lies between them is read entry by entry.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import Final, NamedTuple, cast

from msgspec import Struct

from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import (
    content_sizes,
    frame_content,
    frame_ranges,
    read_frame,
    unpack_frames,
)
from swarmfeed.core.feed.entry import hash_stored, time_of
from swarmfeed.errors import BadEncodingError

_PLAIN_POST: Final = (
    rb"d1:b([1-9][0-9]{0,3}):(d4:text([1-9][0-9]{0,3}):(%b)1:z16:(.{16})e)"
    rb"(1:k4:post1:ti(0|[1-9][0-9]{0,14})ee)"
)
"""A stored post of nothing but text.  Groups: length of its body, body, length of its text,
text, salt, what follows the body, time."""

match_plain_post: Final = re.compile(_PLAIN_POST % rb".+", re.DOTALL).fullmatch
"""Greedy, so the text ends at the last thing that looks like its end; whether that is so, the
lengths tell."""

_PLAIN_POSTS: Final = re.compile(_PLAIN_POST % rb"[^1]*+(?:1(?!:z16:)[^1]*+)*+", re.DOTALL)
"""The same among others: the text ends at the first thing that looks like a salt."""

_COLUMNS: Final = _PLAIN_POSTS.groups + 1
"""What ``split`` gives for each: its groups, and what stands behind it."""

_FEW: Final = 2
"""Entries that are read one by one in two thirds of the time: a post that was just written."""

_BETWEEN: Final = "\0"
"""Stands between texts that are decoded at once."""

Record = tuple[int, bytes, Hash]
"""Place of an entry among those read, its stored form, its hash."""


class Packed(Struct, frozen=True, kw_only=True):
    """A run of entries as it lies on disk: checked for what disks do, and not unpacked."""

    frames: bytes = b""
    """Whole frames of chunks, one after the other."""
    tail: Sequence[bytes] = ()
    """Stored entries behind them."""
    skip: int = 0
    """Entries at the beginning that are not of the run."""
    count: int
    """Entries of the run; there may be more behind it."""

    @property
    def unpacked_bytes(self) -> int:
        """What it takes once it is unpacked.  BadEncodingError: its frames are damaged."""
        return sum(content_sizes(self.frames)) + sum(map(len, self.tail))


class Entries(NamedTuple):
    """A run of entries, as columns."""

    times_ms: list[int]
    """What each claims."""
    hashes: list[Hash]
    """Of each."""
    places: list[int]
    """Which are posts of nothing but text, ascending, counted from the first of the run."""
    salts: list[bytes]
    """Of each of these."""
    texts: list[str]
    """Of each of these."""
    others: list[Record]
    """All the rest that may be something, ascending."""


def read_packed(packed: Packed) -> Entries:
    """Unpack and read a run of entries.

    Raises:
        BadEncodingError: Damaged, or not what anybody may have signed.
    """
    if packed.frames or len(packed.tail) > _FEW:
        entries = read_content(unpack(packed))
    else:
        entries = read_stored(packed.tail, [*map(hash_stored, packed.tail)])
    return part_of(entries, packed.skip, packed.skip + packed.count)


def read_tails(tails: Sequence[Sequence[bytes]]) -> list[Entries]:
    """Read runs of stored entries, each whole: thousands of short ones sooner than one by one.

    Raises:
        BadEncodingError: One of them is not what anybody may have signed, whichever.
    """
    ends = [0, *accumulate(map(len, tails))]
    entries = read_content(frame_content([*chain.from_iterable(tails)]))
    if len(entries.times_ms) != ends[-1]:
        raise BadEncodingError("an entry is cut in two, or two are in one")
    return [part_of(entries, start, stop) for start, stop in pairwise(ends)]


def unpack(packed: Packed) -> bytes:
    """Return the list of all entries that lie there.  BadEncodingError: there is none."""
    if not packed.frames:  # a few new entries: what unpacks takes as long to make as they do
        return frame_content(packed.tail)
    contents = [*unpack_frames(packed.frames, frame_ranges(packed.frames))]
    if any(each[:1] != b"l" or each[-1:] != b"e" for each in contents):
        raise BadEncodingError("frame is not a list of entries")
    return frame_content([*(each[1:-1] for each in contents), *packed.tail])


def read_content(content: bytes) -> Entries:
    """Read a list of entries, however many there are.  Raises BadEncodingError."""
    try:
        fast = _read_fast(content)
    except BadEncodingError:
        fast = None  # what looked like a post was none
    return read_stored(*_apart(read_frame(content))) if fast is None else fast


def read_stored(stored: Sequence[bytes], hashes: Sequence[Hash]) -> Entries:
    """Read entries one by one."""
    found = Entries([time_of(record) for record in stored], list(hashes), [], [], [], [])
    for place, (record, entry_hash) in enumerate(zip(stored, hashes, strict=True)):
        plain = match_plain_post(record)
        if plain is None or not _is_whole(plain):
            found.others.append((place, record, entry_hash))
            continue
        try:
            text = plain[4].decode()
        except UnicodeDecodeError:
            continue  # what others sign is theirs; it stays in the log and is not shown
        found.places.append(place)
        found.salts.append(plain[5])
        found.texts.append(text)
    return found


def part_of(entries: Entries, start: int, stop: int) -> Entries:
    """Return entries [start, stop) of a run, or what of these there is."""
    if start <= 0 and stop >= len(entries.times_ms):
        return entries
    times_ms, hashes, places, salts, texts, others = entries
    first, last = bisect_left(places, start), bisect_left(places, stop)
    at_first, at_last = (bisect_left(others, each, key=itemgetter(0)) for each in (start, stop))
    return Entries(
        times_ms[start:stop],
        hashes[start:stop],
        [place - start for place in places[first:last]],
        salts[first:last],
        texts[first:last],
        [(at - start, record, each) for at, record, each in others[at_first:at_last]],
    )


# --- inside ---


def _read_fast(content: bytes) -> Entries | None:
    """None, or BadEncodingError: there is something in it that takes a closer look."""
    if len(content) < 2 or content[:1] != b"l":
        return None
    parts = _PLAIN_POSTS.split(content)
    if parts[-1][-1:] != b"e":
        return None  # what ends the last post ends no list
    columns = [parts[n::_COLUMNS] for n in range(_COLUMNS)]
    gaps, sizes, bodies, lengths, raw, salts, ends, times = columns
    if not _are_whole(sizes, bodies) or not _are_whole(lengths, raw, TEXT_BYTES_MAX):
        return None
    texts = _decode(raw)
    counts, others = _read_gaps(gaps)
    if texts is None or counts is None:
        return None
    hash_bytes = sha256
    hashes = [
        hash_bytes(b"\x00d1:b32:" + hash_bytes(body).digest() + end).digest()
        for body, end in zip(bodies, ends, strict=True)
    ]
    places = list(range(len(texts)))
    # Naming each hash a Hash costs a call each.
    posts = Entries([*map(int, times)], cast(list[Hash], hashes), places, salts, texts, [])
    return _merge(posts, counts, others) if others.times_ms else posts


def _are_whole(lengths: Sequence[bytes], values: Sequence[bytes], most: int = 9_999) -> bool:
    sizes = [*map(len, values)]
    return sizes == [*map(int, lengths)] and max(sizes, default=0) <= most


def _is_whole(plain: re.Match[bytes]) -> bool:
    """The length of the body was looked at before: nothing is stored where it is wrong."""
    return len(plain[4]) == int(plain[3]) <= TEXT_BYTES_MAX


def _decode(raw: Sequence[bytes]) -> list[str] | None:
    """None: one of them is no text, or holds what would stand between them."""
    try:
        texts = _BETWEEN.encode().join(raw).decode().split(_BETWEEN)
    except UnicodeDecodeError:
        return None
    return texts if len(texts) == len(raw) else None if raw else []


def _read_gaps(gaps: Sequence[bytes]) -> tuple[list[int] | None, Entries]:
    """Read what stands before, between and behind posts of nothing but text.

    Returns:
        How many entries are in each gap, None if one begins or ends inside an entry; and all
        of them.
    """
    *most, last = gaps
    found = [most[0][1:], *most[1:], last[:-1]] if most else [last[1:-1]]
    stored, hashes = _apart(read_frame(frame_content(found)))
    ends = {end: n for n, end in enumerate(accumulate(map(len, stored), initial=0))}
    reached = [ends.get(end, -1) for end in accumulate(map(len, found))]
    if -1 in reached:
        return None, read_stored((), ())
    counts = [after - before for before, after in pairwise([0, *reached])]
    return counts, read_stored(stored, hashes)


def _merge(posts: Entries, counts: Sequence[int], others: Entries) -> Entries:
    """Put entries of gaps, so many in each, between posts."""
    before = [*accumulate(counts)]
    of_posts = [place + more for place, more in zip(posts.places, before, strict=False)]
    of_others = [
        at + gap + n
        for gap, (at, count) in enumerate(zip([0, *before], counts, strict=False))
        for n in range(count)
    ]
    all_ = sorted(
        chain(
            zip(of_posts, posts.times_ms, posts.hashes, strict=True),
            zip(of_others, others.times_ms, others.hashes, strict=True),
        )
    )
    plain = sorted(
        chain(
            zip(of_posts, posts.salts, posts.texts, strict=True),
            zip(
                (of_others[n] for n in others.places),
                others.salts,
                others.texts,
                strict=True,
            ),
        )
    )
    return Entries(
        [time_ms for _, time_ms, _ in all_],
        [entry_hash for *_, entry_hash in all_],
        [place for place, *_ in plain],
        [salt for _, salt, _ in plain],
        [text for *_, text in plain],
        [(of_others[n], record, each) for n, record, each in others.others],
    )


def _apart(hashed: Sequence[tuple[bytes, Hash]]) -> tuple[list[bytes], list[Hash]]:
    return [stored for stored, _ in hashed], [entry_hash for _, entry_hash in hashed]
