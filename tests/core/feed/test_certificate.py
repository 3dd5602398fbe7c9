"""Certificates: their bytes, and who may sign them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from street.authors import author_of
from swarmfeed.core.base.bencoding import Encodable, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    GENERATIONS_MAX,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey, first_author_key, hash_key
from swarmfeed.core.feed.certificate import (
    DOMAIN,
    Join,
    Keep,
    Leave,
    Rotate,
    open_certificate,
    sign_join,
    sign_keep,
    sign_leave,
    sign_rotate,
    spell,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError

AUTHOR, NEXT = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
OWNER = first_author_key(AUTHOR, hash_key(NEXT.public))
AUTHOR_ID, NEXT_HASH = OWNER.author_id, OWNER.next_key_hash
SECOND = AuthorKey(
    signing=NEXT, author_id=AUTHOR_ID, generation=1, next_key_hash=Hash(b"n" * 32)
)
FEED = SigningKey(b"\x03" * 32)
FEED_ID = FeedId(FEED.public)

JOIN = sign_join(OWNER, FEED, from_ms=1_700_000_000_000)
FIRST = sign_join(OWNER, FEED, from_ms=1_700_000_000_000, is_first=True)
THIEF, BOTH = SigningKey(b"\x09" * 32), (AUTHOR, FEED)
ROBBER = author_of(b"\x09" * 32)
LEAVE = sign_leave(OWNER, FEED_ID, size=300, from_ms=1_700_000_000_001)
KEEP = sign_keep(SECOND, JOIN, from_ms=1_700_000_000_002, end=77)
ROTATE = sign_rotate(SECOND, AUTHOR.public)

SAID = {
    "author_id": AUTHOR_ID,
    "generation": 0,
    "key": AUTHOR.public,
    "next_key_hash": NEXT_HASH,
}
SAID_LATER = {
    "author_id": AUTHOR_ID,
    "generation": 1,
    "key": NEXT.public,
    "next_key_hash": SECOND.next_key_hash,
}


def signed_by(
    keys: Sequence[SigningKey], fields: dict[str, Encodable], domain: bytes = DOMAIN
) -> bytes:
    message = domain + encode(fields)
    return message + b"".join(key.sign(message) for key in keys)


def test_a_join_is_spelled_as_documented() -> None:
    start = b"swarmfeed certificate 2\nd6:author32:%b4:feed32:%b" % (AUTHOR_ID, FEED_ID)
    rest = b"7:from_msi1700000000000e3:geni0e3:key32:%b4:next32:%b4:type4:joine" % (
        AUTHOR.public,
        NEXT_HASH,
    )
    for join, first in ((JOIN, b""), (FIRST, b"5:firsti1e")):
        message = start + first + rest
        assert join[:-128] == message
        verify_signature(AUTHOR.public, message, join[-128:-64])
        verify_signature(FEED_ID, message, join[-64:])
        assert open_certificate(join) == Join(
            **SAID, feed_id=FEED_ID, from_ms=1_700_000_000_000, is_first=join == FIRST
        )


def test_a_keep_is_spelled_as_documented_and_carries_what_the_feed_signed() -> None:
    body = JOIN[len(DOMAIN) : -128]
    message = (
        b"swarmfeed certificate 2\nd6:author32:%b3:endi77e4:feed32:%b" % (AUTHOR_ID, FEED_ID)
        + b"7:from_msi1700000000002e3:geni1e4:join%d:%b" % (len(body), body)
        + b"3:key32:%b4:next32:%b" % (NEXT.public, SECOND.next_key_hash)
        + b"3:sig64:%b4:type4:keepe" % JOIN[-64:]
    )
    assert KEEP[:-64] == message
    verify_signature(NEXT.public, message, KEEP[-64:])
    assert open_certificate(KEEP) == Keep(
        **SAID_LATER,
        feed_id=FEED_ID,
        from_ms=1_700_000_000_002,
        end=77,
        is_first=False,
        joined_ms=1_700_000_000_000,
        old_join=body,
        feed_signature=JOIN[-64:],
    )


def test_what_was_kept_is_kept_again_by_the_same_word_of_the_feed() -> None:
    third = AuthorKey(
        signing=THIEF, author_id=AUTHOR_ID, generation=2, next_key_hash=Hash(b"m" * 32)
    )
    again = open_certificate(sign_keep(third, KEEP, from_ms=9))
    kept = open_certificate(KEEP)
    assert isinstance(again, Keep) and isinstance(kept, Keep)
    assert (again.old_join, again.feed_signature) == (kept.old_join, kept.feed_signature)
    assert (again.generation, again.end, again.joined_ms) == (2, None, kept.joined_ms)
    first = open_certificate(sign_keep(SECOND, FIRST, from_ms=9))
    assert isinstance(first, Keep) and first.is_first
    with pytest.raises(ValueError, match="joined"):
        sign_keep(third, LEAVE, from_ms=9)


@pytest.mark.attack("A12")
def test_a_keep_needs_a_join_of_that_feed_in_an_older_generation() -> None:
    later = sign_join(SECOND, FEED, from_ms=1)
    with pytest.raises(ValueError, match="no older generation"):
        sign_keep(SECOND, later, from_ms=2)
    fields: dict[str, Encodable] = {
        "author": AUTHOR_ID,
        "feed": FEED_ID,
        "from_ms": 1,
        "gen": 1,
        "join": JOIN[len(DOMAIN) : -128],
        "key": NEXT.public,
        "next": SECOND.next_key_hash,
        "sig": JOIN[-64:],
        "type": "keep",
    }
    assert isinstance(open_certificate(signed_by([NEXT], fields)), Keep)
    other = sign_join(ROBBER, FEED, from_ms=1)
    for changes, error in (
        ({"sig": JOIN[-128:-64]}, BadSignatureError),
        ({"feed": THIEF.public}, BadEncodingError),
        ({"join": LEAVE[len(DOMAIN) : -64]}, BadEncodingError),
        ({"join": other[len(DOMAIN) : -128], "sig": other[-64:]}, BadEncodingError),
        ({"join": b"de"}, BadEncodingError),
        ({"gen": 0, "key": AUTHOR.public, "next": NEXT_HASH}, BadEncodingError),
    ):
        with pytest.raises(error):
            open_certificate(signed_by([NEXT], {**fields, **changes}))


def test_a_leave_is_spelled_as_documented() -> None:
    message = (
        b"swarmfeed certificate 2\nd6:author32:%b4:feed32:%b" % (AUTHOR_ID, FEED_ID)
        + b"7:from_msi1700000000001e3:geni0e3:key32:%b" % AUTHOR.public
        + b"4:next32:%b4:sizei300e4:type5:leavee" % NEXT_HASH
    )
    assert LEAVE[:-64] == message
    verify_signature(AUTHOR.public, message, LEAVE[-64:])
    assert open_certificate(LEAVE) == Leave(
        **SAID, feed_id=FEED_ID, size=300, from_ms=1_700_000_000_001
    )


def test_a_rotate_is_spelled_as_documented_and_signed_by_the_next_key() -> None:
    message = b"swarmfeed certificate 2\nd6:author32:%b3:geni1e3:key32:%b" % (
        AUTHOR_ID,
        NEXT.public,
    ) + b"4:next32:%b4:type6:rotate3:was32:%be" % (SECOND.next_key_hash, AUTHOR.public)
    assert ROTATE[:-64] == message
    verify_signature(NEXT.public, message, ROTATE[-64:])
    assert open_certificate(ROTATE) == Rotate(**SAID_LATER, was=AUTHOR.public)


@pytest.mark.attack("A12")
def test_the_first_key_and_the_second_are_proven_by_the_author_id() -> None:
    """Nobody needs another certificate to see that these are not the author's."""
    for changes in (
        {"author_id": ROBBER.author_id},
        {"signing": THIEF},
        {"next_key_hash": hash_key(THIEF.public)},
    ):
        with pytest.raises(ValueError, match="not its author's"):
            sign_join(replace(OWNER, **changes), FEED, from_ms=1)
        with pytest.raises(ValueError, match="not its author's"):
            sign_leave(replace(OWNER, **changes), FEED_ID, size=1, from_ms=1)
    for author, was in (
        (replace(SECOND, signing=THIEF), AUTHOR.public),
        (SECOND, THIEF.public),
        (replace(SECOND, author_id=ROBBER.author_id), AUTHOR.public),
    ):
        with pytest.raises(ValueError, match="not its author's"):
            sign_rotate(author, was)
    with pytest.raises(ValueError, match="gen"):
        sign_rotate(OWNER, AUTHOR.public)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, TIME_MS_MAX),
    st.integers(0, FEED_ENTRIES_MAX),
    st.booleans(),
    st.integers(1, GENERATIONS_MAX - 1),
)
def test_a_certificate_says_what_was_signed(
    seed: bytes, from_ms: int, size: int, is_first: bool, generation: int
) -> None:
    feed_key, feed_id = SigningKey(seed), FeedId(SigningKey(seed).public)
    author = replace(SECOND, generation=generation)
    join = sign_join(OWNER, feed_key, from_ms=from_ms, is_first=is_first)
    leave = sign_leave(author, feed_id, size=size, from_ms=from_ms)
    keep = sign_keep(author, join, from_ms=from_ms, end=size)
    said = {**SAID_LATER, "generation": generation, "feed_id": feed_id, "from_ms": from_ms}
    assert open_certificate(join) == Join(
        **SAID, feed_id=feed_id, from_ms=from_ms, is_first=is_first
    )
    assert open_certificate(leave) == Leave(**said, size=size)
    opened = open_certificate(keep)
    assert isinstance(opened, Keep)
    assert (opened.end, opened.joined_ms, opened.is_first) == (size, from_ms, is_first)
    for signed, signatures in ((join, 2), (leave, 1), (keep, 1)):
        assert spell(open_certificate(signed)) == signed[: -64 * signatures]
        assert len(signed) <= CERTIFICATE_BYTES_MAX
