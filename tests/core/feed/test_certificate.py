"""Certificates: their bytes, and who may sign them."""

from base64 import b64decode
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import Encodable, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import CERTIFICATE_BYTES_MAX, FEED_ENTRIES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.certificate import (
    DOMAIN,
    Join,
    Leave,
    Rotate,
    hash_next_key,
    open_certificate,
    sign_join,
    sign_leave,
    sign_rotate,
)
from swarmfeed.core.feed.head import head_body
from swarmfeed.errors import BadEncodingError, BadSignatureError

from tests.core.samples import Author, claim_of, posts

AUTHOR = SigningKey(b"\x01" * 32)
NEXT = SigningKey(b"\x02" * 32)
AUTHOR_ID, NEXT_ID = AuthorId(AUTHOR.public), AuthorId(NEXT.public)
FEED = SigningKey(b"\x03" * 32)
FEED_ID = FeedId(FEED.public)

JOIN = sign_join(AUTHOR, FEED, from_ms=1_700_000_000_000, next_key_hash=hash_next_key(NEXT_ID))
THIEF, BOTH = SigningKey(b"\x09" * 32), (AUTHOR, FEED)
LEAVE = sign_leave(AUTHOR, FEED_ID, size=300, from_ms=1_700_000_000_001)
ROTATE = sign_rotate(AUTHOR_ID, NEXT)


def signed_by(
    keys: Sequence[SigningKey], fields: dict[str, Encodable], domain: bytes = DOMAIN
) -> bytes:
    message = domain + encode(fields)
    return message + b"".join(key.sign(message) for key in keys)


def test_a_join_is_spelled_as_documented() -> None:
    next_hash = hash_next_key(NEXT_ID)
    message = (
        b"swarmfeed certificate 1\nd6:author32:%b4:feed32:%b7:from_msi1700000000000e"
        % (
            AUTHOR_ID,
            FEED_ID,
        )
        + b"4:next32:%b4:type4:joine" % next_hash
    )
    assert JOIN[:-128] == message
    verify_signature(AUTHOR_ID, message, JOIN[-128:-64])
    verify_signature(FEED_ID, message, JOIN[-64:])
    assert open_certificate(JOIN) == Join(AUTHOR_ID, FEED_ID, 1_700_000_000_000, next_hash)


def test_a_leave_is_spelled_as_documented() -> None:
    message = (
        b"swarmfeed certificate 1\nd6:author32:%b4:feed32:%b7:from_msi1700000000001e"
        % (
            AUTHOR_ID,
            FEED_ID,
        )
        + b"4:sizei300e4:type5:leavee"
    )
    assert LEAVE[:-64] == message
    verify_signature(AUTHOR_ID, message, LEAVE[-64:])
    assert open_certificate(LEAVE) == Leave(AUTHOR_ID, FEED_ID, 300, 1_700_000_000_001)


def test_a_rotate_is_spelled_as_documented_and_signed_by_the_next_key() -> None:
    message = b"swarmfeed certificate 1\nd6:author32:%b4:next32:%b4:type6:rotatee" % (
        AUTHOR_ID,
        NEXT_ID,
    )
    assert ROTATE[:-64] == message
    verify_signature(NEXT_ID, message, ROTATE[-64:])
    assert open_certificate(ROTATE) == Rotate(AUTHOR_ID, NEXT_ID)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(0, TIME_MS_MAX),
    st.integers(0, FEED_ENTRIES_MAX),
    st.none() | st.binary(min_size=32, max_size=32),
)
def test_a_certificate_says_what_was_signed(
    seed: bytes, from_ms: int, size: int, next_hash: bytes | None
) -> None:
    feed_key, next_key_hash = SigningKey(seed), None if next_hash is None else Hash(next_hash)
    feed_id = FeedId(feed_key.public)
    join = sign_join(AUTHOR, feed_key, from_ms=from_ms, next_key_hash=next_key_hash)
    leave = sign_leave(AUTHOR, feed_id, size=size, from_ms=from_ms)
    assert open_certificate(join) == Join(AUTHOR_ID, feed_id, from_ms, next_key_hash)
    assert open_certificate(leave) == Leave(AUTHOR_ID, feed_id, size, from_ms)
    assert max(len(join), len(leave)) <= CERTIFICATE_BYTES_MAX


@pytest.mark.attack("A12")
@pytest.mark.parametrize("signed", [JOIN, LEAVE, ROTATE])
def test_a_changed_bit_in_any_byte_is_refused(signed: bytes) -> None:
    for at in range(len(signed)):
        changed = bytearray(signed)
        changed[at] ^= 1 << at % 8
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_certificate(bytes(changed))


@pytest.mark.attack("A12")
@pytest.mark.parametrize("signed", [JOIN, LEAVE, ROTATE])
def test_a_certificate_cut_or_prolonged_is_refused(signed: bytes) -> None:
    for length in range(len(signed)):
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_certificate(signed[:length])
    for changed in (signed + b"\0", b"\0" + signed, signed[:-64] + b"e" + signed[-64:]):
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_certificate(changed)


JOIN_FIELDS: dict[str, Encodable] = {
    "author": AUTHOR_ID,
    "feed": FEED_ID,
    "from_ms": 1,
    "type": "join",
}


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    "domain",
    [
        b"",
        b"swarmfeed hello 1",
        b"swarmfeed certificate 2\n",
        b"swarmfeed certificate 1",
        b"\n",
    ],
)
def test_what_was_signed_for_something_else_is_no_certificate(domain: bytes) -> None:
    as_it_is = signed_by(BOTH, JOIN_FIELDS, domain)
    signature_moved = DOMAIN + encode(JOIN_FIELDS) + as_it_is[-128:]
    for signed in (as_it_is, signature_moved):
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_certificate(signed)


@pytest.mark.attack("A12")
def test_only_the_author_signs_leaves_and_only_the_next_key_a_rotate() -> None:
    leave: dict[str, Encodable] = {**JOIN_FIELDS, "type": "leave", "size": 1}
    rotate: dict[str, Encodable] = {"author": AUTHOR_ID, "next": NEXT_ID, "type": "rotate"}
    for key, fields in (
        (THIEF, leave),
        (FEED, leave),
        (AUTHOR, rotate),
        (THIEF, rotate),
    ):
        with pytest.raises(BadSignatureError):
            open_certificate(signed_by([key], fields))


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    "keys", [(THIEF, THIEF), (AUTHOR, THIEF), (THIEF, FEED), (FEED, AUTHOR), (AUTHOR, AUTHOR)]
)
def test_a_join_needs_the_author_and_the_feed_each_in_its_place(
    keys: tuple[SigningKey, SigningKey],
) -> None:
    with pytest.raises(BadSignatureError):
        open_certificate(signed_by(keys, JOIN_FIELDS))


@pytest.mark.attack("A12")
def test_nobody_claims_a_feed_without_its_key() -> None:
    for signers in ((THIEF, THIEF), (THIEF, AUTHOR)):
        with pytest.raises(BadSignatureError):
            open_certificate(claim_of(THIEF, FEED_ID, *signers))
    # The signatures of the true join say nothing about another author.
    message = claim_of(THIEF, FEED_ID)
    for signatures in (JOIN[-128:], THIEF.sign(message) + JOIN[-64:]):
        with pytest.raises(BadSignatureError):
            open_certificate(message + signatures)


@pytest.mark.attack("A12")
def test_a_head_is_no_word_of_the_feed_about_its_author() -> None:
    head = Author(FEED).append(posts(0, 1)).signed_head
    signature = b64decode(head.split()[-1])[4:]
    verify_signature(FEED_ID, head_body(head), signature)
    message = claim_of(THIEF, FEED_ID)
    with pytest.raises(BadSignatureError):
        open_certificate(message + THIEF.sign(message) + signature)


@pytest.mark.parametrize(
    ("signed", "count"), [(JOIN[:-128], 0), (JOIN[:-128], 1), (JOIN[:-128], 3)]
)
def test_a_join_with_signatures_too_few_or_too_many_is_refused(
    signed: bytes, count: int
) -> None:
    signatures = b"".join(key.sign(signed) for key in (AUTHOR, FEED, FEED)[:count])
    with pytest.raises(BadEncodingError):
        open_certificate(signed + signatures)


@pytest.mark.parametrize(("signed", "key"), [(LEAVE, FEED), (ROTATE, AUTHOR)])
def test_other_certificates_carry_one_signature(signed: bytes, key: SigningKey) -> None:
    with pytest.raises(BadEncodingError, match="too many"):
        open_certificate(signed + key.sign(signed[:-64]))


def test_a_later_key_in_a_certificate_is_ignored() -> None:
    later = signed_by(BOTH, {**JOIN_FIELDS, "zz": [1]})
    assert open_certificate(later) == Join(AUTHOR_ID, FEED_ID, 1)


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    "changes",
    [
        {"type": "merge"},
        {"type": ""},
        {"type": 1},
        {"author": b"a" * 31},
        {"feed": b"a" * 33},
        {"feed": 1},
        {"from_ms": -1},
        {"from_ms": TIME_MS_MAX + 1},
        {"from_ms": b"1"},
        {"next": b"a" * 31},
        {"type": "leave"},
        {"type": "leave", "size": -1},
        {"type": "leave", "size": FEED_ENTRIES_MAX + 1},
        {"type": "rotate"},
        {"zz": b"a" * CERTIFICATE_BYTES_MAX},
    ],
)
def test_a_well_signed_certificate_out_of_bounds_is_refused(
    changes: dict[str, Encodable],
) -> None:
    with pytest.raises(BadEncodingError):
        open_certificate(signed_by(BOTH, {**JOIN_FIELDS, **changes}))


def test_the_longest_certificate_is_read_and_a_longer_one_is_not() -> None:
    spare = CERTIFICATE_BYTES_MAX - len(signed_by(BOTH, {**JOIN_FIELDS, "zz": b"a" * 100}))
    longest = signed_by(BOTH, {**JOIN_FIELDS, "zz": b"a" * (100 + spare)})
    assert len(longest) == CERTIFICATE_BYTES_MAX
    assert open_certificate(longest) == Join(AUTHOR_ID, FEED_ID, 1)
    with pytest.raises(BadEncodingError, match="1001 bytes"):
        open_certificate(signed_by(BOTH, {**JOIN_FIELDS, "zz": b"a" * (101 + spare)}))


@pytest.mark.attack("A09")
@given(st.binary(max_size=200), st.booleans())
def test_garbage_raises_one_of_the_two_errors(garbage: bytes, with_domain: bool) -> None:
    with pytest.raises((BadEncodingError, BadSignatureError)):
        open_certificate(DOMAIN + garbage if with_domain else garbage)


def test_nothing_is_signed_that_nobody_would_accept() -> None:
    with pytest.raises(ValueError, match="from_ms"):
        sign_join(AUTHOR, FEED, from_ms=-1)
    with pytest.raises(ValueError, match="size"):
        sign_leave(AUTHOR, FEED_ID, size=FEED_ENTRIES_MAX + 1, from_ms=0)
    with pytest.raises(ValueError, match="feed"):
        sign_leave(AUTHOR, FeedId(b"short"), size=0, from_ms=0)
