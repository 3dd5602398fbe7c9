"""How much of strangers' posts is shown."""

import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.push.limits import AUTHORS_PACED_MAX, PACES, STRANGERS_BURST
from swarmfeed.core.push.pace import HOUR_S, STRANGER, Pace


def author(number: int) -> AuthorId:
    return AuthorId(number.to_bytes(32, "big"))


def test_the_nearer_an_author_the_more_is_shown() -> None:
    for distance, (burst, per_hour) in PACES.items():
        pace = Pace(0)
        shown = sum(pace.take(author(1), distance, 0) for _ in range(2 * burst))
        assert shown == burst
        later = sum(pace.take(author(1), distance, HOUR_S) for _ in range(2 * burst + per_hour))
        assert later == min(burst, per_hour)
    assert PACES[1] > PACES[2] > PACES[STRANGER]


@pytest.mark.attack("A124")
def test_all_strangers_together_show_no_more_than_a_few() -> None:
    pace = Pace(0)
    shown = sum(pace.take(author(n), STRANGER, 0) for n in range(3 * STRANGERS_BURST))
    assert shown == STRANGERS_BURST
    assert pace.take(author(9_999), STRANGER - 1, 0)


def test_whom_it_remembers_is_bounded() -> None:
    pace = Pace(0)
    (burst, _) = PACES[2]
    for _ in range(burst):
        assert pace.take(author(0), 2, 0)
    assert not pace.take(author(0), 2, 0)
    for number in range(1, AUTHORS_PACED_MAX + 1):
        pace.take(author(number), 2, 0)
    assert pace.take(author(0), 2, 0)


def test_who_was_followed_since_begins_anew() -> None:
    pace = Pace(0)
    while pace.take(author(1), STRANGER, 0):
        pass
    assert pace.take(author(1), 1, 0)
