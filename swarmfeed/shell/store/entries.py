"""Stored entries of a feed as rows for the index.

Nearly all entries are posts of nothing but text: one pattern reads them from the stored form
into a row, without an object in between.  The rest takes the general way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX, TEXT_BYTES_MAX
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.entry import decode_entry, encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    FollowBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
    decode_body,
)
from swarmfeed.errors import BadEncodingError

match_plain_post: Final = re.compile(
    rb"d1:b(?:0|[1-9][0-9]{0,3}):d4:text([1-9][0-9]{0,3}):(.+)e"
    rb"1:k4:post1:ti(0|[1-9][0-9]{0,14})ee",
    re.DOTALL,
).fullmatch
"""A stored post of nothing but text (groups: its length, itself, its time).  Greedy, so it
ends at the last thing that looks like an end; whether that is so, the length tells."""

PostRow = tuple[int, int, int, int | None, Hash | None, str | None, str]
"""Row number, author, sort_ms, claimed_ms, hash (None where ``hash_plain_post`` makes it), cw,
text: the columns of ``post``."""


def hash_plain_post(time_ms: int, text: str) -> Hash:
    """Return the hash of the entry that is a post of nothing but this text."""
    raw = text.encode()
    body = b"d4:text%d:%be" % (len(raw), raw)
    return hash_stored(encode_entry(PostBody.kind, time_ms, body))


@dataclass(frozen=True, slots=True)
class Batch:
    """What a run of entries holds, by where it goes; indices are those of the feed."""

    posts: list[PostRow] = field(default_factory=list)
    replies: list[tuple[int, EntryRef]] = field(default_factory=list)
    """Row number of the reply, and the post it answers."""
    follows: list[tuple[int, int, FollowBody]] = field(default_factory=list)
    """Index, time_ms, body."""
    profiles: list[tuple[int, int, ProfileBody]] = field(default_factory=list)
    """Index, time_ms, body."""
    amendments: list[tuple[int, EditBody | WithdrawBody]] = field(default_factory=list)
    """Index, body."""


def read_batch(
    start: int,
    stored: Sequence[bytes],
    hashes: Sequence[Hash],
    *,
    base: int,
    author_no: int,
    now_ms: int,
) -> Batch:
    """Read entries [start, start + len(stored)); entry ``n`` gets the row number ``base + n``.

    Entries that are withdrawn, malformed, or of a kind nobody shows are left out.
    """
    batch = Batch()
    add_post = batch.posts.append
    latest_ms = now_ms + POST_AHEAD_MS_MAX
    for index, (record, entry_hash) in enumerate(zip(stored, hashes, strict=True), start):
        plain = match_plain_post(record)
        if plain is None or len(plain[2]) != int(plain[1]) or len(plain[2]) > TEXT_BYTES_MAX:
            read_entry(batch, index, record, entry_hash, base, author_no, now_ms)
            continue
        try:
            text = plain[2].decode()
        except UnicodeDecodeError:
            continue
        time_ms = int(plain[3])
        if time_ms <= latest_ms:
            add_post((base + index, author_no, time_ms, None, None, None, text))
        else:
            add_post((base + index, author_no, now_ms, time_ms, None, None, text))
    return batch


def read_entry(
    batch: Batch,
    index: int,
    record: bytes,
    entry_hash: Hash,
    base: int,
    author_no: int,
    now_ms: int,
) -> None:
    """Put one entry of any kind where it belongs."""
    try:
        entry = decode_entry(record)
        if entry.body is None:
            return
        body: Body = decode_body(entry.kind, entry.body)
    except BadEncodingError:
        # What others sign is theirs; it stays in the log and is not shown.
        return
    if isinstance(body, PostBody):
        ahead = entry.time_ms > now_ms + POST_AHEAD_MS_MAX
        times = (now_ms, entry.time_ms) if ahead else (entry.time_ms, None)
        row_id = base + index
        batch.posts.append((row_id, author_no, *times, entry_hash, body.cw or None, body.text))
        if body.reply is not None:
            batch.replies.append((row_id, body.reply))
    elif isinstance(body, FollowBody):
        batch.follows.append((index, entry.time_ms, body))
    elif isinstance(body, ProfileBody):
        batch.profiles.append((index, entry.time_ms, body))
    elif isinstance(body, EditBody | WithdrawBody) and body.index < index:
        batch.amendments.append((index, body))
