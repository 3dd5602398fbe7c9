"""What names a notification is read again as what it marks, and nothing else is taken."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.notifications import APPROACHES, BOOSTS, FOLLOWS, LIKES
from swarmfeed.core.asks.read_marks import (
    approach_name,
    mark_of_approach,
    mark_of_post,
    mark_of_regard,
    parse_name,
    read_up_to,
    regard_name,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId, FeedId

FEED = FeedId(bytes(range(32)))


@given(
    st.sampled_from([LIKES, BOOSTS, FOLLOWS]),
    st.integers(0, 2**32 - 1),
    st.integers(1, 10**15),
)
def test_a_name_says_what_it_marks(kind: str, index: int, time_ms: int) -> None:
    feed_id = None if kind == FOLLOWS else FEED
    mark = parse_name(regard_name(kind, feed_id, index, time_ms))
    assert mark == mark_of_regard(kind, feed_id, index, time_ms)
    assert read_up_to(mark.value) == time_ms


@given(st.sampled_from(APPROACHES), st.binary(min_size=32, max_size=32), st.integers(1, 10**15))
def test_the_mark_of_an_approach_says_what_it_marks(
    kind: str, raw: bytes, time_ms: int
) -> None:
    mark = parse_name(approach_name(kind, AuthorId(raw), time_ms))
    assert mark == mark_of_approach(kind, AuthorId(raw), time_ms)
    assert read_up_to(mark.value) == time_ms


def test_likes_boosts_followers_and_posts_are_told_apart() -> None:
    keys = [mark_of_regard(each, FEED, 3, 5).key for each in (LIKES, BOOSTS)]
    keys += [mark_of_regard(FOLLOWS, None, 3, 5).key, mark_of_post(FEED, 3).key]
    keys += [mark_of_approach(each, AuthorId(FEED), 5).key for each in APPROACHES]
    assert len({*keys}) == 7
    post = parse_name(f"{format_address(FEED)}/3")
    assert post == mark_of_post(FEED, 3) and post.value == b"1" and read_up_to(b"1") == 0


@given(st.text(max_size=40))
def test_nothing_else_is_a_name(text: str) -> None:
    for name in (text, f"follows:{text}", f"follows:3@{text}", f"smiles:{text}@3"):
        mark = parse_name(name) if "/" not in name else None
        assert mark is None or name in (f"follows:{text}", f"follows:3@{text}")
