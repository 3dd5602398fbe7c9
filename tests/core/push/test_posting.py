"""Posts on their way: what is true of them, what they are named by."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.core.feed.proven import Proven, ProvenPost
from swarmfeed.core.push.limits import PUSHED_AHEAD_MS, PUSHED_FOR_MS
from swarmfeed.core.push.posting import id_of, open_posting
from swarmfeed.core.push.words import decode_posting, encode_posting
from swarmfeed.errors import BadProofError, RemoteError

from tests.core.proofs import AUTHOR, FEED, NOW_MS, Feed, stored

FEED_OF = Feed(
    stored(ProfileBody("Ann")),
    stored("hello #world"),
    stored(EditBody(1, "hello again")),
    stored(WithdrawBody(1)),
    stored(FollowBody(AUTHOR.author_id, True)),
    stored(EditBody(9, "of later")),
)


def test_a_post_and_what_is_said_of_it_are_opened() -> None:
    post = open_posting(FEED_OF.hit(1, profile=0))
    assert post.author_id == AUTHOR.author_id
    assert post.body == PostBody("hello #world")
    assert (post.target, post.index, post.feed_id) == (None, 1, FEED)
    assert [open_posting(FEED_OF.hit(at)).target for at in (2, 3)] == [1, 1]


@pytest.mark.parametrize("at", [0, 4, 5])
def test_other_entries_are_not_passed_on(at: int) -> None:
    with pytest.raises(BadProofError):
        open_posting(FEED_OF.hit(at))


def test_an_edit_beside_a_post_is_of_searches() -> None:
    with pytest.raises(BadProofError):
        open_posting(FEED_OF.hit(1, edit=2))


@pytest.mark.attack("A120")
def test_nothing_in_it_can_be_changed() -> None:
    true, other = FEED_OF.hit(1), Feed(stored("other words"))
    for false in (
        replace(true, head=other.head),
        replace(true, certificates=()),
        replace(true, post=other.proven(0)),
        replace(true, post=replace(true.post, index=2)),
        replace(true, post=replace(true.post, proof=(*true.post.proof, Hash(bytes(32))))),
        replace(true, post=replace(true.post, stored=stored("hello #World"))),
    ):
        with pytest.raises(RemoteError):
            open_posting(false)


@pytest.mark.attack("A123")
def test_a_copy_in_another_feed_has_another_id() -> None:
    """Whoever is quicker with a copy would keep the post itself from everybody."""
    post = open_posting(FEED_OF.hit(1))
    assert post.id == id_of(FEED, 1, post.entry_hash)
    other = type(FEED)(bytes(32))
    ids = {id_of(FEED, 1, post.entry_hash), id_of(other, 1, post.entry_hash)}
    assert len({*ids, id_of(FEED, 2, post.entry_hash)}) == 3


@pytest.mark.attack("A122")
@pytest.mark.parametrize(
    ("later_ms", "is_timely"),
    [
        (0, True),
        (PUSHED_FOR_MS, True),
        (PUSHED_FOR_MS + 1, False),
        (-PUSHED_AHEAD_MS, True),
        (-PUSHED_AHEAD_MS - 1, False),
    ],
)
def test_a_post_is_passed_on_for_an_hour(later_ms: int, is_timely: bool) -> None:
    assert open_posting(FEED_OF.hit(1)).is_timely(NOW_MS + later_ms) == is_timely


def test_what_is_kept_is_what_came() -> None:
    for proven in (FEED_OF.hit(1, profile=0), FEED_OF.hit(2)):
        assert isinstance(proven, ProvenPost)
        assert isinstance(proven.post, Proven)
        assert decode_posting(encode_posting(proven)) == proven
