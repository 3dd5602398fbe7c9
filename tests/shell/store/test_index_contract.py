"""What every index does with feeds and pages: the fake and the real one pass the same."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import (
    PAGE_POSTS_MAX,
    POST_AHEAD_MS_MAX,
)
from swarmfeed.core.base.types import Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.entry import encode_entry, encode_withdrawn, hash_stored
from swarmfeed.core.feed.kinds import (
    BoostBody,
    EditBody,
    FollowBody,
    PostBody,
    ProfileBody,
    ReactBody,
    UnknownBody,
)
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import BadEncodingError, UserError
from swarmfeed.ports import Addition, Index, KnownHolder

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    CYD,
    CYDS,
    LAPTOP,
    NOW_MS,
    OWNER,
    PHONE,
    add,
    add_timed,
    ref_of,
    seen_at,
    stored,
    texts,
)

# --- posts and pages -------------------------------------------------------------------


def test_people_are_found_by_their_names_as_readers_take_them(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, BOBS, 0, [stored(ProfileBody("Łódź  Bob"))])
    add(index, CYDS, 0, [stored(ProfileBody("LODZ bob"))])
    assert list(index.called(" lodz BOB ")) == sorted([BOB, CYD])
    add(index, CYDS, 1, [stored(ProfileBody("Cyd"))])
    known = index.author(BOB)
    assert known is not None and index.called("łódź bob") == {BOB: known.name}
    assert index.called("lodz") == index.called("") == {}


def test_a_post_comes_back_as_it_was_written(index: Index) -> None:
    record = stored(PostBody("Grüße 🌳\n", cw="trees"), 5)
    assert add(index, BOBS, 0, [record]) == 1
    view = index.post(BOBS, 0)
    assert view is not None
    assert view == PostView(
        ref=EntryRef(BOBS, hash_stored(record), 0),
        author_id=BOB,
        author_name="",
        time_ms=5,
        text="Grüße 🌳\n",
        cw="trees",
        cursor=Cursor(5, view.cursor.number),
        id=public_id(BOBS, 0, 5),
    )
    assert index.post_by_id(view.id) == view
    assert index.post_by_hash(hash_stored(record)) == view
    assert index.author_posts(BOB, 10, None) == [view]


def test_what_is_not_there_is_none_or_empty(index: Index) -> None:
    assert index.post(BOBS, 0) is None
    assert index.post_by_hash(Hash(bytes(32))) is None
    assert index.author(BOB) is None
    assert index.home(10, None) == []
    assert index.author_posts(BOB, 10, None) == []
    assert index.search("word", 10, None) == []
    assert index.replies(EntryRef(BOBS, Hash(bytes(32)), 0), 10) == []
    assert index.indexed_ranges(BOBS) == []
    assert index.follows_of(BOB) == index.followers_of(BOB) == []
    assert index.receipts(BOBS) == {}
    assert index.holders(BOBS) == []
    assert index.peers(10) == []
    index.drop_feed(BOBS)


def test_an_author_page_is_ordered_by_time_and_paged_by_cursor(index: Index) -> None:
    add_timed(index, LAPTOP, (30, "c"), (10, "a"), (20, "b1"), (20, "b2"))
    add_timed(index, PHONE, (25, "phone"))
    add_timed(index, BOBS, (99, "other"))
    assert texts(index.author_posts(ANN, 10, None)) == ["c", "phone", "b2", "b1", "a"]
    pages, before = [], None
    for _ in range(6):
        page = index.author_posts(ANN, 1, before)
        pages += texts(page)
        before = page[-1].cursor if page else before
    assert pages == ["c", "phone", "b2", "b1", "a"]


@pytest.mark.parametrize(("limit", "count"), [(-1, 0), (0, 0), (3, 3), (10**9, 5)])
def test_a_limit_is_kept(index: Index, limit: int, count: int) -> None:
    assert count <= PAGE_POSTS_MAX
    add_timed(index, BOBS, *((n, "word") for n in range(5)))
    assert len(index.author_posts(BOB, limit, None)) == count
    assert len(index.search("word", limit, None)) == count


def test_a_cursor_from_anywhere_is_harmless(index: Index) -> None:
    add_timed(index, BOBS, (10, "word"))
    for before in (Cursor(10**30, 10**30), Cursor(11, -(10**30))):
        assert texts(index.author_posts(BOB, 10, before)) == ["word"]
        assert texts(index.search("word", 10, before)) == ["word"]
    assert index.home(10, Cursor(-(10**30), 0)) == []
    assert index.newer_than(Cursor(-(10**30), 0)) == 0


@pytest.mark.attack("A25")
def test_a_post_from_the_future_sorts_as_received(index: Index) -> None:
    soon, later = NOW_MS + POST_AHEAD_MS_MAX, NOW_MS + POST_AHEAD_MS_MAX + 1
    seen = seen_at(NOW_MS)
    add_timed(index, BOBS, (later, "later"), (soon, "soon"), (NOW_MS - 1, "past"), seen=seen)
    add(index, BOBS, 3, [stored(PostBody("warned", cw="x"), later)], seen)
    views = index.author_posts(BOB, 10, None)
    assert texts(views) == ["soon", "warned", "later", "past"]
    assert [view.time_ms for view in views] == [soon, later, later, NOW_MS - 1]
    assert [view.cursor.time_ms for view in views] == [soon, NOW_MS, NOW_MS, NOW_MS - 1]


def test_a_backlog_indexed_newest_first_stands_in_its_own_order(index: Index) -> None:
    index.reserve(BOBS, BOB, 4)
    add(index, CYDS, 0, [stored("cyd")])
    add(index, BOBS, 2, [stored("b2"), stored("b3")])
    add(index, BOBS, 0, [stored("b0"), stored("b1")])
    add(index, BOBS, 4, [stored("b4")])
    assert texts(index.author_posts(BOB, 10, None)) == ["b4", "b3", "b2", "b1", "b0"]
    found = [index.post(BOBS, at) for at in range(6)]
    assert [view and (view.text, view.ref.index) for view in found] == [
        ("b0", 0),
        ("b1", 1),
        ("b2", 2),
        ("b3", 3),
        ("b4", 4),
        None,
    ]


def test_entries_that_span_several_reservations_keep_their_places(index: Index) -> None:
    index.reserve(BOBS, BOB, 2)
    index.reserve(CYDS, CYD, 2)
    index.reserve(BOBS, BOB, 3)
    index.reserve(CYDS, CYD, 1)
    records = [stored(f"b{at}") for at in range(5)]
    assert add(index, BOBS, 1, records[1:]) == 4
    assert add(index, CYDS, 0, [stored("c0"), stored("c1"), stored("c2")]) == 3
    assert add(index, BOBS, 0, records) == 1
    views = [index.post(BOBS, at) for at in range(5)]
    assert [view and (view.text, view.ref.index) for view in views] == [
        (f"b{at}", at) for at in range(5)
    ]
    assert texts(index.author_posts(CYD, 10, None)) == ["c2", "c1", "c0"]


def test_a_place_past_the_end_of_a_feed_is_empty(index: Index) -> None:
    add_timed(index, BOBS, (1, "b0"), (2, "b1"))
    add_timed(index, CYDS, (1, "c0"), (2, "c1"), (3, "c2"))
    assert [index.post(BOBS, at) for at in (2, 3, 4, -1, 10**30)] == [None] * 5


def test_indexing_again_changes_nothing(index: Index) -> None:
    records = [stored("one"), stored("two"), stored("three")]
    assert add(index, BOBS, 1, records[1:2]) == 1
    assert index.indexed_ranges(BOBS) == [(1, 2)]
    assert add(index, BOBS, 0, records) == 2
    assert add(index, BOBS, 0, records) == 0
    assert texts(index.author_posts(BOB, 10, None)) == ["three", "two", "one"]
    assert texts(index.search("two", 10, None)) == ["two"]


def test_ranges_are_merged_where_they_touch(index: Index) -> None:
    records = [stored(f"p{at}") for at in range(10)]
    for start, end in [(4, 6), (0, 2), (8, 10), (2, 2)]:
        add(index, BOBS, start, records[start:end])
    assert index.indexed_ranges(BOBS) == [(0, 2), (4, 6), (8, 10)]
    add(index, LAPTOP, 0, [stored("another")])
    assert index.indexed_by_feed() == {BOBS: [(0, 2), (4, 6), (8, 10)], LAPTOP: [(0, 1)]}
    add(index, BOBS, 1, records[1:4])
    assert index.indexed_ranges(BOBS) == [(0, 6), (8, 10)]
    add(index, BOBS, 6, records[6:8])
    assert index.indexed_ranges(BOBS) == [(0, 10)]


@pytest.mark.parametrize(
    "record",
    [
        encode_withdrawn("post", 1, Hash(bytes(32))),
        encode_entry("post", 1, b""),
        encode_entry("post", 1, b"d4:text3:abe"),
        encode_entry("post", 1, b"d4:text0:e"),
        encode_entry("post", 1, b"d4:text2:\xff\xfee"),
        encode_entry("post", 1, b"d4:text4:abcdX"),
        encode_entry("post", 1, b"d4:text2:abe1:k4:post1:ti1ee"),
        encode_entry("post", 1, b"d4:text8001:" + b"a" * 8001 + b"e"),
        encode_entry("profile", 1, b"de"),
        encode_entry("withdraw", 1, b"d1:ni9ee"),
        encode_entry("withdraw", 1, b"d1:ni1ee"),
        encode_entry("edit", 1, b"d1:ni1e4:text1:xe"),
        stored(UnknownBody("poll", b"d4:text3:abce")),
        stored(BoostBody(EntryRef(BOBS, Hash(bytes(32)), 0))),
        stored(ReactBody(EntryRef(BOBS, Hash(bytes(32)), 0), "🎉")),
    ],
)
def test_what_cannot_be_shown_is_passed_over(index: Index, record: bytes) -> None:
    assert add(index, BOBS, 0, [stored("before"), record, stored("after")]) == 2
    assert texts(index.author_posts(BOB, 10, None)) == ["after", "before"]
    assert index.indexed_ranges(BOBS) == [(0, 3)]


def test_a_text_that_looks_like_the_end_of_an_entry_is_text(index: Index) -> None:
    text = "e1:k4:post1:ti7ee d4:text1:xe1:k4:post1:ti7ee"
    add(index, BOBS, 0, [stored(text, 5)])
    assert [(view.text, view.time_ms) for view in index.author_posts(BOB, 1, None)] == [
        (text, 5)
    ]


# --- forgetting ------------------------------------------------------------------------------


def fill(index: Index) -> None:
    index.save_own_author(ANN)
    index.save_peer(Endpoint("127.0.0.1", 1), seen_at_ms=1)
    index.save_receipt(LAPTOP, NodeId(bytes(32)), 1, 1)
    index.save_holder(LAPTOP, holder(1, 1))
    own = stored("own word")
    add(index, LAPTOP, 0, [own, stored(FollowBody(BOB, True))])
    add(index, BOBS, 0, [stored("first word"), stored(EditBody(0, "bob's word"))])
    add(index, BOBS, 2, [stored(ProfileBody("Bob"))])
    parent = EntryRef(LAPTOP, hash_stored(own), 0)
    add(index, BOBS, 3, [stored(PostBody("reply", reply=parent))])


def test_a_dropped_feed_is_forgotten_whole(index: Index) -> None:
    fill(index)
    index.drop_feed(BOBS)
    assert texts(index.home(10, None)) == ["own word"]
    assert texts(index.search("word", 10, None)) == ["own word"]
    assert index.replies(ref_of(index, LAPTOP, 0), 10) == []
    assert index.indexed_ranges(BOBS) == []
    assert index.post(BOBS, 0) is None
    index.drop_feed(LAPTOP)
    assert index.follows_of(ANN) == []
    assert index.home(10, None) == []
    assert index.holders(LAPTOP) == []
    assert index.receipts(LAPTOP) == {}


def test_a_dropped_follow_takes_posts_off_the_home_timeline(index: Index) -> None:
    fill(index)
    index.drop_feed(LAPTOP)
    assert index.home(10, None) == []
    assert texts(index.author_posts(BOB, 10, None)) == ["reply", "bob's word"]


def test_a_dropped_feed_can_come_back(index: Index) -> None:
    fill(index)
    index.drop_feed(BOBS)
    assert add(index, BOBS, 0, [stored("new word")]) == 1
    assert texts(index.search("word", 10, None)) == ["new word", "own word"]
    assert texts(index.home(10, None)) == ["new word", "own word"]


def test_clear_keeps_what_the_logs_cannot_tell(index: Index) -> None:
    fill(index)
    index.clear()
    assert index.home(10, None) == index.search("word", 10, None) == []
    assert index.indexed_ranges(BOBS) == index.indexed_ranges(LAPTOP) == []
    assert index.peers(10) == [Endpoint("127.0.0.1", 1)]
    assert index.receipts(LAPTOP) == {NodeId(bytes(32)): 1}
    assert index.holders(LAPTOP) == [holder(1, 1)]
    fill(index)
    assert texts(index.home(10, None)) == ["reply", "bob's word", "own word"]
    assert texts(index.search("word", 10, None)) == ["bob's word", "own word"]


def test_what_is_written_together_is_kept_whole_or_not_at_all(index: Index) -> None:
    with index.together():
        fill(index)
        index.drop_feed(LAPTOP)
    before = index.author_posts(BOB, 10, None)
    assert texts(before) == ["reply", "bob's word"]
    with pytest.raises(UserError, match="never mind"), index.together():
        fill(index)
        index.drop_feed(BOBS)
        raise UserError("never mind")
    assert index.author_posts(BOB, 10, None) == before
    assert index.author_posts(ANN, 10, None) == []


# --- other nodes -----------------------------------------------------------------------------


def holder(number: int, seen_at_ms: int, *, complete: bool = True) -> KnownHolder:
    return KnownHolder(
        node_id=NodeId(number.to_bytes(32, "big")),
        link=Endpoint("127.0.0.1", number),
        swarm=Endpoint("::1", number),
        size=number,
        complete=complete,
        seen_at_ms=seen_at_ms,
    )


# --- all or nothing --------------------------------------------------------------------


def test_of_what_was_written_together_and_broke_off_nothing_stands(index: Index) -> None:
    add(index, BOBS, 0, [stored("first")])
    index.save_holder(BOBS, holder(1, 1))
    with pytest.raises(ZeroDivisionError), index.together():
        add(index, BOBS, 1, [stored("second"), stored(EditBody(0, "changed"))])
        add(index, CYDS, 0, [stored("of another")])
        index.save_holder(BOBS, holder(2, 2))
        index.save_peer(holder(2, 2).link, seen_at_ms=NOW_MS)
        raise ZeroDivisionError
    assert texts(index.author_posts(BOB, 10, None)) == ["first"]
    assert index.edits_of(BOBS, 0) == index.author_posts(CYD, 10, None) == index.peers(9) == []
    assert index.known_sizes() == {BOBS: (BOB, 1)}
    assert index.holders(BOBS) == [holder(1, 1)]


# --- many at once ------------------------------------------------------------------------


def prepared(index: Index, feed_id: FeedId, start: int, *records: bytes) -> Addition:
    (run,) = index.prepare_each([Packed(tail=records, count=len(records))])
    assert not isinstance(run, BadEncodingError)
    return Addition(feed_id=feed_id, author_id=OWNER[feed_id], start=start, prepared=run)


def test_additions_are_what_they_are_one_by_one(index: Index) -> None:
    later = stored("of tomorrow", NOW_MS + 2 * POST_AHEAD_MS_MAX)
    first = prepared(index, BOBS, 0, stored("first", NOW_MS), later)
    second = prepared(index, CYDS, 0, stored("second", NOW_MS + 1), stored(ProfileBody("Cyd")))
    assert index.add_each([first, second]) == [2, 1]
    assert index.add_each([first, replace(second, start=2)]) == [0, 1]
    assert texts(index.posts_of([BOB, CYD], 9, None))[0] == "of tomorrow"
    third = prepared(index, BOBS, 2, stored("third", NOW_MS + 2))
    seen = replace(third, reckoning=seen_at(NOW_MS - 5), resorted_from=0)
    assert index.add_each([seen]) == [1]
    assert texts(index.posts_of([BOB], 9, None)) == ["third", "first", "of tomorrow"]


def test_additions_go_in_all_or_none(index: Index) -> None:
    one = prepared(index, BOBS, 0, stored("one"))
    another = replace(prepared(index, CYDS, 0, stored("another")), prepared=NotPrepared())
    with pytest.raises(AssertionError):
        index.add_each([one, another])
    assert index.indexed_by_feed() == {} and index.home(9, None) == []
    assert index.add_each([replace(one, with_posts=False)]) == [0]
    assert index.indexed_ranges(BOBS) == [(0, 1)]


class NotPrepared:
    """What no index prepared."""

    times_ms = (NOW_MS,)


def test_posts_at_several_places_are_found_at_once_those_that_are_here(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored("first", 1), stored("second", 3)])
    add(index, BOBS, 5, [stored("bobs", 2)])
    places = [(LAPTOP, 0), (BOBS, 5), (LAPTOP, 1), (LAPTOP, 0), (BOBS, 0), (LAPTOP, 2)]
    found = index.posts_at([*places, (CYDS, 0), (LAPTOP, -1), (LAPTOP, 2**70)])
    assert found == [index.post(LAPTOP, 1), index.post(BOBS, 5), index.post(LAPTOP, 0)]
    assert index.posts_at([]) == []


def test_several_authors_are_told_at_once_those_who_are_known(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, BOBS, 0, [stored(ProfileBody("Bob")), stored("hello", 2)])
    told = index.authors([CYD, BOB, ANN, BOB])
    assert told == {each: index.author(each) for each in (ANN, BOB)}
    assert (told[BOB].name, told[BOB].post_count) == ("Bob", 1)
    assert index.authors([]) == {}
