"""What every index finds of words, in which order: the fake and the real one pass the same."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, ProfileBody, WithdrawBody
from swarmfeed.errors import UserError
from swarmfeed.ports import Index

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
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

MINUTE_MS = 60_000


def pages(index: Index, words: str, length: int) -> Iterator[list[PostView]]:
    before = None
    while page := index.search(words, length, before):
        yield page
        before = page[-1].cursor


def all_pages(index: Index, words: str, length: int) -> list[PostView]:
    return [view for page in pages(index, words, length) for view in page]


def add_small_feed(index: Index, number: int, records: Sequence[bytes]) -> AuthorId:
    author_id = AuthorId(b"author" + number.to_bytes(26, "big"))
    feed_id = FeedId(b"feed" + number.to_bytes(28, "big"))
    index.add_entries(feed_id, author_id, 0, records, [hash_stored(each) for each in records])
    return author_id


def add_at_one_time(index: Index) -> None:
    """Posts of four feeds, of which many have the same millisecond or second."""
    add_timed(index, BOBS, (5_000, "word b1"), (5_000, "word b2"), (1, "word b0"))
    add_timed(index, CYDS, (5_000, "word c1"), (5_001, "word c2"), (9_000, "word c3"))
    add_timed(index, PHONE, (5_000, "word a1"), (5_000, "no"), (5_000, "word a3"))
    add_timed(index, LAPTOP, (4_999, "word a0"), (5_002, "word a4"))


@pytest.mark.parametrize("length", [1, 2, 3, 4, 100])
def test_what_is_found_stands_in_the_order_of_the_timeline(index: Index, length: int) -> None:
    add_at_one_time(index)
    ordered = ["c3", "a4", "c2", "c1", "b2", "b1", "a3", "a1", "a0", "b0"]
    assert texts(all_pages(index, "word", length)) == [f"word {each}" for each in ordered]
    mine = [view for view in index.author_posts(ANN, 100, None) if view.text != "no"]
    assert [v for v in all_pages(index, "word", length) if v.author_id == ANN] == mine


def test_a_place_in_what_is_found_stays_while_posts_come_and_go(index: Index) -> None:
    add_timed(index, BOBS, *((at * MINUTE_MS, f"word {at}") for at in range(10, 20)))
    first = index.search("word", 4, None)
    assert texts(first) == ["word 19", "word 18", "word 17", "word 16"]
    add_timed(index, CYDS, (99 * MINUTE_MS, "new word"), (14 * MINUTE_MS, "word between"))
    gone = [stored(WithdrawBody(6)), stored(EditBody(5, "nothing")), stored("word last")]
    add(index, BOBS, 10, gone)
    older = index.search("word", 100, first[-1].cursor)
    assert texts(older) == ["word between", *(f"word {at}" for at in (14, 13, 12, 11, 10))]


def test_what_was_judged_again_is_found_at_its_new_time(index: Index) -> None:
    late = [(200 * MINUTE_MS + at, f"word late {at}") for at in range(3)]
    add_timed(index, BOBS, *late)
    add_timed(index, CYDS, (50 * MINUTE_MS, "word now"), (1, "word early"))
    assert texts(all_pages(index, "word", 2))[:3] == [
        "word late 2",
        "word late 1",
        "word late 0",
    ]
    index.resort(BOBS, 0, 3, seen_at(20 * MINUTE_MS))
    found = all_pages(index, "word", 2)
    assert texts(found) == [
        "word now",
        *("word late 2", "word late 1", "word late 0"),
        "word early",
    ]
    assert all_pages(index, "late", 1) == found[1:4]
    index.resort(BOBS, 0, 3, seen_at(300 * MINUTE_MS))
    assert texts(all_pages(index, "word", 3))[:3] == [
        "word late 2",
        "word late 1",
        "word late 0",
    ]


def test_a_word_of_many_small_feeds_is_found_in_all_of_them(index: Index) -> None:
    with index.together():
        for number in range(60):
            times_ms = [NOW_MS + (number * 37 + at * 11) % 101 * 40_000 for at in range(2)]
            records = [stored(f"word {number} {time_ms}", time_ms) for time_ms in times_ms]
            add_small_feed(index, number, [*records, stored("other", NOW_MS)])
    found = all_pages(index, "word", 33)
    assert len(found) == index.count_found("word", 1_000) == 120
    assert all(newer.cursor > older.cursor for newer, older in pairwise(found))
    assert texts(all_pages(index, "17", 10)) == [v.text for v in found if "word 17 " in v.text]


def test_all_that_is_found_is_counted_up_to_a_number(index: Index) -> None:
    add_at_one_time(index)
    add(index, BOBS, 3, [stored(ProfileBody("Bob"))])
    counts = {words: index.count_found(words, 9) for words in ("word", "c1", "no", "from:bob")}
    assert counts == {"word": 9, "c1": 1, "no": 1, "from:bob": 3}
    assert index.count_found("word", 100) == 10
    assert index.count_found("nowhere", 100) == index.count_found("from:nobody", 9) == 0
    add(index, BOBS, 4, [stored(WithdrawBody(0))])
    assert index.count_found("word", 100) == 9
    with pytest.raises(UserError, match="needs a word"):
        index.count_found("", 9)


@pytest.mark.attack("A30")
def test_more_authors_of_one_name_than_are_looked_for_are_told_of(index: Index) -> None:
    with index.together():
        for number in range(SEARCH_AUTHORS_MAX):
            add_small_feed(index, number, [stored(ProfileBody("Rui")), stored("word")])
    assert index.count_found("from:rui word", 1_000) == SEARCH_AUTHORS_MAX
    add(index, BOBS, 0, [stored(ProfileBody("Rui")), stored("word of bob")])
    for words in ("from:rui word", "word -from:RUI"):
        with pytest.raises(UserError, match="more than 64 people here are called rui"):
            index.search(words.replace("RUI", "rui"), 10, None)
    add(index, BOBS, 2, [stored(ProfileBody("Bob"))])
    assert index.count_found("from:rui word", 1_000) == SEARCH_AUTHORS_MAX
    assert {view.author_id for view in index.search("word -from:rui", 10, None)} == {BOB}
