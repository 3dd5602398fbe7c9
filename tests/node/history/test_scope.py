import pytest
from street.fakes.index import FakeIndex
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import FollowBody, encode_body
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.history import scope as scope_module
from swarmfeed.node.history.scope import Reach, Scope

from tests.node.rig import NOW_MS

OWN = Identity(
    author_id=AuthorId(b"o" * 32),
    feed_key=LockableKey(SigningKey(b"f" * 32)),
    node_key=SigningKey(b"n" * 32),
)
ANNA, BERT, CARA, DORA, EMIL = (AuthorId(bytes([n]) * 32) for n in range(1, 6))


def note_follows(
    index: FakeIndex, author_id: AuthorId, *followed: AuthorId, device: int = 0
) -> None:
    bodies = [encode_body(FollowBody(author_id=each, on=True)) for each in followed]
    stored = [encode_entry(FollowBody.kind, NOW_MS, body) for body in bodies]
    hashes = [hash_stored(each) for each in stored]
    feed_id = FeedId(bytes([device]) + author_id[1:])
    index.reserve(feed_id, author_id, len(stored))
    index.add_entries(feed_id, author_id, 0, stored, hashes)


@pytest.fixture
def index() -> FakeIndex:
    """We follow Anna and Bert; Anna follows Cara and us, Bert follows Cara and Dora."""
    index = FakeIndex()
    note_follows(index, OWN.author_id, ANNA, BERT)
    note_follows(index, ANNA, CARA, OWN.author_id)
    note_follows(index, BERT, CARA, DORA)
    return index


def refreshed(index: FakeIndex, reach: Reach) -> Scope:
    scope = Scope(OWN, index)
    scope.refresh(reach)
    return scope


def test_friends_are_those_the_operator_follows(index: FakeIndex) -> None:
    assert refreshed(index, Reach.FRIENDS).authors() == [ANNA, BERT]


def test_the_community_goes_on_with_whom_most_friends_follow(index: FakeIndex) -> None:
    assert refreshed(index, Reach.COMMUNITY).authors() == [ANNA, BERT, CARA, DORA]


def test_the_operator_is_nobodys_burden(index: FakeIndex) -> None:
    scope = refreshed(index, Reach.OPEN)
    assert not scope.offer(OWN.author_id)
    assert OWN.author_id not in scope.authors()
    assert [friend.follows for friend in scope.friends()] == [{CARA}, {CARA, DORA}]


def test_only_an_open_server_takes_whom_nobody_introduces(index: FakeIndex) -> None:
    assert not refreshed(index, Reach.COMMUNITY).offer(EMIL)
    scope = refreshed(index, Reach.OPEN)
    assert scope.offer(EMIL) and scope.offer(EMIL)
    assert scope.offer(CARA) and not scope.is_stranger(CARA)
    assert scope.authors() == [ANNA, BERT, CARA, DORA, EMIL]
    assert scope.strangers() == {EMIL}


def test_a_stranger_whom_a_friend_comes_to_follow_is_one_no_more(index: FakeIndex) -> None:
    scope = refreshed(index, Reach.OPEN)
    scope.offer(EMIL)
    note_follows(index, ANNA, EMIL, device=1)
    scope.refresh(Reach.OPEN)
    assert not scope.is_stranger(EMIL) and EMIL in scope.authors()


def test_closing_the_doors_forgets_strangers(index: FakeIndex) -> None:
    scope = refreshed(index, Reach.OPEN)
    scope.offer(EMIL)
    scope.refresh(Reach.COMMUNITY)
    assert EMIL not in scope.authors() and not scope.is_stranger(EMIL)


def test_a_friend_with_a_million_follows_pushes_nobody_out(
    index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope_module, "WATCHED_MAX", 3)
    scope = refreshed(index, Reach.COMMUNITY)
    assert scope.authors() == [ANNA, BERT, CARA]
    assert not scope.offer(EMIL)
