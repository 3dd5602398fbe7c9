"""How many notices are new is not said more exactly than it is known, and what each did."""

import pytest
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import REGARDING_COUNTED
from swarmfeed.core.asks.notification_sentences import (
    how_many_new,
    how_many_short,
    no_such_type,
    what_it_does,
    what_people_did,
    what_they_want,
)
from swarmfeed.core.asks.notifications import (
    ADMISSIONS,
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    REQUESTS,
    Approach,
    Regard,
    Regarding,
)
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.core.base.types import AuthorId


def test_what_is_counted_up_to_a_bound_says_so() -> None:
    assert NOTIFICATIONS_COUNTED == 1_000
    assert (how_many_new(1), how_many_short(1)) == ("1 new notice", "1")
    assert (how_many_new(999), how_many_short(999)) == ("999 new notices", "999")
    assert how_many_new(1_000) == "1,000 new notices or more"
    assert how_many_short(1_000) == "1,000+"


@pytest.mark.parametrize(
    ("answers", "quotes", "mentions", "said"),
    [
        (True, False, False, "answered you"),
        (False, True, False, "quoted your post"),
        (False, False, True, "mentioned you"),
        (True, True, False, "answered you and quoted your post"),
        (True, False, True, "answered and mentioned you"),
        (False, True, True, "quoted your post and mentioned you"),
        (True, True, True, "answered you, quoted your post and mentioned you"),
    ],
)
def test_it_is_said_what_a_post_does(
    *, answers: bool, quotes: bool, mentions: bool, said: str
) -> None:
    assert what_it_does(answers=answers, quotes=quotes, mentions=mentions) == said


def test_a_type_there_is_not_names_those_there_are() -> None:
    types = "replies, mentions, quotes, likes, boosts, follows, requests, asks, admissions"
    assert no_such_type() == f"notices are of one of these types: {types}"


def regard(kind: str, *names: str, count: int = 0) -> Regard:
    people = [Regarding(author_id=AuthorId(bytes(32)), author_name=each) for each in names]
    return Regard(
        type=kind,
        people=tuple(people),
        count=count or len(names),
        time_ms=5,
        cursor=Cursor(5, 1),
        name="follows:1@5",
    )


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (regard(LIKES, "Ada"), "Ada likes your post"),
        (regard(LIKES, "Ada", "Rui"), "Ada and Rui like your post"),
        (regard(BOOSTS, "Ada", "Rui", "Eva"), "Ada, Rui and Eva boosted your post"),
        (regard(LIKES, "A", "B", "C", count=4), "A, B and 2 others like your post"),
        (regard(FOLLOWS, "Ada"), "Ada follows you"),
        (regard(FOLLOWS, "", "Rui"), "Somebody without a name and Rui follow you"),
        (
            regard(LIKES, "A", "B", "C", count=REGARDING_COUNTED),
            "A, B and 998 others or more like your post",
        ),
    ],
)
def test_what_people_did_is_said_of_them_together(what: Regard, said: str) -> None:
    assert what_people_did(what, lambda name: name) == said


@pytest.mark.parametrize(
    ("kind", "name", "words", "said"),
    [
        (REQUESTS, "Ada", "hello", "Ada wrote to you for the first time"),
        (ASKS, "", "", "Somebody without a name asks to be let into a circle of yours"),
        (ADMISSIONS, "Ada", "Friends", "Ada let you into their circle Friends"),
        (ADMISSIONS, "Ada", "", "Ada let you into a circle"),
    ],
)
def test_what_somebody_wants_is_said(kind: str, name: str, words: str, said: str) -> None:
    approach = Approach(
        type=kind,
        author_id=AuthorId(bytes(32)),
        author_name=name,
        time_ms=5,
        cursor=Cursor(5, 1),
        words=words,
        mark="x",
    )
    assert what_they_want(approach, lambda text: text) == said
