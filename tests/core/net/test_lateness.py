"""Who of two stays behind the other."""

import pytest
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.net.lateness import Lateness
from swarmfeed.core.net.limits import LATE_BORNE

pytestmark = pytest.mark.attack("A165")

ANNA, BEN, CLEO = (NodeId(bytes([number]) * 32) for number in range(3))


def test_who_never_answers_what_the_other_one_does_is_late_in_the_end() -> None:
    lateness = Lateness()
    for _ in range(LATE_BORNE):
        assert lateness.compare([ANNA, BEN], [ANNA]) == []
    assert lateness.compare([ANNA, BEN], [ANNA]) == [BEN]


def test_where_nobody_answers_nobody_is_blamed() -> None:
    lateness = Lateness()
    for _ in range(10 * LATE_BORNE):
        assert lateness.compare([ANNA, BEN], []) == []
        assert lateness.compare([BEN], [CLEO]) == []


def test_each_answer_takes_one_off() -> None:
    lateness = Lateness()
    for number in range(10 * LATE_BORNE):
        answered = [ANNA, BEN] if number % 2 else [ANNA]
        assert lateness.compare([ANNA, BEN], answered) == []


def test_who_is_no_parent_any_more_begins_anew() -> None:
    lateness = Lateness()
    for _ in range(LATE_BORNE):
        lateness.compare([ANNA, BEN], [ANNA])
    lateness.keep([ANNA])
    lateness.keep([ANNA, BEN])
    assert lateness.compare([ANNA, BEN], [ANNA]) == []
