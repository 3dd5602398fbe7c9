"""What posts name beside their words: the fake and the real index agree."""

from msgspec.structs import replace
from swarmfeed.core.asks.media_views import views_of
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.ports import Index

from tests.shell.store.index_samples import ANN, BOB, BOBS, CYD, LAPTOP, add, stored

PIECES = hash_pieces(b"a bee" * 1_000)
BEE = Medium(
    size_bytes=PIECES.size_bytes, v1=PIECES.v1, v2=PIECES.v2, type="image/jpeg", alt="A bee."
)
FLOWER = replace(BEE, v1=bytes(20), v2=bytes(32), alt="A flower.")


def media_of(index: Index, number: int, feed_id: FeedId = LAPTOP) -> list[str]:
    post = index.post(feed_id, number)
    return [] if post is None else [each.alt for each in post.media]


def test_a_post_has_the_media_that_it_names_and_no_other_has_them(index: Index) -> None:
    add(
        index, LAPTOP, 0, [stored("a"), stored(PostBody("b", media=(BEE, FLOWER))), stored("c")]
    )
    assert [media_of(index, number) for number in range(3)] == [
        [],
        ["A bee.", "A flower."],
        [],
    ]
    post = index.post(LAPTOP, 1)
    assert post is not None
    assert post.media == views_of((BEE, FLOWER))


def test_one_whose_hashes_do_not_fit_is_not_shown_and_its_post_is(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(PostBody("b", media=(replace(BEE, v1=b""), FLOWER)))])
    assert media_of(index, 0) == ["A flower."]


def test_an_edit_says_all_that_a_post_has_from_then_on(index: Index) -> None:
    post, edit = PostBody("b", media=(BEE,)), EditBody(0, "c", media=(FLOWER,))
    add(index, LAPTOP, 0, [stored(post), stored(edit)])
    assert media_of(index, 0) == ["A flower."]
    add(index, LAPTOP, 2, [stored(EditBody(0, "d"))])
    assert media_of(index, 0) == []
    add(index, LAPTOP, 3, [stored(WithdrawBody(2))])
    assert media_of(index, 0) == ["A flower."]


def test_they_come_in_any_order(index: Index) -> None:
    add(index, LAPTOP, 1, [stored(EditBody(0, "c", media=(FLOWER,)))])
    add(index, LAPTOP, 0, [stored(PostBody("b", media=(BEE,)))])
    assert media_of(index, 0) == ["A flower."]


def test_they_leave_with_their_post_and_with_their_feed(index: Index) -> None:
    named = stored(PostBody("b", media=(BEE,)))
    add(index, LAPTOP, 0, [named, named, stored(WithdrawBody(0))])
    assert (media_of(index, 0), media_of(index, 1)) == ([], ["A bee."])
    index.drop_feed(LAPTOP)
    add(index, LAPTOP, 0, [stored("x"), stored("y")])
    assert media_of(index, 1) == []


def with_media(index: Index, words: str = "has:media") -> list[str]:
    return [post.text for post in index.search(words, 9, None)]


def test_a_post_is_found_by_its_media_and_by_a_link_to_some(index: Index) -> None:
    halved = replace(BEE, v1=b"")
    said = [
        PostBody("none"),
        PostBody("attached", lang="de", media=(BEE,)),
        PostBody("linked https://a.b/c.png"),
        PostBody("not shown", media=(halved,)),
    ]
    add(index, LAPTOP, 0, [stored(body, at) for at, body in enumerate(said)])
    assert with_media(index) == ["linked https://a.b/c.png", "attached"]
    assert with_media(index, "has:media lang:de") == ["attached"]
    assert with_media(index, "has:media -has:link") == ["attached"]
    assert with_media(index, "-has:media none") == ["none"]
    add(index, LAPTOP, 4, [stored(WithdrawBody(1))])
    assert with_media(index) == ["linked https://a.b/c.png"]


def test_an_edited_post_is_found_by_the_media_of_its_newest_edit(index: Index) -> None:
    reply = PostBody("a", reply=EntryRef(BOBS, Hash(bytes(32)), 1))
    add(index, LAPTOP, 0, [stored(PostBody("b", media=(BEE,))), stored(reply)])
    add(index, LAPTOP, 2, [stored(EditBody(0, "c"))])
    assert with_media(index) == []
    add(index, LAPTOP, 3, [stored(EditBody(0, "d", media=(FLOWER,)))])
    add(index, LAPTOP, 4, [stored(EditBody(1, "e", media=(FLOWER,)))])
    assert (with_media(index), with_media(index, "is:reply")) == (["e", "d"], ["e"])
    add(index, LAPTOP, 5, [stored(WithdrawBody(3))])
    assert with_media(index) == ["e"]
    add(index, LAPTOP, 6, [stored(WithdrawBody(2)), stored(PostBody("f", media=(BEE,)))])
    add(index, LAPTOP, 0, [stored(PostBody("b", media=(BEE,)))])  # read again
    assert with_media(index) == ["f", "e", "b"]


def test_it_is_found_whichever_of_them_comes_first(index: Index) -> None:
    add(index, LAPTOP, 1, [stored(EditBody(0, "c", media=(FLOWER,)))])
    add(index, LAPTOP, 0, [stored("b")])
    assert with_media(index) == ["c"]
    add(index, BOBS, 1, [stored(EditBody(0, "e"))])
    add(index, BOBS, 0, [stored(PostBody("d", media=(BEE,)))])
    assert with_media(index) == ["c"]


def test_who_names_media_is_told_of_many_at_once(index: Index) -> None:
    everybody = [ANN, BOB, CYD]
    assert index.illustrated(everybody) == set()
    add(index, LAPTOP, 0, [stored("a"), stored(PostBody("b", media=(BEE,)))])
    add(index, BOBS, 0, [stored("c")])
    assert index.illustrated(everybody) == {ANN}
    assert index.illustrated([BOB]) == set()
    add(index, BOBS, 1, [stored(EditBody(0, "d", media=(FLOWER,)))])
    assert index.illustrated(everybody) == {ANN, BOB}
