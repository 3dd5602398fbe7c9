"""Edits, and edits whose old text goes: the same is shown, however the entries come."""

import tracemalloc
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.withdrawal import strip
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.opened import open_index

from tests.shell.store.index_samples import BOB, BOBS, CYDS, NOW_MS, add, stored, texts

TOP = stored("top")
TOP_REF = EntryRef(CYDS, hash_stored(TOP), 0)
POST = stored(PostBody("frist", reply=TOP_REF), NOW_MS + 1)
EDITED = [
    POST,
    stored(EditBody(0, "fisrt"), NOW_MS + 2),
    stored(EditBody(0, "first", "cw", reply=TOP_REF, root=TOP_REF), NOW_MS + 3),
    stored(WithdrawBody(0, is_edited=True), NOW_MS + 3),
    stored(WithdrawBody(1), NOW_MS + 3),
]
"""A reply that was edited twice, the second time with what was said before removed."""

ORDERS = [*permutations(range(5))]


@pytest.mark.parametrize("newcomer", [True, False], ids=["newcomer", "follower"])
@pytest.mark.parametrize("part", range(8))
def test_an_edit_stands_without_the_old_text_in_any_order(
    index: Index, part: int, newcomer: bool
) -> None:
    entries = [strip(each) if newcomer else each for each in EDITED[:2]] + EDITED[2:]
    add(index, CYDS, 0, [TOP])
    for order in ORDERS[part::8]:
        for at in order:
            add(index, BOBS, at, [entries[at]])
        view = index.post(BOBS, 0)
        assert view is not None, order
        assert (view.text, view.cw, view.edited) == ("first", "cw", True), order
        assert (view.reply_to, view.time_ms) == (TOP_REF, NOW_MS + 1)
        assert view.ref.entry_hash == hash_stored(POST)
        assert view.answers is not None
        assert view.answers.words == "top"
        assert index.replies(TOP_REF, 10) == [view]
        assert texts(index.search("first", 10, None)) == ["first"]
        assert texts(index.search("frist", 10, None) + index.search("fisrt", 10, None)) == []
        assert index.edits_of(BOBS, 0) == [2]
        assert index.withdrawals(BOBS) == {0: 3, 1: 4}
        index.drop_feed(BOBS)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_was_edited_may_still_be_withdrawn(index: Index, at_once: bool) -> None:
    records = [*EDITED, stored(WithdrawBody(0)), stored(WithdrawBody(2))]
    for start in range(0, len(records), len(records) if at_once else 1):
        add(index, BOBS, start, records[start:] if at_once else records[start : start + 1])
    assert index.post(BOBS, 0) is None
    assert index.edits_of(BOBS, 0) == []
    assert index.search("first", 10, None) == []
    assert index.withdrawals(BOBS) == {0: 5, 1: 4, 2: 6}


def test_of_a_post_that_is_edited_without_an_edit_nothing_is_shown(index: Index) -> None:
    add(index, BOBS, 0, [strip(stored("gone")), stored(WithdrawBody(0, is_edited=True))])
    assert index.post(BOBS, 0) is None
    add(index, BOBS, 2, [stored(EditBody(0, "back"))])
    assert texts(index.author_posts(BOB, 10, None)) == ["back"]


def test_an_edit_can_be_edited_again(index: Index) -> None:
    newcomer = [strip(EDITED[0]), strip(EDITED[1]), *EDITED[2:]]
    add(index, BOBS, 0, newcomer)
    add(index, BOBS, 5, [stored(EditBody(0, "First.", reply=TOP_REF))])
    assert texts(index.author_posts(BOB, 10, None)) == ["First."]
    assert index.edits_of(BOBS, 0) == [2, 5]


@pytest.fixture
def sqlite_index(tmp_path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(tmp_path / "alone.db")
    yield opened
    opened.close()


def test_a_lost_edit_gives_way_to_what_was_said_before(sqlite_index: SqliteIndex) -> None:
    """No program of ours withdraws the one without the other."""
    records = [stored("one"), stored(EditBody(0, "two")), stored(WithdrawBody(1))]
    add(sqlite_index, BOBS, 0, records[:2])
    add(sqlite_index, BOBS, 2, records[2:])
    assert sqlite_index.search("two", 10, None) == []
    assert sqlite_index.indexed_ranges(BOBS) == [(1, 3)]
    add(sqlite_index, BOBS, 0, records)
    assert texts(sqlite_index.author_posts(BOB, 10, None)) == ["one"]
    add(sqlite_index, CYDS, 0, [*records[:2], stored("x"), stored("y")])
    add(sqlite_index, CYDS, 4, [stored(WithdrawBody(1))])
    assert sqlite_index.indexed_ranges(CYDS) == [(1, 5)]


def test_a_plain_post_is_not_edited(index: Index) -> None:
    add(index, BOBS, 0, [stored("said once"), stored(EditBody(0, "said twice"))])
    add(index, CYDS, 0, [stored("said once")])
    assert [view.edited for view in index.author_posts(BOB, 9, None)] == [True]
    view = index.post(CYDS, 0)
    assert view is not None
    assert not view.edited


def test_a_withdrawn_post_is_still_known_by_its_number(index: Index) -> None:
    add(index, CYDS, 0, [stored("first", NOW_MS), stored("second", NOW_MS)])
    views = [index.post(CYDS, at) for at in (0, 1)]
    names = [view.id for view in views if view]
    assert [index.place_of_withdrawn(name) for name in names] == [None, None]
    add(index, CYDS, 2, [stored(WithdrawBody(1))])
    assert [index.place_of_withdrawn(name) for name in names] == [None, (CYDS, 1)]
    assert index.place_of_withdrawn(names[1] + "0") is None
    index.drop_feed(CYDS)
    assert index.place_of_withdrawn(names[1]) is None


@pytest.mark.attack("A98")
def test_one_more_edit_reads_none_of_the_thousand_before(tmp_path: Path) -> None:
    index = open_index(tmp_path / "index.db")
    try:
        edits = [stored(EditBody(0, f"{n} {'x' * 4_000}")) for n in range(1_000)]
        add(index, BOBS, 0, [stored("first"), *edits])
        last = [stored(EditBody(0, "last"))]
        tracemalloc.start()
        add(index, BOBS, 1_001, last)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        view = index.post(BOBS, 0)
        assert view is not None and view.text == "last"
        assert peak < 1_000_000  # their texts are 4 MB
    finally:
        index.close()
