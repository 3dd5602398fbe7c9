"""Plays a part of an ordeal in a process that stands apart: its own network or library."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ordeals.strangers.besieged import CHECKOUT

CHILD_S: Final = 1_800


def play_apart(command: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Run a command with our modules at hand; return the JSON object of its last line.

    Args:
        environment: Beside ``PYTHONPATH``, all there is.

    Raises:
        OSError: It could not begin, or failed.
        subprocess.SubprocessError: It took longer than CHILD_S.
    """
    done = subprocess.run(
        command,
        cwd=CHECKOUT / "tools",
        env={"PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'tools'}", **environment},
        capture_output=True,
        text=True,
        timeout=CHILD_S,
    )
    if done.returncode != 0:
        raise OSError(done.stderr[-500:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
