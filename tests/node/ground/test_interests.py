"""Whom a node cares about."""

from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.interests import Interest, Interests

ANNA, BERT, CARL = (AuthorId(bytes([number]) * 32) for number in (1, 2, 3))


def test_the_strongest_reason_counts() -> None:
    interests = Interests()
    assert interests.raise_to(ANNA, Interest.FETCHED)
    assert not interests.raise_to(ANNA, Interest.FRIEND_OF_FRIEND)
    assert not interests.raise_to(ANNA, Interest.FETCHED)
    assert interests.of(ANNA) is Interest.FETCHED
    assert interests.raise_to(ANNA, Interest.FOLLOWED)
    assert interests.of(ANNA) is Interest.FOLLOWED


def test_friends_of_friends_are_held_but_not_read() -> None:
    interests = Interests()
    interests.raise_to(ANNA, Interest.FRIEND_OF_FRIEND)
    interests.raise_to(BERT, Interest.FETCHED)
    interests.raise_to(CARL, Interest.OWN)
    assert [interests.is_read(each) for each in (ANNA, BERT, CARL)] == [False, True, True]
    assert interests.all() == [CARL, BERT, ANNA]
    assert interests.read() == [CARL, BERT]
    assert interests.with_interest(Interest.FRIEND_OF_FRIEND) == [ANNA]


def test_who_is_no_longer_followed_is_cared_for_less() -> None:
    interests = Interests()
    interests.raise_to(ANNA, Interest.FOLLOWED)
    interests.lower_to(ANNA, Interest.FETCHED)
    assert interests.of(ANNA) is Interest.FETCHED


def test_nobody_cares_for_strangers_or_the_forgotten() -> None:
    interests = Interests()
    assert interests.of(ANNA) is None
    assert not interests.is_read(ANNA)
    interests.raise_to(ANNA, Interest.OWN)
    interests.forget(ANNA)
    interests.forget(ANNA)
    assert interests.all() == []
