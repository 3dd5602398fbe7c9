"""The public id of a post follows from its entry alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.public_id import public_id, time_of_id

FEED = FeedId(bytes(range(32)))

times = st.integers(0, 2**47 - 1)
indices = st.integers(0, 2**32 - 1)


@given(st.binary(min_size=32, max_size=32), indices, times)
def test_an_id_tells_the_time_and_fits_a_signed_number(
    feed: bytes, index: int, time_ms: int
) -> None:
    name = public_id(FeedId(feed), index, time_ms)
    assert time_of_id(name) == time_ms
    assert 0 <= int(name) < 2**63


def test_ids_of_later_posts_are_larger() -> None:
    assert int(public_id(FEED, 9, 5)) < int(public_id(FEED, 1, 6))
    assert public_id(FEED, 1, 5) != public_id(FEED, 2, 5) != public_id(FeedId(bytes(32)), 2, 5)


def test_what_claims_too_late_a_time_has_no_id() -> None:
    assert public_id(FEED, 0, 2**47 - 1) != ""
    assert public_id(FEED, 0, 2**47) == public_id(FEED, 0, 10**15 - 1) == ""


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", " 1", "01", "1.0", "x", "٣", "1" * 20, str(2**63), "9" * 19, "²"],
)
def test_junk_is_no_id(text: str) -> None:
    assert time_of_id(text) is None
