"""Likes and boosts of protected posts, in memory."""

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.opened_reactions import OpenedReactions
from swarmfeed.core.feed.kinds import BoostBody, ReactBody

ANN, BOB = AuthorId(b"a" * 32), AuthorId(b"b" * 32)
LAPTOP, PHONE, BOBS = (FeedId(bytes([n]) * 32) for n in (1, 2, 3))
CHOIR = Circle(author_id=ANN, circle_id=bytes(16))
POST = EntryRef(LAPTOP, Hash(bytes(32)), 7)
LIKED, NOT_LIKED = ReactBody(POST, "!"), ReactBody(POST, "")


def at(feed_id: FeedId, index: int) -> EntryRef:
    return EntryRef(feed_id, Hash(b"h" * 32), index)


def test_of_each_person_the_newest_word_of_their_devices_counts() -> None:
    words = OpenedReactions()
    words.say((ANN, CHOIR), LIKED, at(LAPTOP, 8), 10)
    words.say((BOB, CHOIR), LIKED, at(BOBS, 1), 11)
    words.say((BOB, CHOIR), BoostBody(POST), at(BOBS, 2), 12)
    assert words.who(POST, "react", CHOIR) == {ANN, BOB}
    assert words.who(POST, "boost", CHOIR) == {BOB}
    words.say((ANN, CHOIR), NOT_LIKED, at(PHONE, 1), 20)
    words.say((ANN, CHOIR), LIKED, at(LAPTOP, 3), 30)  # an earlier entry, opened later
    assert words.who(POST, "react", CHOIR) == {BOB}
    words.forget(PHONE)
    assert words.who(POST, "react", CHOIR) == {ANN, BOB}


def test_what_was_said_in_another_circle_is_not_of_this_one() -> None:
    words, other = OpenedReactions(), Circle(author_id=BOB, circle_id=bytes(16))
    words.say((BOB, other), LIKED, at(BOBS, 1), 1)
    words.say((BOB, None), LIKED, at(BOBS, 2), 1)
    assert words.who(POST, "react", CHOIR) == set()


def test_there_is_an_end_to_what_is_kept() -> None:
    words = OpenedReactions(most=1)
    words.say((ANN, CHOIR), LIKED, at(LAPTOP, 8), 10)
    words.say((BOB, CHOIR), LIKED, at(BOBS, 1), 11)
    assert words.who(POST, "react", CHOIR) == {ANN}
    words.say((ANN, CHOIR), NOT_LIKED, at(LAPTOP, 9), 12)
    assert words.who(POST, "react", CHOIR) == set()
    words.forget(LAPTOP)
    words.say((BOB, CHOIR), LIKED, at(BOBS, 1), 11)
    assert words.who(POST, "react", CHOIR) == {BOB}


def test_what_somebody_likes_is_listed_with_where_they_said_so_last() -> None:
    words = OpenedReactions()
    other = EntryRef(LAPTOP, Hash(bytes(32)), 8)
    words.say((BOB, CHOIR), LIKED, at(BOBS, 1), 11)
    words.say((ANN, CHOIR), LIKED, at(LAPTOP, 9), 10)
    words.say((ANN, CHOIR), LIKED, at(PHONE, 2), 12)
    words.say((ANN, None), ReactBody(other, "!"), at(LAPTOP, 10), 13)
    words.say((ANN, CHOIR), BoostBody(other), at(LAPTOP, 11), 14)
    found = words.said_by(ANN, "react")
    assert {(each[0], each[2], feed, said.index) for each, (feed, said) in found} == {
        (POST, CHOIR, PHONE, 2),
        (other, None, LAPTOP, 10),
    }
    words.say((ANN, CHOIR), NOT_LIKED, at(LAPTOP, 12), 20)
    assert [each[0] for each, _ in words.said_by(ANN, "react")] == [other]
