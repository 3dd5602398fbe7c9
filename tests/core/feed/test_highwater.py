"""Whether an own feed may be signed: whoever remembers most of its size is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.highwater import (
    Ending,
    Mark,
    Memories,
    Reason,
    Ruling,
    Verdict,
    goes_on,
    judge,
    mark_of,
    new_mark,
    settle_mark,
)
from swarmfeed.core.feed.merkle import EMPTY_ROOT

from tests.core.samples import Author, posts

pytestmark = pytest.mark.attack("A50")

ROOT, OTHER = Hash(b"r" * 32), Hash(b"o" * 32)
MARK = Mark(size=57, root=ROOT, reach=57)
WELL = Memories(mark=MARK, size=57, root=ROOT, noted=57, chunks=0, forked=False)


def ended(reason: Reason) -> Verdict:
    return Verdict(ruling=Ruling.ENDED, reason=reason)


def test_a_feed_that_is_what_its_mark_says_is_signed() -> None:
    assert judge(WELL) == Verdict(ruling=Ruling.SIGNS, reason=Reason.SOUND)
    assert judge(replace(WELL, noted=0)).ruling is Ruling.SIGNS, "an index may be lost"


def test_without_a_mark_nothing_is_ever_signed() -> None:
    for memories in (WELL, replace(WELL, size=0, root=None, noted=0)):
        assert judge(replace(memories, mark=None)) == ended(Reason.NO_MARK)


@pytest.mark.parametrize(("size", "missing"), [(0, (0, 57)), (40, (40, 57)), (56, (56, 57))])
def test_what_is_missing_is_waited_for_and_named(size: int, missing: tuple[int, int]) -> None:
    verdict = judge(replace(WELL, size=size, root=OTHER))
    assert verdict == Verdict(ruling=Ruling.WAITS, reason=Reason.MISSING, missing=missing)


@pytest.mark.parametrize("more", [{"size": 58}, {"noted": 58}, {"chunks": 58}])
def test_whoever_remembers_more_than_the_mark_ends_the_feed(more: dict[str, int]) -> None:
    assert judge(replace(WELL, **more)) == ended(Reason.NEWER)  # type: ignore[arg-type]  # of ints


def test_chunks_of_an_append_that_failed_are_no_memory() -> None:
    under_way = replace(WELL, mark=replace(MARK, reach=256))
    assert judge(replace(under_way, chunks=256)).ruling is Ruling.SIGNS
    assert judge(replace(under_way, chunks=257)) == ended(Reason.NEWER)


def test_the_same_size_of_another_history_ends_the_feed() -> None:
    assert judge(replace(WELL, root=OTHER)) == ended(Reason.OTHER)


def test_a_fork_and_a_newer_self_end_the_feed_for_good() -> None:
    assert judge(replace(WELL, forked=True)) == ended(Reason.FORKED)
    for ending, reason in ((Ending.FORKED, Reason.FORKED), (Ending.NEWER, Reason.NEWER)):
        over = replace(WELL, mark=replace(MARK, ending=ending))
        assert judge(over) == ended(reason)
        assert judge(replace(over, size=3)) == ended(reason), "also while something is missing"


sizes = st.integers(0, 9)
roots = st.sampled_from([ROOT, OTHER])


@given(sizes, sizes, sizes, sizes, roots, st.booleans(), st.booleans())
def test_what_is_signed_is_never_less_than_anybody_remembers(
    mark: int, size: int, noted: int, chunks: int, root: Hash, has_mark: bool, forked: bool
) -> None:
    memories = Memories(
        mark=Mark(size=mark, root=ROOT, reach=mark) if has_mark else None,
        size=size,
        root=root,
        noted=noted,
        chunks=chunks,
        forked=forked,
    )
    if judge(memories).ruling is Ruling.SIGNS:
        assert size == mark >= max(noted, chunks)
        assert has_mark and root == ROOT and not forked


# --- after a crash ---


def test_a_new_mark_lets_the_first_entry_be_signed() -> None:
    assert new_mark() == Mark(size=0, root=EMPTY_ROOT, reach=0)
    assert goes_on(new_mark(), None)
    replica = Author().append(posts(0, 3))
    assert not goes_on(new_mark(), replica)
    assert goes_on(mark_of(replica), replica)
    assert not goes_on(replace(mark_of(replica), ending=Ending.NEWER), replica)
    assert not goes_on(mark_of(replica), None)


def test_an_append_that_the_journal_has_counts() -> None:
    author = Author()
    before = author.append(posts(0, 3))
    after = author.append(posts(3, 4))
    assert settle_mark(mark_of(before), after, before.head) == mark_of(after)


@pytest.mark.parametrize(("start", "end"), [(3, 30), (250, 300), (3, 600)])
def test_an_append_that_was_announced_counts_as_far_as_it_came(start: int, end: int) -> None:
    author = Author()
    before = author.append(posts(0, start))
    after = author.append(posts(start, end))
    announced = replace(mark_of(before), reach=end)
    assert settle_mark(announced, after, None) == mark_of(after)
    assert settle_mark(announced, before, None) == mark_of(before), "it never came to be"


def test_no_other_difference_is_explained_away() -> None:
    author = Author()
    before = author.append(posts(0, 3))
    between = author.append(posts(3, 4))
    after = author.append(posts(4, 5))
    mark = mark_of(before)
    assert settle_mark(mark, after, between.head) == mark, "two steps are no crash"
    assert settle_mark(mark, after, None) == mark
    assert settle_mark(mark_of(after), before, None) == mark_of(after), "something is missing"
    over = replace(mark, ending=Ending.NEWER)
    assert settle_mark(over, between, before.head) == over
    other = replace(mark, root=OTHER, reach=9)
    assert settle_mark(other, after, None) == other, "announced on another history"


def test_a_mark_that_is_as_the_journal_is_left_as_it_is() -> None:
    replica = Author().append(posts(0, 3))
    mark = mark_of(replica, b"its last frame")
    assert settle_mark(mark, replica, None) is mark
