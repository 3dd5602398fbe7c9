"""Answers to the person and mentions of them: the fake index and the real one agree."""

from collections.abc import Sequence

import pytest
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import MENTIONS, QUOTES, REPLIES, Notification
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
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
)

ME = format_author(ANN)
MINE = stored("what I wrote", 5)


def to(record: bytes, feed_id: FeedId = LAPTOP, index: int = 0) -> EntryRef:
    return EntryRef(feed_id, hash_stored(record), index)


def answer(text: str, time_ms: int = NOW_MS, ref: EntryRef | None = None) -> bytes:
    return stored(PostBody(text, reply=ref or to(MINE)), time_ms)


def told(found: Sequence[Notification]) -> list[tuple[str, bool, bool]]:
    return [(each.post.text, each.is_answer, each.is_mention) for each in found]


def what(index: Index) -> list[tuple[str, bool, bool]]:
    found = index.notifications(10, None)
    known = index.known_notifications(10, None)
    assert [
        (
            each.post.ref.feed_id,
            each.post.ref.index,
            each.post.cursor,
            each.is_answer,
            each.is_mention,
        )
        for each in found
    ] == [
        (each.feed_id, each.index, each.cursor, each.is_answer, each.is_mention)
        for each in known
    ]
    return told(found)


def test_answers_and_mentions_are_listed_newest_first_and_each_once(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    both = f"to you, {ME}"
    add(index, BOBS, 0, [answer("an answer", 20), stored("of something else", 21)])
    add(index, CYDS, 0, [answer(both, 30), stored(f"see swarmfeed:{ME}?name=Ann", 10)])
    add(index, CYDS, 2, [stored(PostBody("you, by name", mentions=(ANN,)), 40)])
    assert what(index) == [
        ("you, by name", False, True),
        (both, True, True),
        ("an answer", True, False),
        (f"see swarmfeed:{ME}?name=Ann", False, True),
    ]


def test_what_i_say_to_myself_is_none_on_any_device(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE, answer("more", 6)])
    add(index, PHONE, 0, [answer(f"from my phone, {ME}", 7)])
    assert what(index) == []


def test_an_answer_that_came_before_what_it_answers_is_found_then(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, BOBS, 0, [answer("early", 20)])
    assert what(index) == []
    index.reserve(LAPTOP, ANN, 1)
    add(index, LAPTOP, 0, [MINE])
    assert what(index) == [("early", True, False)]


@pytest.mark.attack("A73")
def test_an_answer_to_what_i_never_wrote_is_none(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    forged = [
        EntryRef(LAPTOP, Hash(b"x" * 32), 0),
        EntryRef(LAPTOP, hash_stored(MINE), 7),
        EntryRef(CYDS, hash_stored(MINE), 0),
    ]
    add(index, BOBS, 0, [answer("forged", 20, ref) for ref in forged])
    assert what(index) == []


def test_an_answer_on_another_device_of_mine_counts(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, PHONE, 0, [stored("first", 4), MINE])
    add(index, BOBS, 0, [answer("yes", 20, to(MINE, PHONE, 1))])
    assert what(index) == [("yes", True, False)]


def test_an_edit_can_begin_to_mention_and_end_it(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    add(index, BOBS, 0, [stored("about somebody", 20), answer(f"you, {ME}", 21)])
    add(index, CYDS, 0, [stored(PostBody(f"named, {ME}", mentions=(ANN,)), 22)])
    add(index, BOBS, 2, [stored(EditBody(0, f"about {ME}")), stored(EditBody(1, "you"))])
    add(index, CYDS, 1, [stored(EditBody(0, "named still"))])
    assert what(index) == [
        ("named still", False, True),
        ("you", True, False),
        (f"about {ME}", False, True),
    ]


def test_what_is_withdrawn_by_either_side_is_gone(index: Index) -> None:
    index.save_own_author(ANN)
    other = stored("another of mine", 6)
    add(index, LAPTOP, 0, [MINE, other])
    add(index, BOBS, 0, [answer("stays", 20), answer("goes", 21), stored(f"{ME} too", 22)])
    add(index, CYDS, 0, [answer(f"{ME}, answering", 30, to(other, LAPTOP, 1))])
    add(index, BOBS, 3, [stored(WithdrawBody(1)), stored(WithdrawBody(2))])
    assert what(index) == [(f"{ME}, answering", True, True), ("stays", True, False)]
    add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
    assert what(index) == [(f"{ME}, answering", False, True), ("stays", True, False)]


def test_a_feed_that_is_let_go_takes_them_with_it_and_they_come_back(index: Index) -> None:
    index.save_own_author(ANN)
    records = [answer("yes", 20), stored(f"and {ME}", 21)]
    add(index, LAPTOP, 0, [MINE])
    add(index, BOBS, 0, records)
    before = what(index)
    assert len(before) == 2
    index.drop_feed(BOBS)
    assert what(index) == []
    add(index, BOBS, 0, records)
    assert what(index) == before
    index.clear()
    assert what(index) == []
    add(index, BOBS, 0, records)
    add(index, LAPTOP, 0, [MINE])
    assert what(index) == before, "in whatever order it is made anew"


def test_of_what_is_not_shown_nothing_is_told(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    records = [answer("old", 20)]
    hashes = [hash_stored(each) for each in records]
    index.add_entries(BOBS, BOB, 0, records, hashes, with_posts=False)
    assert what(index) == []


def test_pages_go_on_after_a_cursor_also_within_one_millisecond(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    add(index, CYDS, 0, [answer(f"c{n}", 20) for n in range(3)])
    add(index, BOBS, 0, [answer(f"b{n}", 20) for n in range(3)])
    pages: list[str] = []
    before: Cursor | None = None
    while found := index.notifications(2, before):
        pages += [each.post.text for each in found]
        before = found[-1].post.cursor
    assert pages == ["c2", "c1", "c0", "b2", "b1", "b0"]


def test_one_dated_ahead_stands_where_it_was_first_seen(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    later = NOW_MS + POST_AHEAD_MS_MAX + 1
    add(index, BOBS, 0, [answer("ahead", later)])
    add_timed(index, CYDS, (NOW_MS + 1, f"{ME}"))
    assert [each[0] for each in what(index)] == ["ahead", ME]
    index.resort(BOBS, 0, 1, seen_at(NOW_MS))
    assert [each[0] for each in what(index)] == [ME, "ahead"]


def test_nobody_is_told_anything_in_an_index_of_nobody(index: Index) -> None:
    add(index, BOBS, 0, [answer(f"{ME}", 20)])
    assert what(index) == []


def quote(text: str, time_ms: int = NOW_MS, ref: EntryRef | None = None) -> bytes:
    return stored(PostBody(text, quote=ref or to(MINE)), time_ms)


def quotes(index: Index) -> list[str]:
    assert all(each.is_quote for each in index.notifications(10, None, (), QUOTES))
    assert [each.index for each in index.known_notifications(10, None) if each.is_quote] == [
        each.post.ref.index for each in index.notifications(10, None, (), QUOTES)
    ]
    return [each.post.text for each in index.notifications(10, None, (), QUOTES)]


@pytest.mark.parametrize("is_early", [False, True])
def test_quotes_are_heard_of_whichever_came_first(index: Index, *, is_early: bool) -> None:
    index.save_own_author(ANN)
    index.reserve(LAPTOP, ANN, 2)
    mine = [MINE, quote("my own", 6)]
    if not is_early:
        add(index, LAPTOP, 0, mine)
    add(index, BOBS, 0, [quote("look", 20), quote("another's", 21, to(MINE, CYDS))])
    add(index, CYDS, 0, [quote("forged", 22, EntryRef(LAPTOP, Hash(b"x" * 32), 0))])
    if is_early:
        assert quotes(index) == []
        add(index, LAPTOP, 0, mine)
    assert quotes(index) == ["look"]
    index.drop_feed(LAPTOP)
    assert quotes(index) == []
    add(index, LAPTOP, 0, mine)
    assert quotes(index) == ["look"]


def test_a_quote_goes_with_either_post(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    add(index, BOBS, 0, [quote("goes", 20), quote(f"stays, {ME}", 21)])
    add(index, BOBS, 2, [stored(EditBody(1, f"still, {ME}", quote=to(MINE)))])
    assert quotes(index) == [f"still, {ME}", "goes"]
    add(index, BOBS, 3, [stored(WithdrawBody(0))])
    assert quotes(index) == [f"still, {ME}"]
    add(index, LAPTOP, 1, [stored(WithdrawBody(0))])
    assert quotes(index) == []
    assert what(index) == [(f"still, {ME}", False, True)]


def test_they_are_told_apart_by_type(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [MINE])
    both = stored(PostBody("both", reply=to(MINE), quote=to(MINE)), 23)
    add(
        index, BOBS, 0, [answer("an answer", 20), stored(f"{ME}", 21), quote("quote", 22), both]
    )

    def of(kind: str, *without: AuthorId) -> list[str]:
        found = index.notifications(10, None, without, kind)
        return [each.post.text for each in found]

    assert of(REPLIES) == ["both", "an answer"]
    assert of(MENTIONS) == [ME]
    assert of(QUOTES) == ["both", "quote"]
    assert of("") == ["both", "quote", ME, "an answer"]
    assert of(QUOTES, BOB) == []
    (newest,) = index.notifications(1, None, (), REPLIES)
    assert [
        each.post.text for each in index.notifications(1, newest.post.cursor, (), REPLIES)
    ] == ["an answer"], "a page goes on among those of the type"
