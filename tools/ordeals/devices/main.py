"""Two devices of one person write at once while links fail: in the end all show the same."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ordeals.apart import play_apart
from ordeals.ordeal import Ordeal, Outcome, Plan


def play(plan: Plan) -> Outcome:
    """Play it once, in a network of its own; a case is a post."""
    outcome = Outcome()
    each = max(1, plan.cases // 2)
    with tempfile.TemporaryDirectory(prefix="devices-") as folder:
        try:
            told = _play_apart(Path(folder), each, plan.seed)
        except (OSError, subprocess.SubprocessError) as error:
            outcome.gave_way.append(f"no network of our own: {error!r}")
            return outcome
    outcome.cases = 2 * each
    outcome.figures |= told["figures"]
    outcome.gave_way += told["gave_way"]
    return outcome


def _play_apart(folder: Path, posts: int, seed: int) -> dict[str, Any]:
    """Run the town where it has a network to itself, which who is not root may make, too."""
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    town = [sys.executable, "-m", "ordeals.devices.town", str(folder), str(posts), str(seed)]
    command = ["unshare", "--net", *rights, *town]
    return play_apart(command, {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})


DEVICES: Final = Ordeal(
    name="devices",
    about="two devices write at once while links fail: all show the same posts in one order",
    cases=1_000,
    sample=40,
    play=play,
)
