"""How safe the own posts are, and what the holders of a feed offer, as it is said."""

import pytest
from swarmfeed.core.history.sentences import how_long, how_safe, what_is_offered


@pytest.mark.parametrize(
    ("friends", "servers", "missing", "safe", "said"),
    [
        (
            2,
            3,
            -0.1,
            True,
            "Your posts are safe: if your machine breaks today, 2 friends and 3 history servers"
            " have everything.",
        ),
        (
            1,
            0,
            1.9,
            False,
            "If your machine breaks today, 1 friend has everything."
            " To be safe, 2 more machines have to keep it; history servers count most.",
        ),
        (
            0,
            1,
            0.01,
            False,
            "If your machine breaks today, 1 history server has everything."
            " To be safe, 1 more machine has to keep it; history servers count most.",
        ),
        (
            2,
            2,
            0.0,
            False,
            "If your machine breaks today, 2 friends and 2 history servers have everything."
            " It would be out of reach about 2 hours a day: it takes machines that are on more"
            " of the time.",
        ),
    ],
)
def test_one_sentence_says_who_and_what_to_do(
    friends: int, servers: int, missing: float, safe: bool, said: str
) -> None:
    told = how_safe(
        friends=friends, servers=servers, reachable=0.9, copies_missing=missing, safe=safe
    )
    assert told == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "less than a second a day"),
        (0.000_012, "about 1 second a day"),
        (0.000_28, "about 24 seconds a day"),
        (0.0007, "about 1 minute a day"),
        (0.01, "about 14 minutes a day"),
        (0.0416, "about 1 hour a day"),
        (0.105211, "about 2 hours a day"),
        (0.9, "about 21 hours a day"),
        (0.99, "nearly always"),
        (1.0, "nearly always"),
    ],
)
def test_a_share_of_a_day_is_said_as_people_say_it(share: float, said: str) -> None:
    assert how_long(share) == said


@pytest.mark.parametrize(
    ("copies", "said"),
    [
        (0.0, "0 copies likely to stay (wanted: 3)"),
        (0.7, "1 copy likely to stay (wanted: 3)"),
        (2.59, "2 copies likely to stay (wanted: 3)"),
        (2.6, "3 copies likely to stay (wanted: 3)"),
        (4.0, "4 copies likely to stay (wanted: 3)"),
    ],
)
def test_as_many_copies_as_are_wanted_are_said_only_when_they_are_enough(
    copies: float, said: str
) -> None:
    offer = what_is_offered(unavailable=0.1, allowed=0.001, copies=copies, copies_min=2.6)
    assert offer == f"out of reach about 2 hours a day (allowed: about 1 minute a day), {said}"
