"""kill -9 in the middle of private state: nothing saved is lost, and both devices agree."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ordeals.apart import play_apart
from ordeals.failures.victim import build_refuser
from ordeals.ordeal import Ordeal, Outcome, Plan


def play(plan: Plan) -> Outcome:
    """Play it in a process that stands under ``refuse.c``."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="private-") as name:
        folder = Path(name)
        try:
            told = _play_under(build_refuser(folder), folder, plan)
        except (OSError, subprocess.SubprocessError) as error:
            outcome.gave_way.append(f"nobody can be killed here: {error!r}")
            return outcome
    outcome.cases = told["cases"]
    outcome.figures |= told["figures"]
    outcome.gave_way += told["gave_way"]
    return outcome


def _play_under(refuser: Path, folder: Path, plan: Plan) -> dict[str, Any]:
    what = [str(folder / "pair"), str(plan.cases), str(plan.seed)]
    command = [sys.executable, "-m", "ordeals.private.play", *what]
    path = os.environ.get("PATH", os.defpath)
    return play_apart(command, {"LD_PRELOAD": str(refuser), "PATH": path})


PRIVATE: Final = Ordeal(
    name="private",
    about="kill -9 while two devices change the same private state: nothing lost, both equal",
    cases=400,
    sample=10,
    play=play,
)
