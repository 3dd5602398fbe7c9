"""Certificates for tests of what a set of them says: opened ones, and stand-ins for bytes."""

from collections.abc import Iterable
from hashlib import sha256

from street.authors import author_of, moved
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey, hash_key
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, Leave, Rotate

OWNER = author_of(b"\x01" * 32)
OTHER = author_of(b"\x02" * 32)
SECOND = moved(OWNER)
THIRD = moved(SECOND)


def feed(number: int) -> FeedId:
    return FeedId(number.to_bytes(32, "big"))


def join(
    number: int, from_ms: int = 0, by: AuthorKey = OWNER, *, is_first: bool = False
) -> Join:
    return Join(
        author_id=by.author_id,
        generation=by.generation,
        key=by.key,
        next_key_hash=by.next_key_hash,
        feed_id=feed(number),
        from_ms=from_ms,
        is_first=is_first,
    )


def keep(
    number: int, joined_ms: int = 0, by: AuthorKey = SECOND, end: int | None = None
) -> Keep:
    return Keep(
        author_id=by.author_id,
        generation=by.generation,
        key=by.key,
        next_key_hash=by.next_key_hash,
        feed_id=feed(number),
        from_ms=joined_ms + 1,
        end=end,
        is_first=False,
        joined_ms=joined_ms,
        old_join=b"join %d" % joined_ms,
        feed_signature=bytes(64),
    )


def leave(number: int, size: int, from_ms: int = 0, by: AuthorKey = OWNER) -> Leave:
    return Leave(
        author_id=by.author_id,
        generation=by.generation,
        key=by.key,
        next_key_hash=by.next_key_hash,
        feed_id=feed(number),
        size=size,
        from_ms=from_ms,
    )


def rotate(by: AuthorKey = SECOND, was: bytes = OWNER.key) -> Rotate:
    return Rotate(
        author_id=by.author_id,
        generation=by.generation,
        key=by.key,
        next_key_hash=by.next_key_hash,
        was=was,
    )


def rival(by: AuthorKey, number: int) -> AuthorKey:
    """The same key, which commits to another one."""
    return AuthorKey(
        signing=by.signing,
        author_id=by.author_id,
        generation=by.generation,
        next_key_hash=hash_key(b"rival %d" % number),
    )


def forged(by: AuthorKey, thief: AuthorKey) -> AuthorKey:
    """What a thief would like to be: the next generation, with a key nobody prepared."""
    return AuthorKey(
        signing=thief.signing,
        author_id=by.author_id,
        generation=by.generation + 1,
        next_key_hash=Hash(thief.next_key_hash),
    )


def signed(certificate: Certificate) -> bytes:
    """A stand-in for the signed bytes: one for each certificate, in no special order."""
    return sha256(repr(certificate).encode()).digest()


def opened(certificates: Iterable[Certificate]) -> dict[bytes, Certificate]:
    return {signed(each): each for each in certificates}
