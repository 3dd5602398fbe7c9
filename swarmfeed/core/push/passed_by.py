"""Posts that came by lately: none is taken twice, and who comes later is told of them.

They are kept as bytes, and read again when one is asked for: what was found true once stays
true.  What is the same in all posts of an author is kept once.
"""

from typing import Annotated, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import CERTIFICATE_BYTES_MAX
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.limits import PROVEN_CERTIFICATES_MAX
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost
from swarmfeed.core.push.limits import (
    POSTING_BYTES_MAX,
    RECENT_BYTES_MAX,
    RECENT_EACH_BYTES,
    RECENT_FOR_MS,
    RECENT_OPEN_MAX,
    RECENT_POSTS_MAX,
)
from swarmfeed.core.push.posting import PostId, Verified, seen_before


class _Whose(Struct, frozen=True, kw_only=True):
    """What all posts of an author have with them."""

    author_id: Annotated[AuthorId, At("a")]
    certificates: Annotated[
        tuple[Annotated[bytes, UpTo(CERTIFICATE_BYTES_MAX)], ...],
        At("c"),
        UpTo(PROVEN_CERTIFICATES_MAX),
    ]
    profile: Annotated[ProvenApart | None, At("y")] = None


_POST: Final = codec_of(ProvenPost)
_WHOSE: Final = codec_of(_Whose)


class _Kept(Struct, frozen=True):
    """A post as bytes."""

    place: bytes
    post: bytes
    whose: bytes

    @property
    def bytes_taken(self) -> int:
        """In RAM, without what is shared."""
        return len(self.post) + RECENT_EACH_BYTES


class PassedBy:
    """The posts of an hour, within bounds; the oldest go first."""

    def __init__(self) -> None:
        self._came: dict[PostId, int] = {}
        """When each came, oldest first; also those of which nothing else is known any more."""
        self._kept: dict[PostId, _Kept] = {}
        """Oldest first."""
        self._places: dict[bytes, PostId] = {}
        self._whose: dict[bytes, tuple[bytes, int]] = {}
        """What is shared, under itself, and by how many."""
        self._open: dict[PostId, Verified] = {}
        """The newest ones, as they are passed on just now."""
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._came)

    def __contains__(self, post_id: PostId) -> bool:
        return post_id in self._came

    @property
    def bytes_taken(self) -> int:
        """About what they take in RAM."""
        return self._bytes

    def get(self, post_id: PostId) -> Verified | None:
        found = self._open.get(post_id)
        if found is not None:
            return found
        kept = self._kept.get(post_id)
        return None if kept is None else _read(kept)

    def at(self, feed_id: FeedId, index: int) -> Verified | None:
        """The post at a place of a feed, of two that contradict each other the later one."""
        post_id = self._places.get(_place(feed_id, index))
        return None if post_id is None else self.get(post_id)

    def newest(self, count: int) -> list[PostId]:
        """Ids of the newest posts, oldest first."""
        return list(self._kept)[-count:]

    def add(self, verified: Verified, now_ms: int) -> bool:
        """Remember a post; returns whether it is new.  ``now_ms`` never goes back."""
        self._forget(now_ms)
        if verified.id in self._came:
            return False
        self._came[verified.id] = now_ms
        self._keep(verified)
        while self._bytes > RECENT_BYTES_MAX:
            self._drop(next(iter(self._kept)))
        while len(self._came) > RECENT_POSTS_MAX:
            self._forget_oldest()
        return True

    def take_back(self, feed_id: FeedId, index: int) -> None:
        """Forget what a post said: its author took it back."""
        post_id = self._places.get(_place(feed_id, index))
        if post_id is not None:
            self._drop(post_id)

    def _keep(self, verified: Verified) -> None:
        post_id, posting = verified.id, verified.posting
        whose = _Whose(
            author_id=verified.author_id,
            certificates=posting.certificates,
            profile=posting.profile,
        )
        kept = _Kept(
            _place(verified.feed_id, verified.index),
            encode(_POST.write(replace(posting, certificates=(), profile=None))),
            self._share(encode(_WHOSE.write(whose))),
        )
        self._kept[post_id] = kept
        self._places[kept.place] = post_id
        self._bytes += kept.bytes_taken
        self._open[post_id] = verified
        while len(self._open) > RECENT_OPEN_MAX:
            del self._open[next(iter(self._open))]

    def _share(self, whose: bytes) -> bytes:
        """Return the one copy of it that is kept."""
        known, count = self._whose.get(whose, (whose, 0))
        self._whose[known] = known, count + 1
        if not count:
            self._bytes += len(known) + RECENT_EACH_BYTES
        return known

    def _unshare(self, whose: bytes) -> None:
        known, count = self._whose[whose]
        if count > 1:
            self._whose[known] = known, count - 1
            return
        del self._whose[known]
        self._bytes -= len(known) + RECENT_EACH_BYTES

    def _drop(self, post_id: PostId) -> None:
        """Keep of a post only that it was here."""
        self._open.pop(post_id, None)
        kept = self._kept.pop(post_id, None)
        if kept is None:
            return
        self._bytes -= kept.bytes_taken
        self._unshare(kept.whose)
        if self._places.get(kept.place) == post_id:
            del self._places[kept.place]

    def _forget(self, now_ms: int) -> None:
        while self._came and next(iter(self._came.values())) <= now_ms - RECENT_FOR_MS:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        post_id = next(iter(self._came))
        del self._came[post_id]
        self._drop(post_id)


def _place(feed_id: FeedId, index: int) -> bytes:
    return feed_id + index.to_bytes(8, "big")


def _read(kept: _Kept) -> Verified:
    whose = _WHOSE.read(decode_fields(kept.whose, "whose it is", limit_bytes=POSTING_BYTES_MAX))
    post = _POST.read(decode_fields(kept.post, "posting", limit_bytes=POSTING_BYTES_MAX))
    posting = replace(post, certificates=whose.certificates, profile=whose.profile)
    return seen_before(posting, whose.author_id)
