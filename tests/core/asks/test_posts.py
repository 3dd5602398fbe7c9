"""Pages of posts, and what they are called in them."""

import pytest
from msgspec.structs import replace
from street.fakes.anna import make_post
from swarmfeed.core.asks.posts import names_in, page_of, ref_text, told_apart
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import UserError

FIRST = make_post(3, "first", time_ms=5)
OTHER = make_post(4, "other", time_ms=6)


def test_of_two_posts_with_the_same_id_the_lower_keeps_it() -> None:
    higher = replace(make_post(9, "higher", time_ms=5), id=FIRST.id)
    low_feed = replace(higher, ref=replace(higher.ref, feed_id=FeedId(bytes(32))))
    assert [post.id for post in told_apart([higher, OTHER, FIRST])] == ["", OTHER.id, FIRST.id]
    assert [post.id for post in told_apart([FIRST, low_feed])] == ["", FIRST.id]
    assert [post.id for post in page_of([FIRST, higher], 9).posts] == [FIRST.id, ""]


def test_posts_without_an_id_stay_without() -> None:
    nameless = [replace(FIRST, id=""), replace(OTHER, id="")]
    assert list(told_apart(nameless)) == nameless


def test_a_page_goes_on_only_when_it_is_full() -> None:
    assert page_of([FIRST, OTHER], 2).next == OTHER.cursor
    assert page_of([FIRST, OTHER], 3).next is None
    assert page_of([], 0).next is None
    assert ref_text(FIRST.ref).endswith("/3")


def test_several_are_named_with_commas_between_up_to_a_bound() -> None:
    assert names_in(" a, b ,, a,") == ["a", "b", "a"]
    assert names_in(" ") == []
    assert len(names_in("x," * PAGE_POSTS_MAX)) == PAGE_POSTS_MAX
    with pytest.raises(UserError, match="At most"):
        names_in("x," * (PAGE_POSTS_MAX + 1))
