"""Badges: who somebody is, for those in the same network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.authors import author_of, moved
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.certificate import (
    Certificate,
    open_certificate,
    sign_join,
    sign_leave,
    sign_rotate,
)
from swarmfeed.core.near.badge import DOMAIN, Badge, is_proven, open_badge, sign_badge
from swarmfeed.core.near.limits import BADGE_BYTES_MAX
from swarmfeed.errors import BadEncodingError, BadSignatureError, RemoteError

AUTHOR = author_of(bytes(31) + b"a")
FEED = SigningKey(bytes(31) + b"f")
ANNA = Badge(
    author_id=AUTHOR.author_id,
    feed_id=FeedId(FEED.public),
    node_id=NodeId(b"n" * 32),
    name="Anna",
)
JOIN = open_certificate(sign_join(AUTHOR, FEED, from_ms=1, is_first=True))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=NAME_CHARS_MAX))
def test_what_was_signed_is_read_and_fits_whatever_the_name(name: str) -> None:
    badge = Badge(
        author_id=ANNA.author_id, feed_id=ANNA.feed_id, node_id=ANNA.node_id, name=name
    )
    signed = sign_badge(badge, FEED.sign)
    assert len(signed) <= BADGE_BYTES_MAX and open_badge(signed) == badge


@pytest.mark.attack("A328")
def test_who_has_another_key_signs_no_badge_of_this_feed() -> None:
    other = SigningKey(bytes(31) + b"x")
    with pytest.raises(BadSignatureError):
        open_badge(sign_badge(ANNA, other.sign))


@given(st.binary(max_size=BADGE_BYTES_MAX + 1))
def test_garbage_is_no_badge(garbage: bytes) -> None:
    for each in (garbage, DOMAIN + garbage):
        with pytest.raises(RemoteError):
            open_badge(each)


def test_one_that_is_too_long_is_none() -> None:
    with pytest.raises(BadEncodingError):
        open_badge(DOMAIN + bytes(BADGE_BYTES_MAX))


@pytest.mark.attack("A328")
@pytest.mark.parametrize(
    ("opened", "is_theirs"),
    [
        ([JOIN], True),
        ([], False),
        ([open_certificate(sign_join(AUTHOR, SigningKey(bytes(32)), from_ms=1))], False),
        ([JOIN, open_certificate(sign_leave(AUTHOR, ANNA.feed_id, size=3, from_ms=2))], False),
    ],
    ids=["joined", "nothing", "another feed", "left"],
)
def test_the_feed_is_the_authors_by_certificates_that_still_count(
    opened: list[Certificate], is_theirs: bool
) -> None:
    assert is_proven(ANNA, opened) is is_theirs


@pytest.mark.attack("A328")
def test_a_device_that_a_new_sheet_left_out_speaks_for_nobody() -> None:
    later, fresh = moved(AUTHOR), SigningKey(bytes(31) + b"g")
    rotate = open_certificate(sign_rotate(later, AUTHOR.key))
    join = open_certificate(sign_join(later, fresh, from_ms=2))
    assert is_proven(ANNA, [JOIN, rotate]) and not is_proven(ANNA, [JOIN, rotate, join])
