"""Posts with their proofs: what they prove, and that nothing in them can be changed."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.certificate import sign_join, sign_leave
from swarmfeed.core.feed.entry import encode_withdrawn
from swarmfeed.core.feed.kinds import EditBody, PostBody, ProfileBody
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost, check_post, end_of
from swarmfeed.errors import RemoteError

from tests.core.proofs import AUTHOR, FEED, NOW_MS, Feed, stored

POSTED = Feed(
    stored(ProfileBody("Anna")),
    stored("a word", 9),
    stored("third"),
    stored(EditBody(1, "new")),
)


def test_a_post_is_what_it_proves() -> None:
    found = check_post(POSTED.hit(1), NOW_MS)
    assert (found.ref.feed_id, found.ref.index) == (FEED, 1)
    assert found.ref.entry_hash == POSTED.hashes[1]
    assert (found.written.author_id, found.written.time_ms) == (AUTHOR.author_id, 9)
    assert found.written.post == PostBody("a word")
    assert (found.head_size, found.name) == (4, "")


def test_an_edit_and_a_profile_come_along() -> None:
    found = check_post(POSTED.hit(1, edit=3, profile=0), NOW_MS)
    assert (found.written.post.text, found.name) == ("new", "Anna")


def test_a_time_to_come_is_now() -> None:
    late = Feed(stored("word", 2 * NOW_MS)).hit(0)
    assert check_post(late, NOW_MS).written.time_ms == NOW_MS


def test_its_bytes_and_back() -> None:
    codec = codec_of(ProvenPost)
    for each in (POSTED.hit(1), POSTED.hit(1, edit=3, profile=0)):
        data = encode(codec.write(each))
        fields = decode_fields(data, "post", limit_bytes=len(data))
        assert codec.read(fields) == each


LIES: dict[str, Callable[[ProvenPost], ProvenPost]] = {
    "another text": lambda hit: replace(hit, post=replace(hit.post, stored=stored("false"))),
    "a head that is none": lambda hit: replace(hit, head=hit.head[:-2]),
    "the head of another feed": lambda hit: replace(
        hit, head=Feed(*POSTED.records, key=SigningKey(b"\x05" * 32)).head
    ),
    "no certificate": lambda hit: replace(hit, certificates=()),
    "a certificate of another feed": lambda hit: replace(
        hit, certificates=(sign_join(AUTHOR, SigningKey(b"\x05" * 32), from_ms=1),)
    ),
    "too many certificates": lambda hit: replace(hit, certificates=hit.certificates * 17),
    "what is no post": lambda hit: POSTED.hit(0),
    "a withdrawn one": lambda hit: Feed(encode_withdrawn("post", 1, Hash(bytes(32)))).hit(0),
    "the edit of another post": lambda hit: POSTED.hit(2, edit=3),
    "an edit that is none": lambda hit: POSTED.hit(1, edit=2),
    "a profile that is none": lambda hit: POSTED.hit(1, profile=2),
    "one beyond the end of the feed": lambda hit: replace(
        hit, certificates=(*hit.certificates, sign_leave(AUTHOR, FEED, size=1, from_ms=2))
    ),
    "another feed": lambda hit: replace(hit, feed_id=FeedId(bytes(32))),
}


@pytest.mark.attack("A130")
@pytest.mark.parametrize("lie", LIES)
def test_nothing_false_is_believed(lie: str) -> None:
    with pytest.raises(RemoteError):
        check_post(LIES[lie](POSTED.hit(1)), NOW_MS)


def test_a_profile_of_another_feed_names_nobody() -> None:
    other = Feed(stored(ProfileBody("Ben")), key=SigningKey(b"\x05" * 32)).hit(0, profile=0)
    with pytest.raises(RemoteError):
        check_post(replace(POSTED.hit(1), profile=other.profile), NOW_MS)


def test_an_edit_may_be_under_a_newer_head_than_its_post() -> None:
    first = Feed(*POSTED.records[:2]).hit(1)
    edit = ProvenApart(head=POSTED.head, entry=POSTED.proven(3))
    found = check_post(replace(first, edit=edit), NOW_MS)
    assert (found.written.post.text, found.head_size) == ("new", 2)
    other = Feed(*POSTED.records, key=SigningKey(b"\x05" * 32))
    with pytest.raises(RemoteError):
        check_post(replace(first, edit=replace(edit, head=other.head)), NOW_MS)


def test_an_edit_behind_the_end_of_the_feed_is_none() -> None:
    hit = POSTED.hit(1, edit=3)
    assert end_of(hit) is None
    ended = (*hit.certificates, sign_leave(AUTHOR, FEED, size=3, from_ms=2))
    assert end_of(replace(hit, certificates=ended)) == 3
    with pytest.raises(RemoteError):
        check_post(replace(hit, certificates=ended), NOW_MS)
    assert check_post(replace(hit, certificates=ended, edit=None), NOW_MS).head_size == 4
