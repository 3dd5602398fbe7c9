"""Parents held against each other: who leaves posts out, and who brings what nobody wants."""

import pytest
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.push.limits import (
    FALSE_PUSHES_MAX,
    LEFT_OUT_MAX,
    SETTLES_MS,
    WATCHED_MAX,
    WATCHED_MS,
)
from swarmfeed.core.push.watching import ParentsWatch

ONE, OTHER = NodeId(b"1" * 32), NodeId(b"2" * 32)


def post(number: int) -> Hash:
    return Hash(number.to_bytes(32, "big"))


def misleading(watch: ParentsWatch, now_ms: int) -> list[NodeId]:
    """Who left out too much, where others have all that is asked for."""
    doubts = watch.doubts(now_ms)
    return [each for each, posts in doubts.items() if watch.left_out(each, len(posts))]


def settled(*parents: NodeId) -> ParentsWatch:
    watch = ParentsWatch()
    for each in parents:
        watch.came(each, 0)
    return watch


@pytest.mark.attack("A121")
def test_who_names_nothing_that_the_other_names_is_told_once() -> None:
    watch = settled(ONE, OTHER)
    for number in range(LEFT_OUT_MAX):
        watch.brought(ONE, post(number), SETTLES_MS)
    assert misleading(watch, SETTLES_MS + WATCHED_MS - 1) == []
    assert misleading(watch, SETTLES_MS + WATCHED_MS) == [OTHER]
    assert misleading(watch, SETTLES_MS + 9 * WATCHED_MS) == []


@pytest.mark.attack("A121")
def test_of_ids_that_a_parent_made_up_nobody_is_suspected() -> None:
    watch = settled(ONE, OTHER)
    made_up, true = range(10 * LEFT_OUT_MAX), range(1_000, 1_000 + LEFT_OUT_MAX)
    watch.named(ONE, map(post, made_up), SETTLES_MS)
    assert misleading(watch, SETTLES_MS + WATCHED_MS) == []
    watch.named(ONE, map(post, true), SETTLES_MS + WATCHED_MS)
    for number in true:
        watch.brought(ONE, post(number), SETTLES_MS + WATCHED_MS)
    assert misleading(watch, SETTLES_MS + 2 * WATCHED_MS) == [OTHER]


@pytest.mark.attack("A168")
def test_what_nobody_else_has_counts_against_nobody_and_the_newest_is_asked_for() -> None:
    """A liar shows true posts to one leaf alone, so that the honest parent is suspected."""
    watch = settled(ONE, OTHER)
    for number in range(3 * LEFT_OUT_MAX):
        watch.brought(ONE, post(number), SETTLES_MS)
    doubts = watch.doubts(SETTLES_MS + WATCHED_MS)
    assert doubts == {OTHER: [post(each) for each in range(2 * LEFT_OUT_MAX, 3 * LEFT_OUT_MAX)]}
    assert watch.doubts(SETTLES_MS + 9 * WATCHED_MS) == {}
    assert [watch.left_out(OTHER, 1) for _ in range(LEFT_OUT_MAX)].count(True) == 1
    assert not watch.left_out(NodeId(b"3" * 32), LEFT_OUT_MAX), "it is no parent"


def test_who_names_most_of_it_late_or_first_is_not() -> None:
    watch = settled(ONE, OTHER)
    for number in range(10 * LEFT_OUT_MAX):
        watch.brought(ONE, post(number), SETTLES_MS)
        if number % 2:
            watch.named(OTHER, [post(number)], SETTLES_MS + WATCHED_MS - 1)
    assert misleading(watch, SETTLES_MS + WATCHED_MS) == []


def test_a_new_parent_and_one_that_is_alone_are_not_wondered_at() -> None:
    watch = settled(ONE)
    watch.came(OTHER, SETTLES_MS)
    for number in range(2 * LEFT_OUT_MAX):
        watch.brought(ONE, post(number), 2 * SETTLES_MS - 1)
    watch.gone(OTHER)
    for number in range(2 * LEFT_OUT_MAX, 4 * LEFT_OUT_MAX):
        watch.brought(ONE, post(number), 2 * SETTLES_MS)
    assert misleading(watch, 9 * SETTLES_MS) == []


def test_a_post_of_nobody_who_is_a_parent_blames_nobody() -> None:
    watch = settled(ONE, OTHER)
    stranger = NodeId(b"3" * 32)
    for number in range(2 * LEFT_OUT_MAX):
        watch.brought(stranger, post(number), SETTLES_MS)
    assert misleading(watch, SETTLES_MS + WATCHED_MS) == []


@pytest.mark.attack("A122")
def test_what_nobody_wants_is_counted_and_told_once() -> None:
    watch = settled(ONE, OTHER)
    told = [watch.wrong(ONE, post(number)) for number in range(2 * FALSE_PUSHES_MAX)]
    assert told.count(True) == 1
    assert told.index(True) == FALSE_PUSHES_MAX - 1
    assert not watch.wrong(NodeId(b"3" * 32), post(1))


def test_what_is_remembered_is_bounded() -> None:
    watch = settled(ONE, OTHER)
    for number in range(3 * WATCHED_MAX):
        watch.brought(ONE, post(number), SETTLES_MS)
    watch.named(OTHER, (post(number) for number in range(2 * WATCHED_MAX, 3 * WATCHED_MAX)), 1)
    assert misleading(watch, SETTLES_MS + WATCHED_MS) == []
