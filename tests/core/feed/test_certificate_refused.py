"""Certificates that are changed, cut, or signed for something else are refused."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import Encodable, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    GENERATIONS_MAX,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.certificate import (
    DOMAIN,
    Join,
    open_certificate,
    sign_join,
    sign_leave,
)
from swarmfeed.core.feed.head import head_body
from swarmfeed.errors import BadEncodingError, BadProofError, BadSignatureError

from tests.core.feed.test_certificate import (
    AUTHOR,
    AUTHOR_ID,
    BOTH,
    FEED,
    FEED_ID,
    FIRST,
    JOIN,
    KEEP,
    LEAVE,
    NEXT,
    NEXT_HASH,
    OWNER,
    ROBBER,
    ROTATE,
    SAID,
    THIEF,
    signed_by,
)
from tests.core.samples import Author, claim_of, posts

ALL = (JOIN, FIRST, KEEP, LEAVE, ROTATE)


FALSE = (BadEncodingError, BadSignatureError, BadProofError)


@pytest.mark.attack("A12")
@pytest.mark.parametrize("signed", ALL)
def test_a_changed_bit_in_any_byte_is_refused(signed: bytes) -> None:
    for at in range(len(signed)):
        changed = bytearray(signed)
        changed[at] ^= 1 << at % 8
        with pytest.raises(FALSE):
            open_certificate(bytes(changed))


@pytest.mark.attack("A12")
@pytest.mark.parametrize("signed", ALL)
def test_a_certificate_cut_or_prolonged_is_refused(signed: bytes) -> None:
    for length in range(len(signed)):
        with pytest.raises(FALSE):
            open_certificate(signed[:length])
    for changed in (signed + b"\0", b"\0" + signed, signed[:-64] + b"e" + signed[-64:]):
        with pytest.raises(FALSE):
            open_certificate(changed)


JOIN_FIELDS: dict[str, Encodable] = {
    "author": AUTHOR_ID,
    "feed": FEED_ID,
    "from_ms": 1,
    "gen": 0,
    "key": AUTHOR.public,
    "next": NEXT_HASH,
    "type": "join",
}
OPENED = Join(**SAID, feed_id=FEED_ID, from_ms=1)


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    "domain",
    [
        b"",
        b"swarmfeed hello 1",
        b"swarmfeed certificate 1\n",
        b"swarmfeed certificate 2",
        b"\n",
    ],
)
def test_what_was_signed_for_something_else_is_no_certificate(domain: bytes) -> None:
    as_it_is = signed_by(BOTH, JOIN_FIELDS, domain)
    signature_moved = DOMAIN + encode(JOIN_FIELDS) + as_it_is[-128:]
    for signed in (as_it_is, signature_moved):
        with pytest.raises(FALSE):
            open_certificate(signed)


@pytest.mark.attack("A12")
def test_only_the_author_signs_leaves_and_only_the_next_key_a_rotate() -> None:
    leave: dict[str, Encodable] = {**JOIN_FIELDS, "type": "leave", "size": 1}
    rotate: dict[str, Encodable] = {
        "author": AUTHOR_ID,
        "gen": 1,
        "key": NEXT.public,
        "next": NEXT_HASH,
        "type": "rotate",
        "was": AUTHOR.public,
    }
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
            open_certificate(claim_of(ROBBER, FEED_ID, *signers))
    # The signatures of the true join say nothing about another author.
    message = claim_of(ROBBER, FEED_ID)
    for signatures in (JOIN[-128:], THIEF.sign(message) + JOIN[-64:]):
        with pytest.raises(BadSignatureError):
            open_certificate(message + signatures)


@pytest.mark.attack("A12")
def test_a_head_is_no_word_of_the_feed_about_its_author() -> None:
    head = Author(FEED).append(posts(0, 1)).signed_head
    signature = b64decode(head.split()[-1])[4:]
    verify_signature(FEED_ID, head_body(head), signature)
    message = claim_of(ROBBER, FEED_ID)
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


@pytest.mark.parametrize(("signed", "key"), [(LEAVE, FEED), (ROTATE, AUTHOR), (KEEP, FEED)])
def test_other_certificates_carry_one_signature(signed: bytes, key: SigningKey) -> None:
    with pytest.raises(BadEncodingError, match="too many"):
        open_certificate(signed + key.sign(signed[:-64]))


def test_a_later_key_in_a_certificate_is_ignored() -> None:
    later = signed_by(BOTH, {**JOIN_FIELDS, "zz": [1]})
    assert open_certificate(later) == OPENED


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
        {"key": b"a" * 33},
        {"gen": -1},
        {"gen": GENERATIONS_MAX},
        {"first": 0},
        {"first": 2},
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
    assert open_certificate(longest) == OPENED
    with pytest.raises(BadEncodingError, match="1001 bytes"):
        open_certificate(signed_by(BOTH, {**JOIN_FIELDS, "zz": b"a" * (101 + spare)}))


@pytest.mark.attack("A09")
@given(st.binary(max_size=200), st.booleans())
def test_garbage_raises_one_of_the_two_errors(garbage: bytes, with_domain: bool) -> None:
    with pytest.raises(FALSE):
        open_certificate(DOMAIN + garbage if with_domain else garbage)


def test_nothing_is_signed_that_nobody_would_accept() -> None:
    with pytest.raises(ValueError, match="from_ms"):
        sign_join(OWNER, FEED, from_ms=-1)
    with pytest.raises(ValueError, match="size"):
        sign_leave(OWNER, FEED_ID, size=FEED_ENTRIES_MAX + 1, from_ms=0)
    with pytest.raises(ValueError, match="feed"):
        sign_leave(OWNER, FeedId(b"short"), size=0, from_ms=0)
