"""Which other entries an entry speaks of, whatever its kind: also of kinds that come yet."""

from collections.abc import Iterator

from msgspec import Struct

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.feed.kinds import Body, BoostBody, EditBody, PostBody, ReactBody

Place = tuple[FeedId, int]
"""Feed and index of an entry."""


def answered_by(body: Body, own: FeedId) -> Place | None:
    """The entry whose readers an entry is for: what it answers, reacts to, or gives a new text.

    Args:
        own: The feed that it stands in.
    """
    match body:
        case PostBody(reply=EntryRef() as ref):
            return ref.feed_id, ref.index
        case ReactBody() | BoostBody():
            return body.ref.feed_id, body.ref.index
        case EditBody():
            return own, body.index
    return None


def named_by(body: Body) -> Iterator[EntryRef]:
    """All entries that an entry names: what it answers, quotes, pins, its thread began with."""
    held: object = body
    if isinstance(held, Struct):
        for name in held.__struct_fields__:
            said = getattr(held, name)
            for one in said if isinstance(said, tuple) else (said,):
                if isinstance(one, EntryRef):
                    yield one
