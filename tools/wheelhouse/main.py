"""``tools/wheel``: what is built from a checkout works without it."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from wheelhouse.building import INSTALLERS, build, install, install_by
from wheelhouse.commands import Deadline, Failed, run
from wheelhouse.play import Cast, check, play, tell

CHECKOUT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 420
"""For all of it; it takes one to two minutes, most of them for installing."""


def main(argv: Sequence[str]) -> int:
    """Build, install, play; returns the exit code."""
    asked = _parse(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="swarmfeed-wheel-") as folder:
            place = Path(folder).resolve()
            _build_and_play(place, asked.python, asked.by, Deadline(TIMEOUT_S))
    except Failed as failure:
        print(f"tools/wheel: FAILED, {failure}", flush=True)
        return 1
    print(f"tools/wheel: all good in {time.monotonic() - started:.0f} s", flush=True)
    return 0


def _build_and_play(folder: Path, python: str, by: Sequence[str], deadline: Deadline) -> None:
    """Raises Failed."""
    print("== wheel and sdist", flush=True)
    wheel, sdist = build(CHECKOUT, folder, deadline)
    tell(f"{wheel.name} and {sdist.name} are built")
    print("== the main job from the wheel", flush=True)
    program = install(python, wheel, folder / "from-wheel", deadline)
    homes = folder / "homes"
    homes.mkdir()
    with closing(Cast(program, homes, deadline)) as cast:
        play(cast)
    for name in by:
        print(f"== {name}", flush=True)
        program = install_by(name, python, wheel, folder / name, deadline)
        greeting = run([program, "--help"], folder, deadline)
        check(f"the program from {name} says how to start", "swarmfeed run" in greeting, True)
    print("== the sdist", flush=True)
    program = install(python, sdist, folder / "from-sdist", deadline)
    version = wheel.name.split("-")[1]
    said = run([program, "--version"], folder, deadline).strip()
    check("the program from the sdist tells its version", said.split()[-1], version)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/wheel", description=__doc__)
    parser.add_argument(
        "--python", default=sys.executable, help="Python to install under (default: ours)"
    )
    parser.add_argument(
        "--by",
        action="append",
        choices=sorted(INSTALLERS),
        default=[],
        help="also install the wheel as a person does, by this program",
    )
    return parser.parse_args(argv)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
