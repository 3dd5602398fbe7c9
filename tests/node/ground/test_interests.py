"""Whom a node cares about."""

from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED, FRIEND_OF_FRIEND, OWN, Interests

ANNA, BERT, CARL = (AuthorId(bytes([number]) * 32) for number in (1, 2, 3))


def test_the_strongest_reason_counts() -> None:
    interests = Interests()
    assert interests.raise_to(ANNA, FETCHED)
    assert not interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    assert not interests.raise_to(ANNA, FETCHED)
    assert interests.of(ANNA) is FETCHED
    assert interests.raise_to(ANNA, FOLLOWED)
    assert interests.of(ANNA) is FOLLOWED


def test_friends_of_friends_are_held_but_not_read() -> None:
    interests = Interests()
    interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    interests.raise_to(BERT, FETCHED)
    interests.raise_to(CARL, OWN)
    assert [interests.is_read(each) for each in (ANNA, BERT, CARL)] == [False, True, True]
    assert interests.all() == [CARL, BERT, ANNA]
    assert interests.read() == [CARL, BERT]
    assert interests.with_interest(FRIEND_OF_FRIEND) == [ANNA]


def test_who_is_no_longer_followed_is_cared_for_less() -> None:
    interests = Interests()
    interests.raise_to(ANNA, FOLLOWED)
    interests.lower_to(ANNA, FETCHED)
    assert interests.of(ANNA) is FETCHED


def test_nobody_cares_for_strangers_or_the_forgotten() -> None:
    interests = Interests()
    assert interests.of(ANNA) is None
    assert not interests.is_read(ANNA)
    interests.raise_to(ANNA, OWN)
    interests.forget(ANNA)
    interests.forget(ANNA)
    assert interests.all() == []
