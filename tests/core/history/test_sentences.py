"""The sentence that tells an author how safe the own posts are."""

import pytest
from swarmfeed.core.history.sentences import how_safe


@pytest.mark.parametrize(
    ("friends", "servers", "reachable", "safe", "said"),
    [
        (
            2,
            3,
            0.99984,
            True,
            "Held by 2 friends and 3 history servers; reachable 99.98 % of the coming day;"
            " safe to quit.",
        ),
        (
            1,
            0,
            0.3,
            False,
            "Held by 1 friend; reachable 30.00 % of the coming day;"
            " not yet enough to quit for good.",
        ),
        (
            0,
            1,
            0.9,
            False,
            "Held by 1 history server; reachable 90.00 % of the coming day;"
            " not yet enough to quit for good.",
        ),
    ],
)
def test_one_sentence_says_who_how_surely_and_what_to_do(
    friends: int, servers: int, reachable: float, safe: bool, said: str
) -> None:
    told = how_safe(friends=friends, servers=servers, reachable=reachable, safe=safe)
    assert told == said


@pytest.mark.parametrize(
    ("reachable", "share"), [(1.0, "99.99 %"), (0.999_999, "99.99 %"), (0.0, "0.00 %")]
)
def test_certainty_is_never_promised(reachable: float, share: str) -> None:
    assert f"reachable {share} of" in how_safe(
        friends=1, servers=0, reachable=reachable, safe=True
    )
