"""Which posts stand in some threads: the fake and the real index agree."""

from typing import Final

from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import PostBody, WithdrawBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import ANN, BOBS, CYDS, LAPTOP, add, stored

TOP: Final = stored("above all")
REF: Final = EntryRef(LAPTOP, hash_stored(TOP), 0)


def answer(to: EntryRef, text: str = "an answer") -> bytes:
    return stored(PostBody(text, reply=to))


def place_of(feed_id: FeedId, at: int, record: bytes) -> EntryRef:
    return EntryRef(feed_id, hash_stored(record), at)


def inside(index: Index, *tops: Hash) -> list[str]:
    """Which entries of Ann, Bob and Cyd stand below these."""
    letters = {LAPTOP: "a", BOBS: "b", CYDS: "c"}
    every = [(feed_id, at) for feed_id in letters for at in range(4)]
    return sorted(f"{letters[feed]}{at}" for feed, at in index.within(every, tops))


def test_what_answers_a_post_at_any_depth_is_within_its_thread(index: Index) -> None:
    index.save_own_author(ANN)
    first = answer(REF)
    second = answer(place_of(BOBS, 0, first))
    add(index, LAPTOP, 0, [TOP, stored("another"), answer(place_of(CYDS, 0, second))])
    add(index, BOBS, 0, [first, stored("not of it")])
    add(index, CYDS, 0, [second])
    assert inside(index, REF.entry_hash) == ["a0", "a2", "b0", "c0"]
    assert inside(index, hash_stored(first)) == ["a2", "b0", "c0"]
    assert inside(index, Hash(bytes(32))) == inside(index) == []


def test_what_stands_above_all_need_not_be_here(index: Index) -> None:
    first = answer(REF)
    add(index, BOBS, 0, [first])
    add(index, CYDS, 0, [answer(place_of(BOBS, 0, first)), stored("not of it")])
    assert inside(index, REF.entry_hash) == ["b0", "c0"]


def test_of_what_was_withdrawn_the_place_is_left(index: Index) -> None:
    first = answer(REF)
    add(index, LAPTOP, 0, [TOP])
    add(index, BOBS, 0, [first])
    add(index, CYDS, 0, [answer(place_of(BOBS, 0, first))])
    add(index, BOBS, 1, [stored(WithdrawBody(0))])
    assert inside(index, REF.entry_hash) == ["a0", "b0", "c0"]


def test_a_reply_whose_place_and_hash_do_not_belong_together_leads_nowhere(
    index: Index,
) -> None:
    other = stored("another")
    first = answer(EntryRef(LAPTOP, hash_stored(other), 0))
    add(index, LAPTOP, 0, [TOP, other])
    add(index, BOBS, 0, [first])
    assert inside(index, REF.entry_hash) == ["a0"]
