"""Runs commands away from the checkout, each within what is left of one time for all."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 0.1
SHOWN_CHARACTERS = 4_000

_LEADS_BACK = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
"""Variables that could lead a program of the new environment back to the checkout's."""


class Failed(Exception):
    """Something did not happen that should have; the message says what, and what was said."""


class Deadline:
    """The end of all: whoever waits asks it for how long."""

    def __init__(self, seconds: float) -> None:
        self._at_s = time.monotonic() + seconds

    def left_s(self) -> float:
        """Seconds that are left, more than 0.

        Raises:
            Failed: None are.
        """
        left = self._at_s - time.monotonic()
        if left <= 0:
            raise Failed("the time for all of it is up")
        return left

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        """Look again and again until there is something.

        Raises:
            Failed: Nothing came in time.
        """
        while not (found := look()):
            try:
                self.left_s()
            except Failed as error:
                raise Failed(f"{what}: {error}") from error
            time.sleep(LOOK_EVERY_S)
        return found


def environment() -> dict[str, str]:
    """Return this process's variables without those that lead back to the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEADS_BACK}
    return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1"}


def run(
    command: Sequence[str | Path],
    folder: Path,
    deadline: Deadline,
    told: Mapping[str, str] | None = None,
) -> str:
    """Run a command in ``folder`` and return its standard output.

    Args:
        told: Variables beside those of this process.

    Raises:
        Failed: It ended with something else than 0, or not in time.
    """
    words = [str(part) for part in command]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**environment(), **(told or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=deadline.left_s(),
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{' '.join(words)} did not end in time") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-SHOWN_CHARACTERS:]
        raise Failed(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return done.stdout
