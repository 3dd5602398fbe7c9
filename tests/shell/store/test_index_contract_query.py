"""What every index finds by what posts are: the fake and the real one pass the same."""

import pytest
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import SEARCH_BEST_OF
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import EditBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    CYDS,
    LAPTOP,
    PHONE,
    add,
    add_timed,
    ref_of,
    seen_at,
    stored,
    texts,
)

DAY_MS = 86_400_000
UNKNOWN = AuthorId(bytes([9]) * 32)


def found(index: Index, words: str) -> list[str]:
    views = index.search(words, 100, None)
    assert index.count_found(words, 100) == len(views)
    return texts(views)


def test_posts_are_found_by_day(index: Index) -> None:
    days = [
        (day * DAY_MS + ms, f"word {day} {ms}") for day in (1, 2, 3) for ms in (0, 86_399_999)
    ]
    add_timed(index, BOBS, *days)
    second = ["word 2 86399999", "word 2 0"]
    assert found(index, "word since:1970-01-03 until:1970-01-03") == second
    assert found(index, "word since:1970-01-03")[-2:] == second
    assert found(index, "word until:1970-01-03")[:2] == second
    assert found(index, "word until:1970")[-2:] == ["word 1 86399999", "word 1 0"]
    assert found(index, "word since:1971") == found(index, "word until:1970-01-01") == []
    page = index.search("word since:1970-01-03", 3, None)
    older = index.search("word since:1970-01-03", 3, page[-1].cursor)
    assert texts(older) == ["word 2 0"]


@pytest.mark.slow
def test_a_day_full_of_posts_has_all_of_them_and_no_other(index: Index) -> None:
    """More than have room at their moments: they stand at those of others."""
    border = 2 * DAY_MS
    many = [(border + at % 3 - 1, f"word {at}") for at in range(700)]
    add_timed(index, BOBS, *many)
    before = index.search("word until:1970-01-02", 1_000, None)
    after = index.search("word since:1970-01-03", 1_000, None)
    assert {view.text for view in before} == {text for at, text in many if at < border}
    assert {view.text for view in after} == {text for at, text in many if at >= border}
    assert index.count_found("word since:1970-01-03", 1_000) == len(after)


def test_a_post_of_a_day_to_come_counts_when_it_was_seen(index: Index) -> None:
    add_timed(index, BOBS, (400 * DAY_MS, "word ahead"), seen=seen_at(5 * DAY_MS))
    assert found(index, "word since:1971") == []
    assert found(index, "word since:1970-01-06 until:1970-01-06") == ["word ahead"]


def test_posts_are_found_by_the_language_their_author_names(index: Index) -> None:
    said = [
        ("Grüezi", "de-CH"),
        ("Hallo", "de"),
        ("Hello", "en"),
        ("?", "de_x"),
        ("!", "DE'"),
    ]
    add(index, BOBS, 0, [stored(PostBody(text, lang=lang), 9) for text, lang in said])
    assert found(index, "lang:de") == ["Hallo", "Grüezi"]
    assert found(index, "lang:DE-ch") == ["Grüezi"]
    assert found(index, "lang:en -lang:de") == ["Hello"]
    assert found(index, "h* -lang:en") == ["Hallo"]


def test_replies_and_links_are_found_as_such(index: Index) -> None:
    add_timed(index, BOBS, (1, "word"), (2, "word https://a.b"), (3, "word http://a.b/c.jpg"))
    add(index, CYDS, 0, [stored(PostBody("word no", reply=ref_of(index, BOBS, 0)), 4)])
    assert found(index, "is:reply") == ["word no"]
    assert found(index, "word -is:reply has:link") == [
        "word http://a.b/c.jpg",
        "word https://a.b",
    ]
    assert found(index, "has:media") == ["word http://a.b/c.jpg"]
    assert found(index, "word -has:link -is:reply") == ["word"]


def test_what_is_meant_for_somebody_is_found(index: Index) -> None:
    address = format_author(BOB)
    add(index, BOBS, 0, [stored(ProfileBody("Bob")), stored("question", 2)])
    add(index, LAPTOP, 0, [stored(PostBody("answer", reply=ref_of(index, BOBS, 1)), 3)])
    add(index, CYDS, 0, [stored(PostBody("mention", mentions=(ANN, BOB)), 4)])
    add(
        index,
        PHONE,
        0,
        [stored(f"link swarmfeed:{address}?name=B", 5), stored("none", 6)],
    )
    to_bob = [f"link swarmfeed:{address}?name=B", "mention", "answer"]
    assert found(index, "to:bob") == found(index, f"to:{address}") == to_bob
    assert found(index, "to:bob from:" + format_author(ANN)) == [to_bob[0], to_bob[2]]
    assert found(index, f"to:{format_author(ANN)}") == ["mention"]
    assert found(index, "none -to:bob") == ["none"]
    assert found(index, "link -to:bob") == found(index, "to:nobody") == []
    assert found(index, "mention -to:nobody") == ["mention"]


def test_one_who_is_not_known_here_is_found_by_the_address(index: Index) -> None:
    feed_id = FeedId(bytes([77]) * 32)
    ref = EntryRef(feed_id, Hash(bytes(32)), 3)
    bodies = [PostBody("mention", mentions=(UNKNOWN,)), PostBody("answer", reply=ref)]
    add(index, BOBS, 0, [stored(body, at) for at, body in enumerate(bodies, 2)])
    assert found(index, f"to:{format_author(UNKNOWN)}") == ["mention"]
    index.reserve(feed_id, UNKNOWN, 5)
    assert found(index, f"to:{format_author(UNKNOWN)}") == ["answer", "mention"]


def test_an_edit_changes_links_and_leaves_the_rest(index: Index) -> None:
    post = PostBody("word https://a.b", lang="de", mentions=(ANN,))
    add(index, BOBS, 0, [stored(post, 2)])
    add(index, BOBS, 1, [stored(EditBody(0, "word 2"), 3)])
    assert found(index, "has:link") == []
    assert found(index, f"lang:de to:{format_author(ANN)}") == ["word 2"]


def test_what_is_withdrawn_is_found_by_nothing(index: Index) -> None:
    add_timed(index, BOBS, (1, "word"))
    reply = PostBody("x https://a.b", lang="de", reply=ref_of(index, BOBS, 0), mentions=(ANN,))
    add(index, CYDS, 0, [stored(reply, 2), stored(WithdrawBody(0), 3), stored(reply, 4)])
    for words in ("x", "is:reply", "has:link", "lang:de", f"to:{format_author(ANN)}"):
        assert [view.ref.index for view in index.search(words, 9, None)] == [2]
        assert index.count_found(words, 9) == 1
    index.drop_feed(CYDS)
    assert found(index, "is:reply") == found(index, "lang:de") == []
    index.check()


def test_what_is_judged_again_keeps_what_it_is_found_by(index: Index) -> None:
    post = PostBody("word", lang="de", mentions=(ANN,))
    add(index, BOBS, 0, [stored(post, 400 * DAY_MS)])
    index.resort(BOBS, 0, 1, seen_at(5 * DAY_MS))
    assert found(index, f"lang:de to:{format_author(ANN)} until:1970") == ["word"]
    index.resort(BOBS, 0, 1, seen_at(500 * DAY_MS))
    assert found(index, "lang:de since:1971") == ["word"]
    index.check()


def test_the_best_come_first_by_words_answers_and_age(index: Index) -> None:
    texts_of_bob = [("rust", 5), ("rust it is, and much else", 6), ("rust rust", 4), ("go", 3)]
    add(index, BOBS, 0, [stored(text, at) for text, at in texts_of_bob])
    best = "rust order:best"
    assert found(index, best) == ["rust rust", "rust", "rust it is, and much else"]
    assert found(index, "rust order:newest") == found(index, "rust")
    ref = ref_of(index, BOBS, 1)
    add(index, CYDS, 0, [stored(PostBody("yes", reply=ref), at) for at in (7, 8)])
    add(index, BOBS, 4, [stored(PostBody("me", reply=ref_of(index, BOBS, 0)), 7)])
    assert found(index, best)[0] == "rust it is, and much else"
    assert texts(index.search(best, 1, None)) == ["rust it is, and much else"]
    older = index.search(best, 9, index.search("rust", 1, None)[0].cursor)
    assert texts(older) == ["rust rust", "rust"]
    assert found(index, "from:nobody order:best") == []


def test_what_few_hold_counts_more_and_old_posts_less(index: Index) -> None:
    add_timed(index, BOBS, *((at, f"the {at}") for at in range(1, 30)))
    month = 30 * DAY_MS
    posts = [
        (9 * month, "the the the rare"),
        (9 * month, "the rare rare"),
        (1, "rare the rare"),
    ]
    add_timed(index, CYDS, *posts)
    assert found(index, "the rare order:best")[0] == "the rare rare"
    assert found(index, "the rare order:best")[-1] == "rare the rare"


def test_the_best_are_told_among_the_newest(index: Index) -> None:
    add_timed(index, BOBS, *((at + 9, f"word {at}") for at in range(SEARCH_BEST_OF)))
    add_timed(index, CYDS, (1, "word word word"))
    best = index.search("word order:best", 1_000, None)
    assert len(best) == SEARCH_BEST_OF
    assert "word word word" not in texts(best)
