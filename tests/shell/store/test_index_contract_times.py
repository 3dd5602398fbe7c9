"""What counts and where it stands does not depend on clocks: the fake and the real index."""

from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.fakes.index import FakeIndex
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    FollowBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
)
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    CYD,
    CYDS,
    LAPTOP,
    NOW_MS,
    OWNER,
    PHONE,
    add,
    add_timed,
    seen_at,
    stored,
    texts,
)

YEAR_MS = 365 * 24 * 3600 * 1000
AHEAD_MS = NOW_MS + YEAR_MS

# --- words: whom one follows, how one is called ------------------------------------------


@pytest.mark.attack("A25")
@pytest.mark.parametrize("first_ms", [AHEAD_MS, NOW_MS - YEAR_MS])
@pytest.mark.parametrize("seen", [PLAIN, seen_at(NOW_MS)])
def test_within_a_feed_the_later_word_counts(
    index: Index, first_ms: int, seen: Reckoning
) -> None:
    index.save_own_author(ANN)
    first = [stored(FollowBody(BOB, True), first_ms), stored(ProfileBody("Old"), first_ms)]
    add(index, LAPTOP, 0, first, seen)
    assert index.follows_of(ANN) == [BOB]
    add(index, LAPTOP, 2, [stored(FollowBody(BOB, False)), stored(ProfileBody("New"))], seen)
    known = index.author(ANN)
    assert known is not None and known.name == "New"
    assert index.follows_of(ANN) == index.followers_of(BOB) == []
    add(index, LAPTOP, 4, [stored(FollowBody(BOB, True), 1)], seen)
    assert index.followers_of(BOB) == [ANN]


def test_an_earlier_word_that_comes_later_does_not_count(index: Index) -> None:
    index.reserve(LAPTOP, ANN, 4)
    add(index, LAPTOP, 2, [stored(FollowBody(BOB, False), 1), stored(ProfileBody("New"), 1)])
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True), 9), stored(ProfileBody("Old"), 9)])
    assert index.follows_of(ANN) == []
    known = index.author(ANN)
    assert known is not None and known.name == "New"


def test_a_dropped_feed_lets_the_word_of_another_count_again(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True), 1), stored(ProfileBody("Ann"), 1)])
    add(index, PHONE, 0, [stored(FollowBody(BOB, False), 2), stored(ProfileBody("Phone"), 2)])
    assert index.follows_of(ANN) == []
    index.drop_feed(PHONE)
    assert index.follows_of(ANN) == [BOB]
    known = index.author(ANN)
    assert known is not None and known.name == "Ann"
    add_timed(index, BOBS, (5, "bob"))
    assert texts(index.home(9, None)) == ["bob"]


def test_across_feeds_the_time_first_seen_decides_and_then_the_feed(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(ProfileBody("ahead"), AHEAD_MS)], seen_at(NOW_MS))
    add(index, PHONE, 0, [stored(ProfileBody("later"), NOW_MS + 1)])
    known = index.author(ANN)
    assert known is not None and known.name == "later"
    add(index, LAPTOP, 1, [stored(ProfileBody("same time"), NOW_MS + 1)])
    known = index.author(ANN)
    assert known is not None and known.name == "later", "the phone has the higher id"


def test_the_place_of_a_withdrawn_reply_is_judged_like_that_of_others(index: Index) -> None:
    top = stored(PostBody("top"), 5)
    add(index, BOBS, 0, [top])
    ref = EntryRef(BOBS, hash_stored(top), 0)
    ahead = stored(PostBody("ahead", reply=ref), AHEAD_MS)
    below = PostBody("below", reply=EntryRef(CYDS, hash_stored(ahead), 0))
    add(index, CYDS, 0, [ahead, stored(below, NOW_MS), stored(WithdrawBody(0), NOW_MS)])
    add(index, LAPTOP, 0, [stored(PostBody("right", reply=ref), NOW_MS + 9)])
    for reckoning, withdrawn in (
        (PLAIN, [False, True]),
        (seen_at(NOW_MS), [True, False]),
        (PLAIN, [False, True]),
    ):
        index.resort(CYDS, 0, 3, reckoning)
        assert [view.withdrawn for view in index.replies(ref, 9)] == withdrawn


# --- the same whatever came first --------------------------------------------------------

times = st.integers(0, 4).map(lambda number: NOW_MS + (number - 2) * YEAR_MS)
bodies = st.one_of(
    st.sampled_from(["word a", "word b"]).map(PostBody),
    st.builds(FollowBody, st.sampled_from([BOB, CYD]), st.booleans()),
    st.sampled_from(["Ann", "Nan"]).map(ProfileBody),
    st.builds(EditBody, st.integers(0, 5), st.just("word c")),
    st.just(PostBody("word d", reply=EntryRef(BOBS, Hash(bytes(32)), 0))),
)
feeds = st.fixed_dictionaries(
    dict.fromkeys(OWNER, st.lists(st.tuples(bodies, times), min_size=1, max_size=6))
)
Told = dict[FeedId, list[tuple[Body, int]]]


def ask_everything(index: Index) -> list[object]:
    pages = [index.home(50, None), index.search("word", 50, None)]
    pages += [index.author_posts(each, 50, None) for each in (ANN, BOB, CYD)]
    pages += [index.replies(EntryRef(BOBS, Hash(bytes(32)), 0), 50)]
    cursors = [view.cursor for view in pages[0]]
    return [
        *pages,
        *(index.home(2, cursor) for cursor in cursors),
        *(index.search("word", 2, cursor) for cursor in cursors),
        *(index.newer_than(cursor) for cursor in cursors),
        *(index.follows_of(each) for each in (ANN, BOB, CYD)),
        *(index.followers_of(each) for each in (ANN, BOB, CYD)),
        *(index.author(each) for each in (ANN, BOB, CYD)),
        *([index.post_by_id(view.id) == view for view in page] for page in pages),
    ]


def fill(index: Index, told: Told, order: Sequence[tuple[FeedId, int, int]]) -> None:
    index.save_own_author(ANN)
    for feed_id, start, stop in order:
        records = [stored(body, time_ms) for body, time_ms in told[feed_id]]
        add(index, feed_id, start, records[start:stop], seen_at(NOW_MS, 0, 3))


@pytest.mark.slow
@pytest.mark.attack("A25")
@given(st.data(), feeds)
def test_the_order_in_which_entries_are_indexed_changes_nothing(
    data: st.DataObject, told: Told
) -> None:
    whole = [(feed_id, 0, len(told[feed_id])) for feed_id in told]
    cuts = [
        (feed_id, start, stop)
        for feed_id in told
        for start, stop in pairwise(
            sorted({0, len(told[feed_id]), data.draw(st.integers(0, len(told[feed_id])))})
        )
    ]
    shuffled = data.draw(st.permutations(cuts))
    fake = FakeIndex()
    fill(fake, told, shuffled)
    with TemporaryDirectory() as folder:
        with closing(SqliteIndex(Path(folder) / "1.db")) as index:
            fill(index, told, whole)
            expected = ask_everything(index)
        with closing(SqliteIndex(Path(folder) / "2.db")) as index:
            fill(index, told, shuffled)
            assert ask_everything(index) == expected == ask_everything(fake)
            index.clear()
            fill(index, told, list(reversed(shuffled)))
            assert ask_everything(index) == expected


def test_pages_go_on_in_the_midst_of_one_millisecond(index: Index) -> None:
    index.save_own_author(ANN)
    for feed_id in (PHONE, LAPTOP):
        add_timed(index, feed_id, *((5, f"{feed_id[0]} {at}") for at in range(3)))
    whole = index.home(50, None)
    assert texts(whole) == ["12 2", "12 1", "12 0", "11 2", "11 1", "11 0"]
    for count, view in enumerate(whole, start=1):
        assert index.home(50, view.cursor) == whole[count:]
        assert index.search("12 OR 11", 50, view.cursor) == []
        assert index.newer_than(view.cursor) == count - 1


# --- seen later than indexed -------------------------------------------------------------


def test_what_is_seen_later_is_sorted_anew(index: Index) -> None:
    index.save_own_author(ANN)
    add_timed(index, LAPTOP, (AHEAD_MS, "ahead"), (NOW_MS, "now"), (AHEAD_MS, "also ahead"))
    words = [stored(ProfileBody("Laptop"), AHEAD_MS), stored(FollowBody(BOB, True), AHEAD_MS)]
    add(index, LAPTOP, 3, words)
    add(index, PHONE, 0, [stored(ProfileBody("Phone")), stored(FollowBody(BOB, False))])
    assert texts(index.home(9, None)) == ["also ahead", "ahead", "now"]
    assert index.feeds_later_than(NOW_MS + POST_AHEAD_MS_MAX) == [LAPTOP]
    index.resort(LAPTOP, 0, 5, seen_at(NOW_MS - 1))
    assert index.feeds_later_than(NOW_MS) == []
    views = index.home(9, None)
    assert texts(views) == ["now", "also ahead", "ahead"]
    assert [(view.is_ahead, view.time_ms) for view in views] == [
        (False, NOW_MS),
        (True, AHEAD_MS),
        (True, AHEAD_MS),
    ]
    known = index.author(ANN)
    assert known is not None and known.name == "Phone"
    assert index.follows_of(ANN) == []
    index.resort(LAPTOP, 0, 5, PLAIN)
    assert texts(index.home(9, None)) == ["also ahead", "ahead", "now"]
    assert index.follows_of(ANN) == [BOB]


def test_only_the_named_entries_are_sorted_anew(index: Index) -> None:
    add_timed(index, BOBS, *((AHEAD_MS, f"b{at}") for at in range(4)))
    index.resort(BOBS, 1, 3, seen_at(NOW_MS))
    assert texts(index.author_posts(BOB, 9, None)) == ["b3", "b0", "b2", "b1"]
    index.resort(CYDS, 0, 9, seen_at(NOW_MS))


def test_a_time_is_agreed_on_by_followed_authors_only(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored(FollowBody(each, True), 7) for each in (BOB, CYD)])
    assert index.time_agreed_on(1) == 0
    add_timed(index, BOBS, (AHEAD_MS, "bob"), (5, "bob"), seen=seen_at(NOW_MS))
    add_timed(index, CYDS, (NOW_MS, "cyd"))
    assert [index.time_agreed_on(count) for count in (1, 2, 3)] == [AHEAD_MS, NOW_MS, 0]
    add(index, LAPTOP, 2, [stored(FollowBody(BOB, False))])
    assert index.time_agreed_on(1) == NOW_MS


# --- public ids --------------------------------------------------------------------------


def namesakes() -> tuple[int, int]:
    """Two entries of one feed that have the same id if they claim the same time."""
    seen: dict[str, int] = {}
    for at in range(2000):
        name = public_id(BOBS, at, 5)
        if name in seen:
            return seen[name], at
        seen[name] = at
    raise AssertionError("2,000 have 30 pairs")


def test_of_posts_with_the_same_id_the_lower_has_it(index: Index) -> None:
    first, second = namesakes()
    record = stored("word", 5)
    add(index, BOBS, second, [record])
    later = index.post_by_id(public_id(BOBS, first, 5))
    assert later is not None and later.ref.index == second
    add(index, BOBS, first, [record])
    found = index.post_by_id(later.id)
    assert found is not None and found.ref.index == first


def test_an_id_names_a_post_wherever_it_is_sorted(index: Index) -> None:
    add_timed(index, BOBS, (AHEAD_MS, "ahead"), (2**47, "too late"), seen=seen_at(NOW_MS))
    add_timed(index, CYDS, (NOW_MS, "now"))
    ahead, late = index.post(BOBS, 0), index.post(BOBS, 1)
    assert ahead is not None and late is not None
    assert index.post_by_id(public_id(BOBS, 0, AHEAD_MS)) == ahead
    assert late.id == "" and index.post_by_id("") is None
    assert index.post_by_id(public_id(BOBS, 0, NOW_MS)) is None
    assert index.post_by_id("no number") is None
