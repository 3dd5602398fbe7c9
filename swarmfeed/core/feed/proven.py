"""A post with all that proves it, so that anybody can pass it on and nobody need be believed.

    head          signed by the feed
    certificates  that the feed is its author's
    post          an entry of the feed, with the hashes that lead to the root of the head
    edit          its newest text, under a head of its own: it may come later than the post did
    profile       how its author is called, under a head of its own: it changes seldom

Nobody can make one up, alter it, or give it to another author.

Source: FORMAT 18.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    HEAD_BYTES_MAX,
    POST_AHEAD_MS_MAX,
    STORED_BYTES_MAX,
)
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.certificate import Certificate, Rotate, open_certificate
from swarmfeed.core.feed.claims import joined_author
from swarmfeed.core.feed.entry import decode_hashed
from swarmfeed.core.feed.head import Head, open_head
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, ProfileBody, decode_body
from swarmfeed.core.feed.limits import (
    INCLUSION_HASHES_MAX,
    PROVEN_CERTIFICATES_MAX,
    PROVEN_HEADS_CACHED,
)
from swarmfeed.core.feed.matching import Written
from swarmfeed.core.feed.merkle import verify_inclusion
from swarmfeed.errors import BadProofError

SignedHead = Annotated[bytes, At("h", "Signed head"), UpTo(HEAD_BYTES_MAX)]


class Proven(Struct, frozen=True, kw_only=True):
    """An entry, and the hashes that lead from it to the root of a head."""

    index: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX - 1)]
    """Where the entry stands in its feed."""
    stored: Annotated[bytes, At("e"), UpTo(STORED_BYTES_MAX)]
    """Stored entry."""
    proof: Annotated[tuple[Hash, ...], At("p"), UpTo(INCLUSION_HASHES_MAX)]
    """Inclusion proof."""


class ProvenApart(Struct, frozen=True, kw_only=True):
    """Another entry of the feed that a post is in, under a head of its own."""

    head: SignedHead
    """Of the feed that the post is in."""
    entry: Annotated[Proven, At("o")]
    """An edit, or a profile."""


class ProvenPost(Struct, frozen=True, kw_only=True):
    """A post with all that proves it, as it came."""

    feed_id: Annotated[FeedId, At("f")]
    """Feed id."""
    head: SignedHead
    """Signed by the feed."""
    certificates: Annotated[
        tuple[Annotated[bytes, UpTo(CERTIFICATE_BYTES_MAX)], ...],
        At("c"),
        UpTo(PROVEN_CERTIFICATES_MAX),
    ]
    """The join of the feed, with the rotates that lead to the key that signed it."""
    post: Annotated[Proven, At("o")]
    """The post."""
    edit: Annotated[ProvenApart | None, At("x")] = None
    """Its newest edit, if its author gave it another text."""
    profile: Annotated[ProvenApart | None, At("y")] = None
    """How its author is called, where that is known."""


class Checked(Struct, frozen=True, kw_only=True):
    """A post that was proven."""

    ref: EntryRef
    written: Written
    head_size: int
    """Entries that its feed had at least."""
    name: str = ""
    """What its author is called, by a profile that was proven; empty where none came along."""


class Opened(Struct, frozen=True, kw_only=True):
    """An entry that was proven, of whatever kind."""

    author_id: AuthorId
    entry_hash: Hash
    time_ms: int
    """Its author's clock."""
    body: Body
    head: Head


def open_proven(proven: ProvenPost) -> Opened:
    """Return what the entry says that stands where a post does; edit and profile aside.

    Raises:
        RemoteError: As ``check_post``; but it may be no post.
    """
    head = _open_head(proven.head, proven.feed_id)
    entry_hash, time_ms, body = _open(proven.post, head)
    return Opened(
        author_id=_author_of(proven.certificates, proven.feed_id, proven.post.index),
        entry_hash=entry_hash,
        time_ms=time_ms,
        body=body,
        head=head,
    )


def check_profile(proven: ProvenPost) -> str:
    """Return how the author is called, by the profile that came along; empty: none did.

    Raises:
        RemoteError: As ``check_post``.
    """
    return "" if proven.profile is None else _name_in(proven.profile, proven.feed_id)


def check_post(proven: ProvenPost, now_ms: int) -> Checked:
    """Return what a proven post says.

    Raises:
        BadEncodingError: Something in it is no head, certificate, entry or post.
        BadSignatureError: The head or a certificate is not signed by whom it names.
        BadProofError: The entry is not under the head, or the feed is not the author's.
    """
    head = _open_head(proven.head, proven.feed_id)
    entry_hash, time_ms, post = _open(proven.post, head)
    if not isinstance(post, PostBody):
        raise BadProofError("what was found is no post")
    last = proven.post.index
    if proven.edit is not None:
        post, last = _edited(post, proven.edit, proven), max(last, proven.edit.entry.index)
    author_id = _author_of(proven.certificates, proven.feed_id, last)
    # Who claims a time to come is sorted by when we heard of it.
    time_ms = time_ms if time_ms <= now_ms + POST_AHEAD_MS_MAX else now_ms
    return Checked(
        ref=EntryRef(proven.feed_id, entry_hash, proven.post.index),
        written=Written(author_id=author_id, time_ms=time_ms, post=post),
        head_size=head.size,
        name="" if proven.profile is None else _name_in(proven.profile, proven.feed_id),
    )


def end_of(proven: ProvenPost) -> int | None:
    """Return where its feed ended, by the certificates that came along; None: nowhere.

    Raises:
        RemoteError: As ``check_post``.
    """
    return _whose(proven.certificates, proven.feed_id)[1]


def weight_of(hit: ProvenPost) -> int:
    """How many bytes a post takes with its proofs, about."""
    apart = [each for each in (hit.edit, hit.profile) if each is not None]
    entries = [hit.post, *(each.entry for each in apart)]
    heads = [hit.head, *(each.head for each in apart)]
    proofs = sum(len(each.stored) + 35 * len(each.proof) for each in entries)
    return proofs + sum(map(len, (*heads, *hit.certificates))) + 128


def proving_certificates(
    feed_id: FeedId, opened: Mapping[bytes, Certificate]
) -> tuple[bytes, ...]:
    """Return those of an author's certificates that say whose a feed is, and to where."""
    return tuple(
        signed
        for signed, each in opened.items()
        if isinstance(each, Rotate) or each.feed_id == feed_id
    )


@lru_cache(maxsize=PROVEN_HEADS_CACHED)
def _open_head(signed: bytes, feed_id: FeedId) -> Head:
    """Posts of one feed come under one head: its signature is verified once."""
    return open_head(signed, feed_id)


def _open(proven: Proven, head: Head) -> tuple[Hash, int, Body]:
    entry, entry_hash = decode_hashed(proven.stored)
    verify_inclusion(entry_hash, proven.index, head.size, proven.proof, head.root)
    if entry.body is None:
        raise BadProofError("what was found is withdrawn")
    return entry_hash, entry.time_ms, decode_body(entry.kind, entry.body)


def _edited(post: PostBody, edit: ProvenApart, proven: ProvenPost) -> PostBody:
    said = _open_apart(edit, proven.feed_id)
    if not isinstance(said, EditBody) or said.index != proven.post.index:
        raise BadProofError("the edit is of another post")
    return replace(post, text=said.text, cw=said.cw, media=said.media)


def _open_apart(apart: ProvenApart, feed_id: FeedId) -> Body:
    return _open(apart.entry, _open_head(apart.head, feed_id))[2]


def _name_in(profile: ProvenApart, feed_id: FeedId) -> str:
    said = _open_apart(profile, feed_id)
    if not isinstance(said, ProfileBody):
        raise BadProofError("what was said of the author is no profile")
    return said.name


@lru_cache(maxsize=PROVEN_HEADS_CACHED)
def _whose(certificates: tuple[bytes, ...], feed_id: FeedId) -> tuple[AuthorId, int | None]:
    """Return the author of a feed, and where the feed ended."""
    opened = [open_certificate(each) for each in certificates]
    author_id = joined_author(feed_id, opened)
    feed = None if author_id is None else feeds_of(author_id, opened).feed(feed_id)
    if author_id is None or feed is None:
        raise BadProofError("nothing proves whose the feed is")
    return author_id, feed.end


def _author_of(certificates: tuple[bytes, ...], feed_id: FeedId, index: int) -> AuthorId:
    """Return whose a feed is, up to this entry at least."""
    if len(certificates) > PROVEN_CERTIFICATES_MAX:
        raise BadProofError(f"{len(certificates)} certificates came with a post")
    author_id, end = _whose(certificates, feed_id)
    if end is not None and index >= end:
        raise BadProofError("the feed had ended before this post")
    return author_id
