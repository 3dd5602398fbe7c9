"""One call that fails, at each place in turn, costs nobody what they wrote."""

from pathlib import Path

import pytest
from ordeals.failures.once import play_once
from ordeals.failures.victim import build_refuser


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.attack("A348")
@pytest.mark.parametrize("name", ["letters.db", "mailboxes.db"])
def test_a_passing_failure_is_not_damage(tmp_path: Path, name: str) -> None:
    seen = play_once(tmp_path, build_refuser(tmp_path), name)
    assert seen.wrong == []
    assert f"{name} was not saved: the disk reports an error" in " ".join(seen.shown)
