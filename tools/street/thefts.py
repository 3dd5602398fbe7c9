"""A stolen author key: what a thief signs with it, and what the owner answers with."""

from collections.abc import Sequence
from hashlib import sha256

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import sign_join, sign_keep, sign_leave, sign_rotate

from street.authors import moved

Signed = tuple[bytes, ...]


def cut_off(stolen: AuthorKey, feed_id: FeedId, size: int = 0) -> Signed:
    """Say that the owner's feed has no more than ``size`` entries."""
    return (sign_leave(stolen, feed_id, size=size, from_ms=1),)


def dated_back(stolen: AuthorKey, feed_key: SigningKey) -> Signed:
    """Join a feed of the thief's, long before the owner's joined."""
    return (sign_join(stolen, feed_key, from_ms=0),)


def pushed_out(stolen: AuthorKey) -> Signed:
    """Join as many feeds as count, all before the owner's."""
    keys = (SigningKey(sha256(b"crowd %d" % n).digest()) for n in range(FEEDS_PER_AUTHOR_MAX))
    return tuple(sign_join(stolen, key, from_ms=0) for key in keys)


def move(
    owner: AuthorKey,
    *,
    own: Sequence[SigningKey],
    lost: Sequence[bytes] = (),
    from_ms: int,
) -> Signed:
    """Move to the second sheet.

    Args:
        own: Feed keys at hand: they join anew.
        lost: Joins of feeds whose keys are lost: they are kept.
        from_ms: When that is.
    """
    second = moved(owner)
    return (
        sign_rotate(second, owner.key),
        *(sign_join(second, key, from_ms=from_ms) for key in own),
        *(sign_keep(second, join, from_ms=from_ms) for join in lost),
    )
