"""Everything the program tells is what it told before."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.golden import commands, record

LONG = {"commands", "messages", "pages", "street"}
"""Scenes of more than a quarter of a second."""


def scene(name: str) -> Any:
    return pytest.param(name, marks=[pytest.mark.slow] if name in LONG else [])


@pytest.mark.parametrize("name", [scene(name) for name in record.SCENES])
def test_nothing_is_told_differently(name: str, tmp_path: Path) -> None:
    before, now = record.read(name), record.as_json(record.SCENES[name](tmp_path))
    differences = list(_differences(before, now))
    assert differences == [], f"{len(differences)} answers of {name} changed"


@pytest.mark.slow
def test_a_command_tells_the_same_of_a_node_that_runs_elsewhere(tmp_path: Path) -> None:
    near, far = record.read("commands"), record.as_json(commands.play_from_afar(tmp_path))
    assert list(_differences({case: near[case] for case in far}, far)) == []


def _differences(was: Any, now: Any, where: str = "") -> Iterator[str]:
    """Say in which places two JSON values differ; of a list, the first place."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted({*was, *now}):
            if key not in was or key not in now or was[key] != now[key]:
                yield from _differences(was.get(key), now.get(key), f"{where}/{key}")
    elif isinstance(was, list) and isinstance(now, list):
        for at, (old, new) in enumerate(zip_longest(was, now)):
            if old != new:
                yield from _differences(old, new, f"{where}[{at}]")
                return
    else:
        yield f"{where}: was {was!r:.1000}, is {now!r:.1000}"
