"""People, keys and dice for tests of circles."""

from collections.abc import Callable
from hashlib import sha256

from swarmfeed.core.base.types import AuthorId, FeedId

FEED = FeedId(b"f" * 32)
OTHER_FEED = FeedId(b"o" * 32)


def author(number: int) -> AuthorId:
    return AuthorId(sha256(b"author %d" % number).digest())


def dice(name: str = "dice") -> Callable[[int], bytes]:
    """Bytes that are others at each throw, and the same in each run."""
    thrown = 0

    def throw(count: int) -> bytes:
        nonlocal thrown
        thrown += 1
        parts = (sha256(b"%s %d %d" % (name.encode(), thrown, at)).digest() for at in range(9))
        return b"".join(parts)[:count]

    return throw
