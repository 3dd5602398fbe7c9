"""News of many feeds in one message: nothing of it is lost, or believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import (
    GAP_ENTRIES_MAX,
    NEWS_BYTES,
    NEWS_CONTENT_BYTES_MAX,
    NEWS_FEEDS_MAX,
)
from swarmfeed.core.catchup.news import (
    FeedTold,
    Packing,
    fits,
    newest,
    open_news,
    pack_news,
    tell,
)
from swarmfeed.core.catchup.words import NightNews
from swarmfeed.core.feed.chunk import frame_content, pack_frame
from swarmfeed.core.feed.grown import grow_by
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import BadEncodingError, BadProofError, RemoteError

from tests.core.samples import Author, post, posts


def author(number: int, size: int) -> Author:
    made = Author(SigningKey(bytes([9, number]) + bytes(30)))
    made.append(posts(0, size))
    return made


def grown_author(number: int, size: int, more: int) -> tuple[Replica, Author]:
    """An author after ``more`` further posts, and what was known before."""
    made = author(number, size)
    before = made.replica
    assert before is not None
    made.append(posts(size, size + more))
    return before, made


def told_of(before: Replica, made: Author) -> FeedTold:
    assert made.replica is not None
    told = tell(made.replica, before.size, posts(before.size, made.replica.size))
    assert told is not None
    return told


def load(span: object) -> bytes:
    raise KeyError(span)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=3))
def test_what_was_told_makes_of_ours_what_the_author_has(sizes: list[tuple[int, int]]) -> None:
    pairs = [grown_author(number, *each) for number, each in enumerate(sizes)]
    news = pack_news(7, [told_of(*each) for each in pairs])
    read = VOCABULARY.decode(VOCABULARY.encode(news))
    assert read == news
    for (before, made), told in zip(pairs, open_news(news), strict=True):
        grown = grow_by(before, told.stored, told.of.signed_head, told.of.chunk_list, load)
        assert grown.after == made.replica
        assert (grown.before, grown.start) == (before, before.size)
        for span, chunk in grown.chunks:
            assert made.chunks[span] == chunk


@given(st.data())
def test_a_changed_byte_is_never_taken(data: st.DataObject) -> None:
    before, made = grown_author(1, 5, 3)
    told = told_of(before, made)
    content = frame_content(told.stored)
    at = data.draw(st.integers(0, len(content) - 1))
    other = bytes([content[at] ^ data.draw(st.integers(1, 255))])
    frame = pack_frame(content[:at] + other + content[at + 1 :])
    with pytest.raises(RemoteError):
        (changed,) = open_news(NightNews(number=1, feeds=(told.of,), frame=frame))
        head, chunk_list = changed.of.signed_head, changed.of.chunk_list
        grow_by(before, changed.stored, head, chunk_list, load)


@given(st.binary(max_size=200))
def test_garbage_is_refused(frame: bytes) -> None:
    with pytest.raises(BadEncodingError):
        open_news(NightNews(number=1, feeds=(), frame=frame))


def test_a_frame_that_declares_too_much_is_not_unpacked() -> None:
    frame = pack_frame(frame_content(()) + bytes(NEWS_CONTENT_BYTES_MAX))
    with pytest.raises(BadEncodingError, match="declares"):
        open_news(NightNews(number=1, feeds=(), frame=frame))


def test_other_counts_than_entries_are_refused() -> None:
    before, made = grown_author(1, 5, 3)
    told = told_of(before, made)
    for stored in (told.stored[1:], [*told.stored, post(9)]):
        with pytest.raises(BadEncodingError):
            open_news(pack_news(1, [FeedTold(told.of, stored)]))


def test_news_of_another_history_do_not_follow() -> None:
    before, made = grown_author(1, 5, 3)
    assert made.replica is not None
    other = author(1, 1).grow([post(1, "another"), *posts(2, 8)])
    told = tell(other.replica, 5, posts(5, 8))
    assert told is not None
    with pytest.raises(BadProofError):
        grow_by(before, told.stored, told.of.signed_head, told.of.chunk_list, load)


def test_what_fits_in_an_answer() -> None:
    _, made = grown_author(1, 5, 3)
    assert made.replica is not None
    assert [fits(made.replica, size) for size in (0, 1, 7, 8, 9)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert GAP_ENTRIES_MAX == 4096


def test_entries_too_long_for_a_frame_are_not_told() -> None:
    stored = [post(number, "x" * 7_900) for number in range(300)]
    made = author(1, 1)
    replica = made.append(stored)
    assert tell(replica, 1, stored) is None
    assert tell(replica, 101, stored[100:]) is not None


def test_a_message_ends_where_it_is_long_enough() -> None:
    def of(size_bytes: int) -> FeedTold:
        before, made = grown_author(1, 5, 1)
        return FeedTold(told_of(before, made).of, (bytes(size_bytes),))

    packing = Packing(1)
    assert packing.has_room(of(NEWS_CONTENT_BYTES_MAX))  # alone, whatever it takes
    packing.add(of(NEWS_BYTES // 2))
    assert not packing.is_full
    assert packing.has_room(of(NEWS_BYTES))
    assert not packing.has_room(of(2 * NEWS_BYTES))
    packing.add(of(NEWS_BYTES))
    assert packing.is_full
    assert packing.take() is not None
    assert packing.take() is None
    for _ in range(NEWS_FEEDS_MAX):
        assert not packing.is_full
        packing.add(of(1))
    assert packing.is_full


def test_the_newest_posts_of_all() -> None:
    pairs = [grown_author(number, 5, 4) for number in range(3)]
    told = [told_of(*each) for each in pairs]
    grown = [
        grow_by(before, each.stored, each.of.signed_head, each.of.chunk_list, load)
        for (before, _), each in zip(pairs, told, strict=True)
    ]
    shown = [(one, each.stored) for one, each in zip(grown, told, strict=True)]
    # Posts of the same number are of the same time here.
    assert newest(shown, 3) == {each.feed_id: 8 for each in grown}
    assert newest(shown, 100) == {each.feed_id: 5 for each in grown}
    assert newest([], 3) == {}
    assert FeedId(grown[0].feed_id) in newest(shown, 6)
