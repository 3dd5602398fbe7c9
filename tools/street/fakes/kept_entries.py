"""Entries as an index in memory keeps them."""

from collections.abc import Sequence

from msgspec import Struct
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.entry import time_of
from swarmfeed.core.feed.kinds import Body, BoostBody, FollowBody, ReactBody, decode_body
from swarmfeed.core.feed.reading import match_plain_post
from swarmfeed.errors import BadEncodingError


class Kept(Struct, frozen=True):
    """An entry as it was indexed."""

    author_id: AuthorId
    ref: EntryRef
    time_ms: int
    body: Body | None
    is_post: bool


class FakePrepared(Struct, frozen=True):
    """Entries that are about to be indexed."""

    stored: Sequence[bytes]

    @property
    def times_ms(self) -> Sequence[int]:
        return [time_of(each) for each in self.stored]

    @property
    def is_plain(self) -> bool:
        return all(map(match_plain_post, self.stored))


def decode_or_none(kind: str, body: bytes) -> Body | None:
    try:
        return decode_body(kind, body)
    except BadEncodingError:
        return None


def subject(body: object) -> AuthorId | EntryRef | None:
    """What a word is about, of which an author has one last word."""
    match body:
        case FollowBody():
            return body.author_id
        case ReactBody() | BoostBody():
            return body.ref
    return None


def is_on(body: object) -> bool:
    return not body.is_off if isinstance(body, BoostBody) else bool(getattr(body, "emoji", ""))


def number_of(feed_id: FeedId, index: int) -> int:
    return int.from_bytes(feed_id[:4], "big") // 32 * 2**32 + index
