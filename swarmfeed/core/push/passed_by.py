"""Posts that came by lately: none is taken twice, and who comes later is told of them.

They are kept as bytes, and read again when one is asked for: what was found true once stays
true.

Source: ADR 73.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.ring import Ring
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.push.limits import (
    POSTING_BYTES_MAX,
    RECENT_BYTES_MAX,
    RECENT_FOR_MS,
    RECENT_OPEN_MAX,
    RECENT_POSTS_MAX,
)
from swarmfeed.core.push.posting import PostId, Verified, seen_before

_POST: Final = codec_of(ProvenPost)


class _Kept(Struct, frozen=True):
    """Where a post stands in the ring, and whose it is."""

    place: bytes
    author_id: AuthorId
    begin: int
    length: int


class PassedBy:
    """The posts of an hour, within bounds; the oldest go first."""

    def __init__(self) -> None:
        self._came: dict[PostId, int] = {}
        """When each came, oldest first; also those of which nothing else is known any more."""
        self._ring = Ring(RECENT_BYTES_MAX)
        self._kept: dict[PostId, _Kept] = {}
        """What the ring holds, oldest first."""
        self._places: dict[bytes, PostId] = {}
        self._open: dict[PostId, Verified] = {}
        """The newest ones, as they are passed on just now."""

    def __len__(self) -> int:
        return len(self._came)

    def __contains__(self, post_id: PostId) -> bool:
        return post_id in self._came

    def get(self, post_id: PostId) -> Verified | None:
        found = self._open.get(post_id)
        if found is not None:
            return found
        kept = self._kept.get(post_id)
        return None if kept is None else self._read(kept)

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
        while len(self._came) > RECENT_POSTS_MAX:
            self._forget_oldest()
        return True

    def take_back(self, feed_id: FeedId, index: int) -> None:
        """Forget what a post said: its author took it back."""
        post_id = self._places.get(_place(feed_id, index))
        if post_id is not None:
            self._drop(post_id)

    def _keep(self, verified: Verified) -> None:
        post_id, record = verified.id, encode(_POST.write(verified.posting))
        place = _place(verified.feed_id, verified.index)
        begin = self._ring.put(record)
        self._kept[post_id] = _Kept(place, verified.author_id, begin, len(record))
        self._places[place] = post_id
        self._open[post_id] = verified
        while len(self._open) > RECENT_OPEN_MAX:
            del self._open[next(iter(self._open))]
        self._drop_overwritten()

    def _read(self, kept: _Kept) -> Verified:
        record = self._ring.get(kept.begin, kept.length)
        fields = decode_fields(record, "posting", limit_bytes=POSTING_BYTES_MAX)
        return seen_before(_POST.read(fields), kept.author_id)

    def _drop_overwritten(self) -> None:
        while True:
            post_id, oldest = next(iter(self._kept.items()))
            if self._ring.holds(oldest.begin):
                return
            self._drop(post_id)

    def _drop(self, post_id: PostId) -> None:
        """Keep of a post only that it was here."""
        self._open.pop(post_id, None)
        kept = self._kept.pop(post_id, None)
        if kept is not None and self._places.get(kept.place) == post_id:
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
