"""Likes, boosts and quotes: the fake and the real index say the same."""

import pytest
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import ABSENT, HERE, WITHDRAWN, PostView
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.kinds import (
    BoostBody,
    EditBody,
    FollowBody,
    PostBody,
    ReactBody,
    WithdrawBody,
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
    ref_of,
    seen_at,
    stored,
)
from tests.shell.store.test_index_contract_media import BEE

YEAR_MS = 365 * 24 * 3600 * 1000
NOTHING = Cursor(0, 0)


def counts(index: Index, ref: EntryRef) -> tuple[int, int, bool, bool]:
    view = index.post(ref.feed_id, ref.index)
    assert view is not None
    return view.likes, view.boosts, view.liked, view.boosted


def home(index: Index, **asked: int) -> list[tuple[str, str]]:
    """Texts of the home timeline, and the letter of who boosted each."""
    page = index.home(asked.get("limit", 10), None)
    assert index.newer_than(NOTHING) == len(index.home(100, None))
    return [(view.text, booster(view)) for view in page]


def booster(view: PostView) -> str:
    letters = {ANN: "a", BOB: "b", CYD: "c"}
    return letters[view.boosted_by.author_id] if view.boosted_by else ""


def one_post(index: Index) -> EntryRef:
    """Bob's post; Ann, whose index it is, follows him."""
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True))])
    add(index, BOBS, 0, [stored("Bob's", NOW_MS)])
    return ref_of(index, BOBS, 0)


def test_likes_and_boosts_are_counted_once_for_each_person_and_taken_back(index: Index) -> None:
    ref = one_post(index)
    assert counts(index, ref) == (0, 0, False, False)
    add(index, CYDS, 0, [stored(ReactBody(ref, "♥")), stored(ReactBody(ref, "🎉"))])
    add(index, LAPTOP, 1, [stored(BoostBody(ref)), stored(ReactBody(ref, "♥"))])
    add(index, PHONE, 0, [stored(ReactBody(ref, "♥"))])
    assert counts(index, ref) == (2, 1, True, True)
    add(index, CYDS, 2, [stored(ReactBody(ref, "")), stored(BoostBody(ref))])
    add(index, LAPTOP, 3, [stored(BoostBody(ref, is_off=True))])
    assert counts(index, ref) == (1, 1, True, False)


def test_of_two_devices_the_later_word_counts(index: Index) -> None:
    ref = one_post(index)
    add(index, PHONE, 0, [stored(ReactBody(ref, ""), NOW_MS + 5)])
    add(index, LAPTOP, 1, [stored(ReactBody(ref, "♥"), NOW_MS + 1)])
    assert counts(index, ref) == (0, 0, False, False)
    add(index, LAPTOP, 2, [stored(ReactBody(ref, "♥"), NOW_MS + 9)])
    assert counts(index, ref) == (1, 0, True, False)
    index.drop_feed(LAPTOP)
    assert counts(index, ref) == (0, 0, False, False)
    index.drop_feed(PHONE)
    add(index, PHONE, 0, [stored(ReactBody(ref, "♥"))])
    assert counts(index, ref) == (1, 0, True, False)


def test_what_is_said_of_a_post_that_comes_later_counts(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored("first"), stored("second")])
    refs = [ref_of(index, LAPTOP, at) for at in (0, 1)]
    index.drop_feed(LAPTOP)
    add(index, CYDS, 0, [stored(ReactBody(ref, "♥")) for ref in refs])
    add(index, LAPTOP, 0, [stored("first"), stored("second")])
    assert [counts(index, ref)[0] for ref in refs] == [1, 1]
    # Gone, and here once more.
    index.drop_feed(LAPTOP)
    add(index, BOBS, 0, [stored("something else"), stored("in its place")])
    add(index, LAPTOP, 0, [stored("first"), stored("second")])
    assert [counts(index, ref)[0] for ref in refs] == [1, 1]
    assert counts(index, ref_of(index, BOBS, 0))[0] == 0


@pytest.mark.attack("A250")
def test_a_word_whose_place_and_hash_do_not_belong_together_is_on_nothing(
    index: Index,
) -> None:
    ref = one_post(index)
    for number, wrong in enumerate(
        (
            EntryRef(BOBS, Hash(bytes(32)), 0),
            EntryRef(CYDS, ref.entry_hash, 0),
            EntryRef(BOBS, ref.entry_hash, 7),
        )
    ):
        add(index, CYDS, number, [stored(BoostBody(wrong))])
        add(index, LAPTOP, number + 1, [stored(ReactBody(wrong, "♥"))])
    assert counts(index, ref) == (0, 0, False, False)
    assert home(index) == [("Bob's", "")]


def test_a_boost_shows_a_post_of_somebody_not_followed_once_by_the_newest(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, CYDS, 0, [stored("Cyd's", NOW_MS)])
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True)), stored("mine", NOW_MS + 10)])
    assert home(index) == [("mine", "")]
    ref = ref_of(index, CYDS, 0)
    add(index, BOBS, 0, [stored(BoostBody(ref), NOW_MS + 5)])
    assert home(index) == [("mine", ""), ("Cyd's", "b")]
    add(index, LAPTOP, 2, [stored(BoostBody(ref), NOW_MS + 20)])
    assert home(index) == [("Cyd's", "a"), ("mine", "")]
    add(index, LAPTOP, 3, [stored(BoostBody(ref, is_off=True), NOW_MS + 21)])
    assert home(index) == [("mine", ""), ("Cyd's", "b")]
    # Who is not to be seen: as booster, and as boosted.
    assert [view.text for view in index.home(10, None, [BOB])] == ["mine"]
    assert [view.text for view in index.home(10, None, [CYD])] == ["mine"]
    assert index.newer_than(NOTHING, [CYD]) == 1
    add(index, LAPTOP, 4, [stored(FollowBody(BOB, False))])
    assert home(index) == [("mine", "")]


def test_a_followed_post_stands_where_it_was_boosted_last_and_pages_go_on(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True)), stored(FollowBody(CYD, True))])
    add(index, BOBS, 0, [stored(f"b{n}", NOW_MS + 2 * n) for n in range(4)])
    refs = [ref_of(index, BOBS, n) for n in range(4)]
    add(index, CYDS, 0, [stored(BoostBody(refs[0]), NOW_MS + 5)])
    assert home(index) == [("b3", ""), ("b0", "c"), ("b2", ""), ("b1", "")]
    add(index, CYDS, 1, [stored(BoostBody(refs[3]), NOW_MS + 9)])
    add(index, CYDS, 2, [stored(BoostBody(refs[2]), NOW_MS - 9)])
    everything = [("b3", "c"), ("b0", "c"), ("b2", ""), ("b1", "")]
    assert home(index) == everything
    walked, before = [], None
    while page := index.home(1, before):
        walked += [(view.text, booster(view)) for view in page]
        before = page[-1].cursor
    assert walked == everything
    assert index.newer_than(index.home(2, None)[1].cursor) == 1


def test_a_boost_from_the_future_stands_where_it_was_seen(index: Index) -> None:
    ref = one_post(index)
    add(index, LAPTOP, 1, [stored("mine", NOW_MS + 10)])
    add(index, PHONE, 0, [stored(BoostBody(ref), NOW_MS + YEAR_MS)])
    assert home(index) == [("Bob's", "a"), ("mine", "")]
    index.resort(PHONE, 0, 1, seen_at(NOW_MS - YEAR_MS))
    assert home(index) == [("mine", ""), ("Bob's", "")]


def test_a_boosted_post_that_is_withdrawn_stands_nowhere(index: Index) -> None:
    ref = one_post(index)
    add(index, LAPTOP, 1, [stored(BoostBody(ref), NOW_MS + 3)])
    add(index, BOBS, 1, [stored(EditBody(0, "better"))])
    assert home(index) == [("better", "a")]
    add(index, BOBS, 2, [stored(WithdrawBody(0)), stored("new", NOW_MS)])
    assert home(index) == [("new", "")]


def test_a_quote_shows_what_it_quotes_as_far_as_it_is_here(index: Index) -> None:
    ref = one_post(index)
    elsewhere = EntryRef(CYDS, Hash(bytes(32)), 5)
    add(index, LAPTOP, 1, [stored(PostBody("so true", quote=ref, lang="de-AT"))])
    add(index, LAPTOP, 2, [stored(PostBody("and this", quote=elsewhere))])

    def seen(at: int) -> tuple[EntryRef | None, str, str, str]:
        view = index.post(LAPTOP, at)
        assert view is not None and view.quoted is not None
        return view.quotes, view.quoted.state, view.quoted.text, view.lang

    assert seen(1) == (ref, HERE, "Bob's", "de-at")
    assert seen(2) == (elsewhere, ABSENT, "", "")
    assert all(view.quoted is not None for view in index.author_posts(ANN, 2, None))
    add(index, BOBS, 1, [stored(EditBody(0, "word " * 200, cw="long"))])
    _, _, text, _ = seen(1)
    assert 390 < len(text) <= 400 and text.endswith("word…")
    add(index, BOBS, 2, [stored(WithdrawBody(0))])
    assert seen(1) == (ref, WITHDRAWN, "", "de-at")


def test_an_edit_says_what_is_quoted_only_where_the_post_does_not(index: Index) -> None:
    ref = one_post(index)
    other = EntryRef(BOBS, Hash(bytes(32)), 9)
    add(index, LAPTOP, 1, [stored(PostBody("so true", quote=ref))])
    add(index, LAPTOP, 2, [stored(EditBody(1, "so very true", quote=other))])
    view = index.post(LAPTOP, 1)
    assert view is not None and (view.text, view.quotes) == ("so very true", ref)


def test_all_of_it_comes_back_when_the_index_is_made_anew(index: Index) -> None:
    ref = one_post(index)
    records = [stored(BoostBody(ref)), stored(ReactBody(ref, "♥")), stored("mine")]
    add(index, LAPTOP, 1, records)
    assert counts(index, ref) == (1, 1, True, True)
    index.clear()
    assert index.home(10, None) == []
    add(index, LAPTOP, 0, [stored(FollowBody(BOB, True)), *records])
    add(index, BOBS, 0, [stored("Bob's", NOW_MS)])
    assert counts(index, ref) == (1, 1, True, True)


def test_what_somebody_boosted_stands_by_when_they_did(index: Index) -> None:
    ref = one_post(index)
    add(index, CYDS, 0, [stored("Cyd's", NOW_MS + 1)])
    other = ref_of(index, CYDS, 0)
    absent = EntryRef(PHONE, Hash(b"x" * 32), 0)
    boosts = [
        stored(BoostBody(each), NOW_MS + n) for n, each in ((9, ref), (5, other), (7, absent))
    ]
    add(index, CYDS, 1, boosts)
    found = index.boosts_of(CYD, 10, None)
    assert [(each.text, booster(each)) for each in found] == [("Bob's", "c"), ("Cyd's", "c")]
    assert index.boosts_of(CYD, 1, found[0].cursor) == found[1:]
    assert index.boosts_of(BOB, 10, None) == []
    add(index, CYDS, 4, [stored(BoostBody(ref, is_off=True), NOW_MS + 20)])
    assert [each.text for each in index.boosts_of(CYD, 10, None)] == ["Cyd's"]


def test_posts_replies_and_media_of_somebody_are_told_apart(index: Index) -> None:
    ref = one_post(index)
    add(index, BOBS, 1, [stored(PostBody("an answer", reply=ref), NOW_MS + 1)])
    add(index, BOBS, 2, [stored("plain", NOW_MS + 2)])
    add(index, BOBS, 3, [stored(PostBody("a picture", media=(BEE,)), NOW_MS + 3)])

    def of(kind: str, limit: int = 10) -> list[str]:
        return [each.text for each in index.author_posts(BOB, limit, None, kind)]

    assert of("") == ["a picture", "plain", "an answer", "Bob's"]
    assert of("posts") == ["a picture", "plain", "Bob's"]
    assert of("replies") == ["an answer"] and of("media") == ["a picture"]
    assert of("posts", 1) == ["a picture"]


def test_what_somebody_likes_stands_by_when_they_said_so(index: Index) -> None:
    ref = one_post(index)
    add(index, CYDS, 0, [stored("Cyd's", NOW_MS + 1)])
    other = ref_of(index, CYDS, 0)
    absent = EntryRef(PHONE, Hash(b"x" * 32), 0)
    said = ((9, ref), (5, other), (7, absent))
    add(index, CYDS, 1, [stored(ReactBody(each, "♥"), NOW_MS + n) for n, each in said])
    found = index.likes_of(CYD, 10, None)
    assert [(each.text, each.boosted_by) for each in found] == [
        ("Bob's", None),
        ("Cyd's", None),
    ]
    assert [each.cursor.time_ms - NOW_MS for each in found] == [9, 5]
    assert index.likes_of(CYD, 1, found[0].cursor) == found[1:]
    assert index.likes_of(CYD, 10, found[1].cursor) == []
    assert index.likes_of(BOB, 10, None) == index.boosts_of(CYD, 10, None) == []
    add(index, CYDS, 4, [stored(ReactBody(ref, ""), NOW_MS + 20)])
    assert [each.text for each in index.likes_of(CYD, 10, None)] == ["Cyd's"]
    add(index, CYDS, 5, [stored(WithdrawBody(0))])
    assert index.likes_of(CYD, 10, None) == []


def test_likes_of_two_devices_are_one_list_and_each_post_stands_once(index: Index) -> None:
    ref = one_post(index)
    add(index, BOBS, 1, [stored("more", NOW_MS + 1)])
    more = ref_of(index, BOBS, 1)
    add(index, LAPTOP, 1, [stored(ReactBody(ref, "♥"), NOW_MS + 2)])
    add(index, PHONE, 0, [stored(ReactBody(more, "♥"), NOW_MS + 3)])
    add(index, PHONE, 1, [stored(ReactBody(ref, "♥"), NOW_MS + 4)])
    assert [each.text for each in index.likes_of(ANN, 10, None)] == ["Bob's", "more"]
    add(index, LAPTOP, 2, [stored(ReactBody(ref, ""), NOW_MS + 5)])
    assert [each.text for each in index.likes_of(ANN, 10, None)] == ["more"]


def left(index: Index, start: int = 0) -> list[tuple[str, int, bool, bool]]:
    names = {BOBS: "bob", CYDS: "cyd", BEE: "bee"}
    return [
        (names[each.ref.feed_id], each.ref.index, each.liked, each.boosted)
        for each in index.reactions_left(10, start)
    ]


def test_what_was_said_of_a_post_is_found_when_it_is_gone(index: Index) -> None:
    ref = one_post(index)
    add(index, LAPTOP, 1, [stored(ReactBody(ref, "♥"), NOW_MS + 1)])
    add(index, PHONE, 0, [stored(BoostBody(ref), NOW_MS + 2)])
    add(index, CYDS, 0, [stored(ReactBody(ref, "♥"))])  # nobody's business here
    (said,) = index.own_reactions(BOBS, 0)
    assert (said.ref, said.liked, said.boosted, said.time_ms) == (ref, True, True, NOW_MS + 2)
    assert said.author_id == BOB and left(index) == []
    add(index, BOBS, 1, [stored(WithdrawBody(0))])
    assert left(index) == [("bob", 0, True, True)] and left(index, 1) == []
    add(index, PHONE, 1, [stored(BoostBody(ref, is_off=True), NOW_MS + 3)])
    assert left(index) == [("bob", 0, True, False)]
    # Without the feed nothing says whose it was; the word stays, and can be taken back.
    index.drop_feed(BOBS)
    (said,) = index.own_reactions(BOBS, 0)
    assert (said.ref, said.author_id, said.author_name) == (ref, None, "")
    add(index, LAPTOP, 2, [stored(ReactBody(ref, ""), NOW_MS + 4)])
    assert left(index) == [] == index.own_reactions(BOBS, 0)


def test_what_was_said_of_gone_posts_is_listed_the_newest_first(index: Index) -> None:
    ref = one_post(index)
    elsewhere = [EntryRef(CYDS, Hash(bytes([n]) * 32), n) for n in range(3)]
    add(index, LAPTOP, 1, [stored(ReactBody(ref, "♥"))])
    add(
        index,
        LAPTOP,
        2,
        [stored(BoostBody(each), NOW_MS + 9 - n) for n, each in enumerate(elsewhere)],
    )
    assert left(index) == [("cyd", n, False, True) for n in range(3)]
    assert left(index, 2) == [("cyd", 2, False, True)]
