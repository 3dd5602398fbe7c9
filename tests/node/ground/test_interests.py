"""Whom a node cares about."""

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.limits import UNPACKED_TIMES
from swarmfeed.node.ground.interests import (
    FETCHED,
    FOLLOWED,
    FRIEND_OF_FRIEND,
    LOOKED_AT,
    OWN,
    Interest,
    Interests,
)

ANNA, BERT, CARL = (AuthorId(bytes([number]) * 32) for number in (1, 2, 3))


def test_the_strongest_reason_counts() -> None:
    interests = Interests()
    assert interests.raise_to(ANNA, FETCHED)
    assert not interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    assert not interests.raise_to(ANNA, FETCHED)
    assert interests.of(ANNA) is FETCHED
    assert interests.raise_to(ANNA, FOLLOWED)
    assert interests.of(ANNA) is FOLLOWED


def test_nobody_asked_for_friends_of_friends() -> None:
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


def test_a_role_brings_a_reason_of_its_own_between_the_others() -> None:
    allowed = FeedId(b"f" * 32)
    held = Interest(
        rank=20,
        relation="held for others",
        read=False,
        sleeps=True,
        may_fetch=lambda feed_id: feed_id == allowed,
    )
    interests = Interests()
    interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    assert not interests.may_fetch(ANNA, allowed), "never whole"
    assert interests.raise_to(ANNA, held)
    assert not interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    assert interests.is_kept_whole(ANNA) and interests.sleeps(ANNA)
    assert not interests.is_read(ANNA) and interests.with_interest(held) == [ANNA]
    assert interests.may_fetch(ANNA, allowed)
    assert not interests.may_fetch(ANNA, FeedId(b"g" * 32))
    assert interests.raise_to(ANNA, FETCHED)
    assert interests.may_fetch(ANNA, FeedId(b"g" * 32)) and not interests.sleeps(ANNA)


def test_roles_are_asked_whom_they_seek_and_by_what_they_decide() -> None:
    interests, deciding = Interests(), list[str]()
    assert interests.sought() == [] and interests.policy() == ""
    interests.connect(lambda: (ANNA,), lambda: "")
    interests.connect(lambda: (BERT, CARL), lambda: "".join(deciding))
    assert interests.sought() == [ANNA, BERT, CARL] and interests.policy() == ""
    deciding.append("a rule of its own")
    assert interests.policy() == "a rule of its own"


def test_of_whom_nobody_asked_for_less_is_shown_until_their_page_is_opened() -> None:
    interests = Interests()
    held = Interest(rank=20, relation="held for others", read=False, shown_bytes=1000)
    interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    interests.raise_to(BERT, held)
    interests.raise_to(CARL, FETCHED)
    found = [interests.shown_bytes(each, 500) for each in (ANNA, BERT, CARL)]
    assert found == [UNPACKED_TIMES * 500, 1000, None]
    assert [interests.open(each) for each in (ANNA, BERT, CARL)] == [True, True, False]
    assert [interests.shown_bytes(each, 500) for each in (ANNA, BERT, CARL)] == [None] * 3
    assert not interests.open(ANNA), "it is open already"
    interests.forget(ANNA)
    interests.raise_to(ANNA, FRIEND_OF_FRIEND)
    assert interests.shown_bytes(ANNA, 1) == UNPACKED_TIMES


def test_who_is_only_looked_at_is_not_indexed() -> None:
    interests = Interests()
    assert not interests.is_indexed(ANNA), "of strangers nothing is"
    interests.raise_to(ANNA, LOOKED_AT)
    assert not interests.is_indexed(ANNA)
    interests.raise_to(ANNA, FOLLOWED)
    assert interests.is_indexed(ANNA)


def test_the_strongest_come_first_after_each_change_and_the_earlier_of_equals() -> None:
    interests = Interests()
    for each, interest in ((ANNA, FETCHED), (BERT, FOLLOWED), (CARL, FETCHED)):
        interests.raise_to(each, interest)
    assert interests.all() == [BERT, ANNA, CARL]
    interests.all().clear()
    interests.raise_to(CARL, FOLLOWED)
    assert interests.all() == [BERT, CARL, ANNA]
    interests.lower_to(BERT, FRIEND_OF_FRIEND)
    assert (interests.all(), interests.read()) == ([CARL, ANNA, BERT], [CARL, ANNA])
    interests.forget(CARL)
    assert interests.all() == [ANNA, BERT]
