"""kill -9 in the middle of private state: nothing saved is lost, and both devices agree."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ordeals.failures.victim import build_refuser
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import CHECKOUT

CHILD_S: Final = 1_800


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
    done = subprocess.run(
        [sys.executable, "-m", "ordeals.private.play", *what],
        cwd=CHECKOUT / "tools",
        env={
            "LD_PRELOAD": str(refuser),
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'tools'}",
        },
        capture_output=True,
        text=True,
        timeout=CHILD_S,
    )
    if done.returncode != 0:
        raise OSError(done.stderr[-500:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


PRIVATE: Final = Ordeal(
    name="private",
    about="kill -9 while two devices change the same private state: nothing lost, both equal",
    cases=400,
    sample=10,
    play=play,
)
