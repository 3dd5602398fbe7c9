"""Which posts quote a post, and how many: the fake and the real index agree."""

from typing import Final

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import PostBody, WithdrawBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import (
    BOBS,
    CYDS,
    LAPTOP,
    NOW_MS,
    PHONE,
    add,
    stored,
    texts,
)

QUOTED: Final = stored("quoted", NOW_MS - 9)
REF: Final = EntryRef(LAPTOP, hash_stored(QUOTED), 0)


def quote(text: str, after_ms: int, ref: EntryRef = REF) -> bytes:
    return stored(PostBody(text, quote=ref), NOW_MS + after_ms)


def count(index: Index, feed_id: FeedId = LAPTOP, at: int = 0) -> int:
    return index.quote_counts([(feed_id, at)]).get((feed_id, at), 0)


def test_posts_that_quote_one_are_told_the_newest_first_and_paged(index: Index) -> None:
    add(index, LAPTOP, 0, [QUOTED, stored("another")])
    add(index, BOBS, 0, [quote("first", 1), quote("same time", 5), stored("no quote")])
    add(index, CYDS, 0, [quote("same time, too", 5)])
    found = index.quoting(REF, 10)
    assert texts(found) == ["same time, too", "same time", "first"]
    paged = [*index.quoting(REF, 1)]
    while page := index.quoting(REF, 1, paged[-1].cursor):
        paged += page
    assert texts(paged) == texts(found)
    assert count(index) == 3
    assert index.quote_counts([(LAPTOP, 0), (LAPTOP, 1), (PHONE, 7)]) == {(LAPTOP, 0): 3}


def test_a_quote_counts_whose_place_and_hash_are_true(index: Index) -> None:
    other = stored("another")
    add(index, LAPTOP, 0, [QUOTED, other])
    add(index, BOBS, 0, [quote("lie", 1, EntryRef(LAPTOP, hash_stored(QUOTED), 1))])
    add(index, CYDS, 0, [quote("lie", 1, EntryRef(BOBS, hash_stored(QUOTED), 0))])
    assert index.quoting(REF, 10) == []
    assert index.quote_counts([(LAPTOP, 0), (LAPTOP, 1), (BOBS, 0)]) == {}


def test_what_is_withdrawn_quotes_nothing(index: Index) -> None:
    add(index, LAPTOP, 0, [QUOTED])
    add(index, BOBS, 0, [quote("first", 1), quote("second", 2)])
    add(index, BOBS, 2, [stored(WithdrawBody(0))])
    assert texts(index.quoting(REF, 10)) == ["second"]
    assert count(index) == 1


def test_of_what_is_not_here_it_is_told_who_quotes_it(index: Index) -> None:
    add(index, BOBS, 0, [quote("first", 1)])
    assert texts(index.quoting(REF, 10)) == ["first"]
    assert count(index) == 0, "by its place alone nobody knows which post it is"
