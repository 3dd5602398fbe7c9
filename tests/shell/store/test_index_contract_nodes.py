"""What any index keeps of other nodes: receipts, holders, peers."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from swarmfeed.core.base.limits import (
    HOLDERS_MAX,
    PEERS_KEPT_MAX,
)
from swarmfeed.core.base.types import Endpoint, EntryRef, Hash, NodeId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import (
    FollowBody,
    PostBody,
    ProfileBody,
)
from swarmfeed.ports import Index

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
    seen_at,
    stored,
    texts,
)
from tests.shell.store.test_index_contract import holder


def test_receipts_count_for_own_posts_they_cover(index: Index) -> None:
    index.save_own_author(ANN)
    add_timed(index, LAPTOP, (1, "zero"), (2, "one"))
    add_timed(index, BOBS, (3, "bob"))
    first, second = NodeId(b"a" * 32), NodeId(b"b" * 32)
    index.save_receipt(LAPTOP, first, 2, 10)
    index.save_receipt(LAPTOP, second, 1, 10)
    index.save_receipt(LAPTOP, first, 1, 9)
    index.save_receipt(BOBS, first, 1, 10)
    assert index.receipts(LAPTOP) == {first: 2, second: 1}
    # A node whose clock was a year ahead, and is right again.
    index.save_receipt(LAPTOP, second, 1, 10 + 365 * 24 * 3600)
    index.save_receipt(LAPTOP, second, 3, 11)
    assert index.receipts(LAPTOP) == {first: 2, second: 3}
    by_feed = index.receipts_by_feed([BOBS, LAPTOP])
    assert list(by_feed.items()) == [(BOBS, {first: 1}), (LAPTOP, {first: 2, second: 3})]
    index.save_receipt(LAPTOP, second, 1, 12)
    assert [view.held_by for view in index.author_posts(ANN, 10, None)] == [1, 2]
    assert [view.held_by for view in index.author_posts(BOB, 10, None)] == [0]


def test_holders_are_bounded_and_most_recent_first(index: Index) -> None:
    for number in range(1, HOLDERS_MAX + 3):
        index.save_holder(BOBS, holder(number, number))
        index.save_receipt(BOBS, NodeId(number.to_bytes(32, "big")), number, number)
    index.save_holder(CYDS, holder(1, 9))
    newest = [holder(number, number) for number in range(HOLDERS_MAX + 2, 2, -1)]
    doors = [(each.link, True) for each in newest]
    first = (holder(1, 9).link, True)
    assert index.doors_of([LAPTOP, BOBS]) == doors
    assert first not in doors
    assert sorted(index.doors_of([CYDS, BOBS, LAPTOP])) == sorted([first, *doors])
    assert index.doors_of([LAPTOP]) == index.doors_of([]) == []
    index.save_holder(LAPTOP, holder(1, 0))
    assert index.doors_of([LAPTOP]) == [(first[0], False)], "hearsay"
    assert index.doors_of([LAPTOP, CYDS]) == [first], "named by others, and met"
    index.drop_feed(LAPTOP)
    by_feed = index.holders_by_feed([CYDS, LAPTOP, BOBS])
    assert list(by_feed.items()) == [(CYDS, [holder(1, 9)]), (LAPTOP, []), (BOBS, newest)]
    assert index.holders_by_feed([]) == {}
    index.drop_feed(CYDS)
    assert index.holders(BOBS) == newest
    assert sorted(index.receipts(BOBS).values()) == list(range(3, HOLDERS_MAX + 3))
    index.save_holder(BOBS, holder(3, 999, complete=False))
    assert index.holders(BOBS)[0] == holder(3, 999, complete=False)
    assert index.holders(CYDS) == []


def test_peers_are_most_recent_first_and_may_be_forgotten(index: Index) -> None:
    one, two, six = Endpoint("127.0.0.1", 1), Endpoint("127.0.0.1", 2), Endpoint("::1", 1)
    for seen_at_ms, endpoint in enumerate([one, two, six, one, six]):
        index.save_peer(endpoint, seen_at_ms=seen_at_ms)
    index.save_peer(six, seen_at_ms=0)
    assert index.peers(10) == [six, one, two]
    assert index.peers(1) == [six]
    index.forget_peer(six)
    index.forget_peer(Endpoint("127.0.0.9", 9))
    assert index.peers(10) == [one, two]


def test_the_oldest_peers_give_way(index: Index) -> None:
    for number in range(1, PEERS_KEPT_MAX + 3):
        index.save_peer(Endpoint("127.0.0.1", number), seen_at_ms=number)
    kept = index.peers(10**9)
    assert len(kept) == PEERS_KEPT_MAX
    assert kept[-1].port == 3


def test_memory_that_is_let_go_changes_no_answer(index: Index) -> None:
    index.save_peer(Endpoint("127.0.0.1", 1), seen_at_ms=1)
    before = index.peers(10)
    index.release_memory()
    assert index.peers(10) == before
    index.save_peer(Endpoint("127.0.0.1", 2), seen_at_ms=2)
    index.release_memory()
    assert len(index.peers(10)) == 2


@pytest.mark.attack("A20")
def test_without_posts_all_else_that_was_said_is_kept(index: Index) -> None:
    index.save_own_author(ANN)
    records = [
        stored("too old to be shown"),
        stored(ProfileBody("Bob")),
        stored(FollowBody(CYD, True)),
        stored(PostBody("a reply", reply=EntryRef(LAPTOP, Hash(bytes(32)), 0))),
    ]
    hashes = [hash_stored(each) for each in records]
    added = index.add_entries(BOBS, BOB, 0, records, hashes, with_posts=False)
    assert added == 0
    assert index.first_post(BOBS) is None
    assert index.post(BOBS, 0) is None
    assert index.post_by_hash(hashes[0]) is None
    assert index.indexed_ranges(BOBS) == [(0, 4)]
    known = index.author(BOB)
    assert known is not None and (known.name, known.post_count) == ("Bob", 0)
    add(index, BOBS, 4, [stored(ProfileBody("\u3164\ufe0f"))])
    unseen = index.author(BOB)
    assert unseen is not None and unseen.name == "", "nobody would see it"
    add(index, BOBS, 5, [stored(ProfileBody("Bob"))])
    assert index.follows_of(BOB) == [CYD]
    assert index.follows_of_all([ANN, BOB, CYD]) == {CYD: 1}
    add(index, PHONE, 0, [stored(FollowBody(CYD, on=True)), stored(FollowBody(BOB, on=True))])
    assert index.follows_of_all([ANN, BOB, CYD]) == {CYD: 2, BOB: 1}
    assert index.follows_of_all([CYD]) == index.follows_of_all([]) == {}
    add(index, BOBS, 6, [stored("new"), stored("newer")])
    assert index.first_post(BOBS) == 6
    assert texts(index.author_posts(BOB, 10, None)) == ["newer", "new"]
    assert index.first_post(CYDS) is None


def test_the_revision_is_another_one_after_whatever_is_written(index: Index) -> None:
    writes: tuple[Callable[[], object], ...] = (
        lambda: index.save_own_author(ANN),
        lambda: index.reserve(LAPTOP, ANN, 9),
        lambda: add(index, LAPTOP, 0, [stored("a post")]),
        lambda: index.resort(LAPTOP, 0, 1, seen_at(NOW_MS)),
        lambda: index.save_receipt(LAPTOP, NodeId(bytes(32)), 1, 1),
        lambda: index.save_holder(LAPTOP, holder(1, 1)),
        lambda: index.save_peer(Endpoint("127.0.0.1", 1), seen_at_ms=1),
        lambda: index.forget_peer(Endpoint("127.0.0.1", 1)),
        lambda: index.drop_feed(LAPTOP),
        index.clear,
    )
    seen = [index.revision()]
    for number, write in enumerate(writes):
        write()
        assert index.revision() not in seen, number
        seen.append(index.revision())
    index.home(10, None)
    assert index.revision() == seen[-1], "nothing was written"


def test_the_revision_is_another_one_when_what_was_written_together_is_there(
    index: Index,
) -> None:
    with index.together():
        add(index, BOBS, 0, [stored("one of many")])
        inside = index.revision()
        add(index, BOBS, 1, [stored("another one")])
    assert index.revision() != inside


def test_what_was_undone_has_no_revision_that_comes_again(index: Index) -> None:
    undone = None
    with suppress(ZeroDivisionError), index.together():
        add(index, BOBS, 0, [stored("undone")])
        undone = index.revision()
        raise ZeroDivisionError
    add(index, BOBS, 0, [stored("done")])
    assert index.revision() != undone
