"""What every index makes of what authors say: the fake and the real one pass the same."""

import pytest
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.errors import UserError
from swarmfeed.ports import Index, KnownAuthor

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    CYD,
    CYDS,
    LAPTOP,
    NOW_MS,
    PHONE,
    add,
    add_timed,
    ref_of,
    stored,
    texts,
)

# --- home --------------------------------------------------------------------------------


def test_home_shows_own_and_followed_authors(index: Index) -> None:
    index.save_own_author(ANN)
    add_timed(index, BOBS, (10, "bob1"))
    add_timed(index, CYDS, (20, "cyd"))
    add(index, LAPTOP, 0, [stored("own", 30), stored(FollowBody(BOB, True), 31)])
    assert texts(index.home(10, None)) == ["own", "bob1"]
    add(index, BOBS, 1, [stored("bob2", 40)])
    views = index.home(10, None)
    assert texts(views) == ["bob2", "own", "bob1"]
    assert texts(index.home(10, views[0].cursor)) == ["own", "bob1"]
    assert [index.newer_than(view.cursor) for view in views] == [0, 1, 2]


def test_home_takes_turns_between_authors_by_time(index: Index) -> None:
    index.save_own_author(ANN)
    add_timed(index, BOBS, (10, "b1"), (50, "b5"), (20, "b2"), (30, "b3"))
    add_timed(index, CYDS, (40, "c4"), (30, "c3"), (5, "c0"), (60, "c6"), (30, "c3 too"))
    add(index, PHONE, 0, [stored("a2", 25)])
    add(index, LAPTOP, 0, [stored(FollowBody(each, True)) for each in (BOB, CYD)])
    ordered = ["c6", "b5", "c4", "c3 too", "c3", "b3", "a2", "b2", "b1", "c0"]
    assert texts(index.home(100, None)) == ordered
    for length in range(1, 5):
        pages, before = [], None
        while page := index.home(length, before):
            pages += texts(page)
            before = page[-1].cursor
            assert index.newer_than(before) == len(pages) - 1
        assert pages == ordered


def test_unfollowing_takes_posts_off_the_home_timeline(index: Index) -> None:
    index.save_own_author(ANN)
    add_timed(index, BOBS, (10, "bob"))
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True), 1)])
    add(index, LAPTOP, 1, [stored(FollowBody(BOB, False), 2)])
    assert index.home(10, None) == []
    add(index, BOBS, 1, [stored("more", 11)])
    assert index.home(10, None) == []
    assert texts(index.author_posts(BOB, 10, None)) == ["more", "bob"]


def test_the_own_author_may_be_told_last_and_may_change(index: Index) -> None:
    add_timed(index, BOBS, (10, "bob"))
    add_timed(index, CYDS, (11, "cyd"))
    add(index, LAPTOP, 0, [stored("ann", 1), stored(FollowBody(BOB, True), 2)])
    assert index.home(10, None) == []
    index.save_own_author(ANN)
    assert texts(index.home(10, None)) == ["bob", "ann"]
    index.save_own_author(ANN)
    assert texts(index.home(10, None)) == ["bob", "ann"]
    index.save_own_author(CYD)
    assert texts(index.home(10, None)) == ["cyd"]


def test_following_oneself_and_stopping_keeps_own_posts_at_home(index: Index) -> None:
    index.save_own_author(ANN)
    follow, unfollow = FollowBody(ANN, True), FollowBody(ANN, False)
    add(index, LAPTOP, 0, [stored("own"), stored(follow, 1), stored(unfollow, 2)])
    assert texts(index.home(10, None)) == ["own"]


# --- who follows whom, and what they are called -------------------------------------------


def test_the_newest_word_on_each_followed_author_counts(index: Index) -> None:
    follow_bob, follow_cyd = FollowBody(BOB, True), FollowBody(CYD, True)
    unfollow_bob, unfollow_cyd = FollowBody(BOB, False), FollowBody(CYD, False)
    add(index, LAPTOP, 0, [stored(follow_cyd, 5), stored(follow_bob, 20)])
    add(index, PHONE, 0, [stored(unfollow_bob, 10), stored(unfollow_cyd, 6)])
    assert index.follows_of(ANN) == [BOB]
    assert index.followers_of(BOB) == [ANN]
    assert index.followers_of(CYD) == []
    add(index, CYDS, 0, [stored(FollowBody(BOB, True), 1), stored(FollowBody(ANN, True), 1)])
    assert index.followers_of(BOB) == [ANN, CYD]
    assert index.follows_of(CYD) == [ANN, BOB]
    add(index, LAPTOP, 2, [stored(unfollow_bob, 20)])
    assert index.follows_of(ANN) == [], "of one moment, the later entry counts"


def test_the_newest_profile_counts_whatever_arrives_first(index: Index) -> None:
    add(index, LAPTOP, 2, [stored(ProfileBody("Ann", "new"), 20), stored("hello", 1)])
    add(
        index,
        LAPTOP,
        0,
        [stored(ProfileBody("Annie", "old"), 10), stored(ProfileBody("A"), 20)],
    )
    assert index.author(ANN) == KnownAuthor(name="Ann", bio="new", post_count=1)
    assert index.author_posts(ANN, 1, None)[0].author_name == "Ann"


def test_an_author_is_known_by_a_feed_or_as_oneself(index: Index) -> None:
    index.reserve(BOBS, BOB, 0)
    index.save_own_author(ANN)
    add(index, BOBS, 0, [stored(FollowBody(CYD, True))])
    assert index.author(BOB) is not None
    assert index.author(ANN) is not None
    assert index.author(CYD) is None
    index.drop_feed(BOBS)
    assert index.author(BOB) is None


# --- search --------------------------------------------------------------------------------


SEARCHES = [
    ("river", ["river bank", "The River, Thames"]),
    ("RIVER thames", ["The River, Thames"]),
    ('"river thames"', ["The River, Thames"]),
    ('"thames river"', []),
    ("river -thames", ["river bank"]),
    ('river -"river bank"', ["The River, Thames"]),
    ("from:bob", ["Crème brûlée", "river bank"]),
    ("from:BOB river", ["river bank"]),
    ('from:"Cyd Vicious" river', ["The River, Thames"]),
    ("river -from:bob", ["The River, Thames"]),
    (f"from:{format_author(BOB)} river", ["river bank"]),
    (f"from:{format_author(ANN)}", []),
    ("from:nobody river", []),
    ("from:nobody river -from:nobody", []),
    ("river -from:nobody", ["river bank", "The River, Thames"]),
    ("from:bob from:cyd", []),
    ("creme", ["Crème brûlée"]),
    ("riv", []),
    ("riv*", ["river bank", "The River, Thames"]),
    ('"river tha"* -ban*', ["The River, Thames"]),
    ("from:böb river", ["river bank"]),
    ("river !", ["river bank", "The River, Thames"]),
    ("2", []),
]


@pytest.mark.parametrize(("words", "found"), SEARCHES)
def test_a_search_finds(index: Index, words: str, found: list[str]) -> None:
    add(
        index,
        BOBS,
        0,
        [stored(ProfileBody("Bob")), stored("river bank", 30), stored("Crème brûlée", 40)],
    )
    add(index, CYDS, 0, [stored(ProfileBody("Cyd Vicious")), stored("The River, Thames", 20)])
    assert texts(index.search(words, 10, None)) == found


def test_a_search_is_ordered_by_time_and_paged_by_cursor(index: Index) -> None:
    add_timed(index, BOBS, (30, "word c"), (10, "word a"), (20, "word b"), (5, "other"))
    first = index.search("word", 2, None)
    assert texts(first) == ["word c", "word b"]
    assert texts(index.search("word", 2, first[-1].cursor)) == ["word a"]


@pytest.mark.parametrize(
    "words",
    ["", "  ", "*", '"', "-", "-word", "-from:bob", "\u200d", "\x00", "\ud800", "!? --"],
)
def test_a_search_for_nothing_is_told_so(index: Index, words: str) -> None:
    with pytest.raises(UserError, match="needs a word"):
        index.search(words, 10, None)


def test_a_search_that_is_too_long_is_told_so(index: Index) -> None:
    index.search("a" * SEARCH_CHARS_MAX, 10, None)
    index.search("a " * SEARCH_TERMS_MAX, 10, None)
    with pytest.raises(UserError, match="characters"):
        index.search("a" * (SEARCH_CHARS_MAX + 1), 10, None)
    with pytest.raises(UserError, match="words"):
        index.search("a " * (SEARCH_TERMS_MAX + 1), 10, None)


# --- replies, edits, withdrawals -------------------------------------------------------------


def test_replies_are_counted_and_listed_oldest_first(index: Index) -> None:
    add(index, BOBS, 0, [stored("question")])
    asked = ref_of(index, BOBS, 0)
    add(index, CYDS, 0, [stored(PostBody("late", reply=asked), 50)])
    add(index, LAPTOP, 0, [stored(PostBody("early", reply=asked, root=asked), 40)])
    assert texts(index.replies(asked, 10)) == ["early", "late"]
    assert texts(index.replies(asked, 1)) == ["early"]
    view = index.post(BOBS, 0)
    assert view is not None
    assert view.reply_count == 2
    assert [reply.reply_to for reply in index.replies(asked, 10)] == [asked, asked]
    index.drop_feed(CYDS)
    assert texts(index.replies(asked, 10)) == ["early"]


def test_a_reply_may_come_before_what_it_answers(index: Index) -> None:
    record = stored("question")
    parent = EntryRef(BOBS, hash_stored(record), 0)
    add(index, CYDS, 0, [stored(PostBody("answer", reply=parent))])
    assert texts(index.replies(parent, 10)) == ["answer"]
    add(index, BOBS, 0, [record])
    view = index.post(BOBS, 0)
    assert view is not None
    assert view.reply_count == 1


ARRIVALS = [[(0, 4)], [(0, 1), (1, 4)], [(1, 4), (0, 1)], [(2, 4), (0, 2)]]
"""Orders in which four entries may be indexed."""

AMENDED = [
    stored("frist", 10),
    stored("second", 20),
    stored(EditBody(0, "first", "cw"), 30),
    stored("x"),
]


@pytest.mark.parametrize(
    "order", [[(0, 3)], [(0, 1), (1, 3)], [(1, 3), (0, 1)], [(2, 3), (0, 2)]]
)
def test_an_edit_counts_in_any_order_of_arrival(
    index: Index, order: list[tuple[int, int]]
) -> None:
    for start, end in order:
        add(index, BOBS, start, AMENDED[start:end])
    view = index.post(BOBS, 0)
    assert view is not None
    assert (view.text, view.cw, view.time_ms) == ("first", "cw", 10)
    assert view.ref.entry_hash == hash_stored(AMENDED[0])
    assert texts(index.search("first", 10, None)) == ["first"]
    assert index.search("frist", 10, None) == []
    assert index.post_by_hash(hash_stored(AMENDED[0])) == view


def test_the_newest_edit_counts(index: Index) -> None:
    add(index, BOBS, 0, [stored("one")])
    add(index, BOBS, 2, [stored(EditBody(0, "three"), 1)])
    add(index, BOBS, 1, [stored(EditBody(0, "two"), 2)])
    assert texts(index.author_posts(BOB, 10, None)) == ["three"]
    assert texts(index.search("three", 10, None)) == ["three"]
    assert index.search("two", 10, None) == []


@pytest.mark.parametrize(
    "body",
    [
        PostBody("text"),
        PostBody("a\x00b \ufeff e1:k4:post1:ti7ee 🌳"),
        PostBody("warned", cw="cw"),
        PostBody("tagged", tags=("tag",)),
        PostBody("answer", reply=EntryRef(CYDS, Hash(bytes(32)), 7)),
    ],
)
@pytest.mark.parametrize("time_ms", [0, NOW_MS, TIME_MS_MAX])
def test_a_post_has_the_hash_of_its_entry_before_and_after_edits(
    index: Index, body: PostBody, time_ms: int
) -> None:
    record = stored(body, time_ms)
    add(index, BOBS, 0, [stored("before"), record])
    add(index, CYDS, 0, [stored(PostBody("reply", reply=ref_of(index, BOBS, 1)))])
    for at, text in enumerate([body.text, "once", "twice", body.text], start=1):
        if at > 1:
            add(index, BOBS, at, [stored(EditBody(1, text), NOW_MS)])
        view = index.post(BOBS, 1)
        assert view is not None
        assert (view.ref.entry_hash, view.text) == (hash_stored(record), text)
        assert index.post_by_hash(hash_stored(record)) == view
        assert view.reply_count == 1


@pytest.mark.parametrize(
    "order", [[(0, 4)], [(0, 1), (1, 4)], [(1, 4), (0, 1)], [(2, 4), (0, 2)]]
)
def test_a_withdrawn_post_is_gone_in_any_order_of_arrival(
    index: Index, order: list[tuple[int, int]]
) -> None:
    records = [
        stored("regret"),
        stored("keep"),
        stored(WithdrawBody(0)),
        stored(EditBody(0, "regret again")),
    ]
    index.save_own_author(BOB)
    added = sum(add(index, BOBS, start, records[start:end]) for start, end in order)
    assert added == 2 if order[0] == (0, 1) else 1
    assert texts(index.home(10, None)) == ["keep"]
    assert texts(index.author_posts(BOB, 10, None)) == ["keep"]
    assert index.search("regret", 10, None) == []
    assert index.post(BOBS, 0) is None
    assert index.post_by_hash(hash_stored(records[0])) is None


def test_nobody_amends_the_posts_of_another_feed(index: Index) -> None:
    add(index, BOBS, 0, [stored("bob"), stored("bob too")])
    add(index, CYDS, 0, [stored("cyd"), stored(WithdrawBody(0)), stored(EditBody(1, "mine"))])
    assert texts(index.author_posts(BOB, 10, None)) == ["bob too", "bob"]


def test_withdrawn_replies_stand_as_long_as_one_below_them_is_not(index: Index) -> None:
    top = stored("top")
    add(index, BOBS, 0, [top])
    chain, above = [], EntryRef(BOBS, hash_stored(top), 0)
    for at in range(4):
        chain.append(stored(PostBody(f"level {at}", reply=above), NOW_MS + at))
        above = EntryRef(CYDS, hash_stored(chain[-1]), at)
    add(index, CYDS, 0, chain)
    found = index.post(BOBS, 0)
    assert found is not None
    for withdrawn, counts in ((0, (1, 4)), (2, (1, 4)), (1, (1, 4)), (3, (0, 0))):
        add(index, CYDS, 4 + withdrawn, [stored(WithdrawBody(withdrawn))])
        left = index.post(BOBS, 0)
        assert left is not None
        below = index.replies(found.ref, 10)
        assert (left.reply_count, index.count_below(found.ref, 10)) == counts
        assert [(view.withdrawn, view.reply_count) for view in below] == [(True, 1)] * counts[0]
