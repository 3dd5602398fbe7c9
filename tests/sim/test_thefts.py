"""A stolen author key on a street: whatever a thief signs, after the move the owner is back.

A few orders of each theft; ``tools/torture thefts`` plays two hundred of each.
"""

from pathlib import Path
from random import Random

import pytest
from ordeals.ordeal import Plan
from ordeals.thefts.main import play
from ordeals.thefts.scenes import SCENES, play_scene

ORDERS = 3


@pytest.mark.slow
@pytest.mark.attack("A81")
@pytest.mark.attack("A82")
@pytest.mark.attack("A83")
@pytest.mark.parametrize("name", SCENES)
def test_after_the_move_everybody_sees_the_owner_again(tmp_path: Path, name: str) -> None:
    for number in range(ORDERS):
        play_scene(tmp_path / str(number), name, Random(number))


@pytest.mark.slow
def test_who_is_not_back_gave_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(luck: Random, street: object) -> None:
        raise AssertionError("not within 310 s")

    monkeypatch.setitem(SCENES, next(iter(SCENES)), never)
    outcome = play(Plan(seed=1, cases=2))
    assert outcome.cases == 2
    assert [each.partition(": ")[2] for each in outcome.gave_way] == ["not within 310 s"]
