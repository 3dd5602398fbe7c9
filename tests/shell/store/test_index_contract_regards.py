"""Who likes and boosts my posts and who follows me: the fake and the real index agree."""

import pytest
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import BOOSTS, FOLLOWS, LIKES
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import (
    BoostBody,
    FollowBody,
    ProfileBody,
    ReactBody,
    WithdrawBody,
)
from swarmfeed.ports import Index, KnownRegard

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
    seen_at,
    stored,
)

DAY_MS = 24 * 3_600 * 1_000
NOON_MS = NOW_MS // DAY_MS * DAY_MS + DAY_MS // 2
MINE, OTHER = stored("mine", NOON_MS - 9), stored("another", NOON_MS - 8)
REF = EntryRef(LAPTOP, hash_stored(MINE), 0)
OTHER_REF = EntryRef(LAPTOP, hash_stored(OTHER), 1)


def own(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE, OTHER])


def like(ref: EntryRef, after_ms: int = 0) -> bytes:
    return stored(ReactBody(ref, "♥"), NOON_MS + after_ms)


def told(index: Index, **how: object) -> list[tuple[str, int, str]]:
    """Of each what was done with which post, and the letters of who did."""
    found = index.regards(10, None, **how)  # type: ignore[arg-type]  # as in the port
    return [(each.type, each.index, letters(each)) for each in found]


def letters(regard: KnownRegard) -> str:
    assert regard.count == len(regard.people)
    return "".join({BOB: "b", CYD: "c"}[each.author_id] for each in regard.people)


def test_who_did_the_same_with_one_post_stands_together_the_newest_first(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 1), stored(BoostBody(REF), NOON_MS + 2)])
    add(index, CYDS, 0, [like(REF, 3), like(OTHER_REF, 4), stored(ProfileBody("Cyd", ""))])
    assert told(index) == [(LIKES, 1, "c"), (LIKES, 0, "cb"), (BOOSTS, 0, "b")]
    newest = index.regards(1, None)[0]
    assert newest.time_ms == newest.cursor.time_ms == NOON_MS + 4
    assert [each.author_name for each in newest.people] == ["Cyd"]
    assert [each[0] for each in told(index, types=(BOOSTS,))] == [BOOSTS]
    unnamed = index.regards(10, None, named=False)
    assert [(each.type, each.people) for each in unnamed] == [
        (LIKES, ()),
        (LIKES, ()),
        (BOOSTS, ()),
    ]


def test_what_i_do_with_my_own_posts_and_what_others_do_with_others_is_none(
    index: Index,
) -> None:
    own(index)
    add(index, LAPTOP, 2, [like(REF)])
    add(index, PHONE, 0, [stored(BoostBody(REF))])
    add(index, BOBS, 0, [stored("Bob's")])
    add(index, CYDS, 0, [like(EntryRef(BOBS, hash_stored(stored("Bob's")), 0))])
    assert told(index) == []


def test_what_is_taken_back_is_gone(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 1), stored(FollowBody(ANN, True), NOON_MS)])
    add(index, CYDS, 0, [like(REF, 2)])
    assert told(index) == [(LIKES, 0, "cb"), (FOLLOWS, NOON_MS // DAY_MS, "b")]
    add(index, CYDS, 1, [stored(ReactBody(REF, ""), NOON_MS + 3)])
    assert told(index)[0] == (LIKES, 0, "b")
    assert index.regards(1, None)[0].cursor.time_ms == NOON_MS + 1
    off = [stored(ReactBody(REF, ""), NOON_MS + 4), stored(FollowBody(ANN, False), NOON_MS + 4)]
    add(index, BOBS, 2, off)
    assert told(index) == []


def test_followers_stand_together_by_the_day(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [stored(FollowBody(ANN, True), NOON_MS)])
    add(index, CYDS, 0, [stored(FollowBody(ANN, True), NOON_MS + 5)])
    day = NOON_MS // DAY_MS
    assert told(index) == [(FOLLOWS, day, "cb")]
    add(index, CYDS, 1, [stored(FollowBody(ANN, True), NOON_MS + DAY_MS)])
    assert told(index) == [(FOLLOWS, day + 1, "c"), (FOLLOWS, day, "b")]
    add(index, LAPTOP, 2, [stored(FollowBody(BOB, True))])
    assert len(told(index)) == 2, "whom I follow is no notice to me"


def test_of_whom_nothing_is_to_be_heard_nobody_is_told(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 1), stored(FollowBody(ANN, True), NOON_MS)])
    add(index, CYDS, 0, [like(REF, 9)])
    without_cyd = index.regards(10, None, (CYD,))
    assert [letters(each) for each in without_cyd] == ["b", "b"]
    assert without_cyd[0].time_ms == NOON_MS + 1, "and their like makes nothing newer"
    assert told(index, without=(BOB, CYD)) == []


@pytest.mark.attack("A253")
def test_a_like_of_what_i_never_wrote_is_none(index: Index) -> None:
    own(index)
    forged = [EntryRef(LAPTOP, REF.entry_hash, 1), EntryRef(LAPTOP, REF.entry_hash, 77)]
    add(index, BOBS, 0, [like(ref) for ref in forged])
    assert told(index) == []


@pytest.mark.attack("A253")
def test_who_likes_and_takes_it_back_again_and_again_is_told_of_once(index: Index) -> None:
    own(index)
    toggled = [
        like(REF, n) if n % 2 else stored(ReactBody(REF, ""), NOON_MS + n) for n in range(50)
    ]
    add(index, BOBS, 0, toggled)
    assert told(index) == [(LIKES, 0, "b")]


def test_a_like_that_came_before_the_post_is_told_when_it_is_here(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, BOBS, 0, [like(REF)])
    assert told(index) == []
    index.reserve(LAPTOP, ANN, 2)
    add(index, LAPTOP, 0, [MINE, OTHER])
    assert told(index) == [(LIKES, 0, "b")]
    add(index, LAPTOP, 2, [stored(WithdrawBody(0))])
    assert told(index) == []


def test_a_feed_that_is_let_go_takes_its_word_along_and_a_new_index_is_the_same(
    index: Index,
) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 1)])
    add(index, CYDS, 0, [like(REF, 2)])
    index.drop_feed(CYDS)
    assert told(index) == [(LIKES, 0, "b")]
    index.drop_feed(LAPTOP)
    assert told(index) == []
    add(index, LAPTOP, 0, [MINE, OTHER])
    assert told(index) == [(LIKES, 0, "b")]


def test_a_like_dated_ahead_is_sorted_by_when_it_was_seen(index: Index) -> None:
    own(index)
    ahead = like(REF, POST_AHEAD_MS_MAX + 10 * DAY_MS)
    add(index, BOBS, 0, [ahead], seen_at(NOON_MS + 7))
    (regard,) = index.regards(10, None)
    assert regard.time_ms == NOON_MS + 7


def test_pages_go_on_where_one_ended(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 5), like(OTHER_REF, 5), stored(BoostBody(REF), NOON_MS + 5)])
    add(index, CYDS, 0, [stored(FollowBody(ANN, True), NOON_MS + 5)])
    pages: list[tuple[str, int]] = []
    place: Cursor | None = None
    while page := index.regards(1, place):
        pages += [(each.type, each.index) for each in page]
        place = page[-1].cursor
    assert pages == [(FOLLOWS, NOON_MS // DAY_MS), (LIKES, 1), (BOOSTS, 0), (LIKES, 0)]


def test_more_people_are_counted_than_named(index: Index) -> None:
    own(index)
    for number in (5, 6, 7, 8, 9):
        liked, by = like(REF, number), bytes([number]) * 32
        index.add_entries(FeedId(by), AuthorId(by), 0, [liked], [hash_stored(liked)])
    (regard,) = index.regards(10, None)
    assert regard.count == 5
    assert [each.author_id[0] for each in regard.people] == [9, 8, 7], "the newest by name"


def test_a_mute_of_somebody_who_did_nothing_changes_nothing(index: Index) -> None:
    own(index)
    add(index, BOBS, 0, [like(REF, 1)])
    assert index.regards(10, None, (AuthorId(b"x" * 32),)) == index.regards(10, None)
