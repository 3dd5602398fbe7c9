"""A post on its way: what is passed on, what it is named by, and what it proves.

What travels is a post with its proofs (FORMAT 18), or, in the post's place, an edit or a
withdrawal.  Nobody can make one up, alter it, or give it to another author.

It is named by feed, place and entry together: the hash of an entry alone would be that of a
copy in somebody else's feed too, and whoever is quicker with the copy would keep the post
itself from everybody.

Source: ADR 59.
"""

from hashlib import sha256
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    HEAD_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    STORED_BYTES_MAX,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import decode_hashed
from swarmfeed.core.feed.head import claimed_size
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, WithdrawBody, decode_body
from swarmfeed.core.feed.limits import INCLUSION_HASHES_MAX, PROVEN_CERTIFICATES_MAX
from swarmfeed.core.feed.proven import ProvenPost, check_profile, open_proven
from swarmfeed.core.push.limits import (
    POSTING_BYTES_MAX,
    POSTS_PER_MESSAGE_MAX,
    PUSHED_AHEAD_MS,
    PUSHED_FOR_MS,
)
from swarmfeed.errors import BadProofError

PostId = Hash
"""SHA-256(feed id || index as 8 bytes, big-endian || entry hash)."""

PUSHED: Final = (PostBody, EditBody, WithdrawBody)
"""What is passed on: posts, and what their authors say of them later."""


class Verified(Struct, frozen=True, kw_only=True):
    """A post on its way, or what is said of one, that was found to be true."""

    posting: ProvenPost
    author_id: AuthorId
    entry_hash: Hash
    time_ms: int
    """Its author's clock."""
    body: Body
    head_size: int
    """Entries that its feed had when it was signed."""

    @property
    def feed_id(self) -> FeedId:
        return self.posting.feed_id

    @property
    def index(self) -> int:
        return self.posting.post.index

    @property
    def stored(self) -> bytes:
        return self.posting.post.stored

    @property
    def id(self) -> PostId:
        return id_of(self.feed_id, self.index, self.entry_hash)

    @property
    def ref(self) -> EntryRef:
        return EntryRef(self.feed_id, self.entry_hash, self.index)

    @property
    def target(self) -> int | None:
        """Index of the post of the same feed that it says something of; None: it is a post."""
        return self.body.index if isinstance(self.body, EditBody | WithdrawBody) else None

    def is_timely(self, now_ms: int) -> bool:
        """Whether it is of a time in which posts are passed on."""
        return now_ms - PUSHED_FOR_MS <= self.time_ms <= now_ms + PUSHED_AHEAD_MS


def id_of(feed_id: FeedId, index: int, entry_hash: Hash) -> PostId:
    """Return what a post on its way is named by."""
    return Hash(sha256(feed_id + index.to_bytes(8, "big") + entry_hash).digest())


def open_posting(posting: ProvenPost) -> Verified:
    """Return what a post on its way proves.

    Raises:
        BadEncodingError: Something in it is no head, certificate or entry.
        BadSignatureError: The head or a certificate is not signed by whom it names.
        BadProofError: The entry is not under the head, the feed is not its author's up to
            there, its body is gone, or it is nothing that is passed on.
    """
    opened = open_proven(posting)
    body = opened.body
    if not isinstance(body, PUSHED) or posting.edit is not None:
        raise BadProofError(f"an entry of kind {body.kind} is not passed on so")
    if isinstance(body, EditBody | WithdrawBody) and body.index >= posting.post.index:
        raise BadProofError("it speaks of a later entry")
    check_profile(posting)
    return Verified(
        posting=posting,
        author_id=opened.author_id,
        entry_hash=opened.entry_hash,
        time_ms=opened.time_ms,
        body=body,
        head_size=opened.head.size,
    )


def seen_before(posting: ProvenPost, author_id: AuthorId) -> Verified:
    """Return what a post proves that ``open_posting`` took once: it is not verified again."""
    entry, entry_hash = decode_hashed(posting.post.stored)
    assert entry.body is not None, "what is passed on says something"
    return Verified(
        posting=posting,
        author_id=author_id,
        entry_hash=entry_hash,
        time_ms=entry.time_ms,
        body=decode_body(entry.kind, entry.body),
        head_size=claimed_size(posting.head),
    )


_MOST: Final = 2 * (
    STORED_BYTES_MAX + HEAD_BYTES_MAX + INCLUSION_HASHES_MAX * 36
) + PROVEN_CERTIFICATES_MAX * (CERTIFICATE_BYTES_MAX + 8)
assert _MOST + 512 < POSTING_BYTES_MAX < MESSAGE_BYTES_MAX // (2 * POSTS_PER_MESSAGE_MAX)
