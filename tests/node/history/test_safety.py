"""The sentence that tells an author how safe the own posts are."""

import pytest
from swarmfeed.node.history.safety import _percent, _sentence


@pytest.mark.parametrize(
    ("friends", "servers", "reachable", "safe", "said"),
    [
        (0, 0, 0.0, False, "Nobody else holds your posts yet: keep this machine running."),
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
    assert _sentence(friends, servers, reachable, safe=safe) == said


def test_certainty_is_never_promised() -> None:
    assert _percent(1.0) == "99.99 %"
    assert _percent(0.999_999) == "99.99 %"
    assert _percent(0.0) == "0.00 %"
