"""Opened posts: in order, by place, by words; and what is withdrawn is gone."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.opened import (
    OpenedPost,
    OpenedPosts,
    T,
    candidates,
    found_among,
)
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.words.query import parse_query

from tests.core.circles.scene import FEED, author

CIRCLE = Circle(author_id=author(1), circle_id=b"c" * 16)


def post(index: int, text: str = "", reply: EntryRef | None = None) -> OpenedPost:
    return OpenedPost(
        author_id=author(1),
        ref=EntryRef(FEED, Hash(bytes([index]) * 32), index),
        at=(1_000 + index, index),
        claimed_ms=1_000 + index,
        body=PostBody(text or f"post {index}", reply=reply),
        circle=CIRCLE,
    )


def posts(*several: OpenedPost, most: int = 100) -> OpenedPosts:
    opened = OpenedPosts(most)
    for each in several:
        assert opened.put(each)
    return opened


def texts(found: list[OpenedPost]) -> list[str]:
    return [each.text for each in found]


@dataclass(frozen=True)
class Desk:
    """Asks at once."""

    posts: OpenedPosts

    def opened(self, ask: Callable[[OpenedPosts], T]) -> T:
        return ask(self.posts)


def all_of(opened: OpenedPosts) -> list[str]:
    return texts(opened.newest(None, (author(1),), 100))


def found(opened: OpenedPosts, words: str) -> list[str]:
    query = parse_query(words)
    may_be = candidates(Desk(opened), query, None)
    return texts(found_among(may_be, query, lambda _: Meant()))


def test_posts_stand_in_order_whatever_came_first() -> None:
    opened = posts(post(3), post(1), post(2))
    assert all_of(opened) == ["post 3", "post 2", "post 1"]
    assert texts(opened.newest((1_003, 3), (author(1), author(2)), 1)) == ["post 2"]
    assert not opened.newest(None, (author(2),), 9)
    assert opened.count_after((1_001, 1), {author(1)}) == 2
    assert not opened.put(post(3))
    assert len(opened) == 3


def test_one_is_found_by_its_place_its_id_and_its_hash() -> None:
    opened = posts(post(1), post(2))
    assert opened.get(FEED, 2) == opened.by_id(post(2).id) == post(2)
    assert opened.by_hash(Hash(b"\1" * 32)) == post(1)
    assert opened.get(FEED, 9) is opened.by_id("9") is opened.by_hash(Hash(b"9" * 32)) is None


def test_search_finds_by_words_and_by_all_else() -> None:
    opened = posts(post(1, "Blue moon"), post(2, "blue sky #tea"), post(3, "red"))
    assert found(opened, "blue") == ["blue sky #tea", "Blue moon"]
    assert found(opened, "blue -moon") == ["blue sky #tea"]
    assert found(opened, "mo*") == ["Blue moon"]
    assert found(opened, "#tea") == ["blue sky #tea"]
    assert found(opened, "from:anna") == []
    assert found(opened, "green") == []


def test_only_posts_that_may_be_found_are_looked_at() -> None:
    opened = posts(post(1, "Blue moon"), post(2, "blue sky"), post(3, "red monk"))

    def looked(words: str, before: tuple[int, int] | None = None) -> set[str]:
        return {*texts(candidates(Desk(opened), parse_query(words), before))}

    assert looked("mo*") == {"red monk", "Blue moon"}
    assert looked("mo* blue") == {"Blue moon"}
    assert looked("blue", (1_002, 2)) == {"Blue moon"}
    assert looked("zz*") == looked("zz") == set()
    assert looked("from:anna") == {"red monk", "blue sky", "Blue moon"}


def test_protected_posts_are_found_by_the_media_that_their_newest_edit_names() -> None:
    pieces = hash_pieces(b"a bee")
    bee = Medium(
        size_bytes=pieces.size_bytes,
        v1=pieces.v1,
        v2=pieces.v2,
        type="image/jpeg",
        key=b"k" * 32,
    )
    shown = replace(post(2), body=PostBody("bee", media=(bee,)))
    opened = posts(post(1, "none"), shown)
    assert found(opened, "has:media") == ["bee"]
    opened.edit(FEED, 5, EditBody(2, "gone"))
    opened.edit(FEED, 6, EditBody(1, "some", media=(bee,)))
    assert (found(opened, "has:media"), found(opened, "-has:media gone")) == (
        ["some"],
        ["gone"],
    )


def test_an_edit_is_shown_and_when_it_goes_what_was_before() -> None:
    opened = posts(post(1, "first"))
    opened.edit(FEED, 5, EditBody(1, "second"))
    opened.edit(FEED, 7, EditBody(1, "third"))
    opened.edit(FEED, 6, EditBody(1, "between"))
    assert (found(opened, "third"), found(opened, "first")) == (["third"], [])
    assert opened.edits_of(FEED, 1) == [5, 6, 7]
    assert opened.withdraw(FEED, 7)
    assert all_of(opened) == ["between"]
    assert opened.withdraw(FEED, 5)
    assert opened.withdraw(FEED, 6)
    assert all_of(opened) == ["first"]


def test_an_edit_that_comes_before_its_post_is_kept() -> None:
    opened = OpenedPosts()
    opened.edit(FEED, 5, EditBody(1, "second"))
    opened.put(post(1, "first"))
    assert all_of(opened) == ["second"]
    said = opened.said_at(FEED, 1), opened.said_at(FEED, 5), opened.said_at(FEED, 6)
    assert said == (PostBody("first"), EditBody(1, "second"), None)


def test_what_is_withdrawn_is_gone_and_of_one_with_an_edit_the_first_text() -> None:
    opened = posts(post(1, "alone"), post(2, "first"))
    opened.edit(FEED, 5, EditBody(2, "second"))
    assert opened.withdraw(FEED, 1)
    assert not opened.withdraw(FEED, 1)
    assert opened.withdraw(FEED, 2)
    assert not opened.withdraw(FEED, 2)
    assert all_of(opened) == ["second"]
    assert opened.said_at(FEED, 2) is None
    assert opened.withdraw(FEED, 5)
    assert all_of(opened) == []
    assert found(opened, "second") == found(opened, "alone") == []


def test_replies_stand_under_what_they_answer_by_place_and_hash() -> None:
    top = post(1)
    wrong = replace(top.ref, entry_hash=Hash(b"x" * 32))
    opened = posts(top, post(3, reply=top.ref), post(2, reply=top.ref), post(4, reply=wrong))
    opened.put(post(5, reply=post(2).ref))
    assert texts(opened.replies(top.ref)) == ["post 2", "post 3"]
    assert sorted(texts(opened.below(top.ref, 9))) == ["post 2", "post 3", "post 5"]
    assert len(opened.below(top.ref, 2)) == 2
    opened.withdraw(FEED, 2)
    assert texts(opened.replies(top.ref)) == ["post 3"]


def test_no_more_are_kept_than_there_is_room_for_and_the_oldest_go() -> None:
    opened = posts(*(post(n) for n in range(1, 6)), most=3)
    assert all_of(opened) == ["post 5", "post 4", "post 3"]


def test_posts_of_a_feed_that_was_let_go_are_forgotten() -> None:
    opened = posts(post(1), post(2))
    opened.edit(FEED, 5, EditBody(1, "second"))
    opened.edit(FEED, 6, EditBody(4, "of a post that is not here"))
    assert sorted(opened.of_feed(FEED)) == [(FEED, 1), (FEED, 2), (FEED, 4)]
    assert opened.of_feed(FeedId(bytes(32))) == []
    opened.drop((FEED, 1))
    opened.drop((FEED, 9))
    assert opened.said_at(FEED, 5) is None
    opened.put(post(1))
    assert all_of(opened) == ["post 2", "post 1"]


def test_a_post_leads_up_to_the_first_that_is_not_open() -> None:
    outside = EntryRef(FeedId(b"o" * 32), Hash(b"h" * 32), 3)
    top, alone = post(1, reply=outside), post(9)
    below = post(2, reply=top.ref)
    opened = posts(top, below, alone)
    assert opened.upwards(below.place) == [below.ref, top.ref, outside]
    assert opened.upwards(alone.place) == [alone.ref]
    assert opened.upwards((outside.feed_id, 3)) == []


def test_a_reply_whose_place_and_hash_do_not_belong_together_leads_no_further() -> None:
    top = post(1)
    second = post(2, reply=top.ref)
    lie = replace(second.ref, entry_hash=top.ref.entry_hash)
    below = post(3, reply=lie)
    assert posts(top, second, below).upwards(below.place) == [below.ref, lie]
