"""Whose bytes a server takes, how many, and which go first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history.availability import DAY_MS
from swarmfeed.core.history.quota import (
    AUTHOR_BYTES_MAX,
    AUTHOR_BYTES_PER_DAY,
    AUTHOR_BYTES_START,
    Friend,
    HeldFeed,
    Usage,
    accrue,
    author_quota_bytes,
    charge,
    first_allowance,
    introducers,
    plan_eviction,
    refusal,
    spend,
)
from swarmfeed.core.history.slack import COPIES_MIN

DISK = 10**9
KB = 1024


def author(number: int) -> AuthorId:
    return AuthorId(number.to_bytes(32, "big"))


def friends_of(count: int, follows: int = 50) -> list[Friend]:
    """Friends who each follow authors of their own."""
    return [
        Friend(author(number), frozenset(author(1000 * number + n) for n in range(1, follows)))
        for number in range(1, count + 1)
    ]


def usage(friend: int = 0, used: int = 0) -> Usage:
    return Usage(DISK, used, {}, {author(friend): float(used)})


def held(
    number: int,
    *,
    size: int = 100,
    over: bool = False,
    asked: float = 1,
    loss: float = 0.01,
    others: float = 3,
) -> HeldFeed:
    feed_id = FeedId(number.to_bytes(32, "big"))
    return HeldFeed(feed_id, size, over, asked, loss, others)


def test_space_flows_from_friends_to_those_they_follow() -> None:
    friends = friends_of(10)
    share = DISK // 10 // 50
    assert author_quota_bytes(author(1001), friends, DISK) == share
    assert author_quota_bytes(author(1), friends, DISK) == AUTHOR_BYTES_MAX < 5 * share
    assert author_quota_bytes(author(99), friends, DISK) == 0
    assert introducers(author(1001), friends) == [author(1)]


def test_two_friends_who_block_an_author_end_its_share() -> None:
    blocked = frozenset({author(7)})
    friends = [Friend(author(n), blocked, blocked if n < 3 else frozenset()) for n in (1, 2, 3)]
    assert author_quota_bytes(author(7), friends, DISK) == 0
    assert author_quota_bytes(author(7), friends[1:], DISK) > 0


def test_an_allowance_grows_by_the_day_and_has_an_end() -> None:
    start = first_allowance(0)
    assert accrue(spend(start, AUTHOR_BYTES_START), DAY_MS).left_bytes == AUTHOR_BYTES_PER_DAY
    assert accrue(start, 10_000 * DAY_MS).left_bytes == AUTHOR_BYTES_MAX
    assert accrue(start, -DAY_MS) == start


@pytest.mark.parametrize(
    ("who", "size", "taken", "sentence"),
    [
        (1001, 100 * KB, 0, ""),
        (99, 1, 0, "outside our scope"),
        (1001, 2 * KB, DISK - KB, "what is given of the disk is full"),
        (1001, 3 * KB * KB, 0, "quota is full"),
        (1001, 1500 * KB, 0, "adds too fast"),
        (1001, 100 * KB, DISK // 10, "the part of the 1 friend behind the author is full"),
    ],
)
def test_a_refusal_says_why(who: int, size: int, taken: int, sentence: str) -> None:
    said = refusal(author(who), size, friends_of(10), usage(1, taken), first_allowance(0))
    assert (sentence in said) if sentence else (said == "")


@pytest.mark.attack("A18")
@pytest.mark.attack("A37")
@given(st.integers(1, 4), st.integers(1, 400), st.integers(1, 900 * KB))
def test_a_crowd_gets_no_more_than_those_who_introduced_it(
    edges: int, crowd: int, size: int
) -> None:
    honest, disk = 6, 20 * KB * KB
    sybils = frozenset(author(10_000 + number) for number in range(crowd))
    friends = [Friend(author(number), sybils) for number in range(edges)]
    friends += [Friend(author(100 + number), frozenset()) for number in range(honest)]
    used = Usage(disk, 0, {}, {})
    for sybil in sorted(sybils)[:120]:
        if not refusal(sybil, size, friends, used, first_allowance(0)):
            used = charge(sybil, size, friends, used)
    assert used.used_bytes <= edges * disk / len(friends)


def test_a_full_friend_does_not_shut_out_whom_another_introduced() -> None:
    friends = [Friend(author(n), frozenset({author(7)})) for n in (1, 2)]
    full = Usage(DISK, DISK // 2, {}, {author(1): DISK / 2})
    assert refusal(author(7), KB, friends, full, first_allowance(0)) == ""
    assert charge(author(7), KB, friends, full).by_introducer[author(2)] == KB


def test_what_is_over_quota_goes_first_then_what_serves_least() -> None:
    feeds = [held(1, asked=5), held(2, asked=1), held(3, over=True, asked=9)]
    plan = plan_eviction(feeds, 10_000)
    assert [each.feed_id[-1] for each in plan] == [3, 2, 1]
    assert all(each.reason for each in plan)
    assert len(plan_eviction(feeds, 150)) == 2
    assert plan_eviction(feeds, 0) == []


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=20))
def test_a_feed_that_needs_us_is_never_let_go(feeds: list[tuple[float, bool]]) -> None:
    all_of = [held(n, others=c, over=over) for n, (c, over) in enumerate(feeds)]
    needed = {each.feed_id for each in all_of if each.other_copies < COPIES_MIN}
    assert needed.isdisjoint(each.feed_id for each in plan_eviction(all_of, 10**9))


def test_what_nobody_asks_for_is_still_worth_something() -> None:
    plan = plan_eviction([held(1, asked=0, loss=0.5), held(2, asked=0, loss=0.1)], 100)
    assert [each.feed_id[-1] for each in plan] == [2]
