"""What a person waits for a command, beside what Python itself takes to start and end."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from swarmfeed.errors import RetryError

from benchmarks.bench import Bench
from benchmarks.processes import STOP_TIMEOUT_S, TOOLS, new_home, new_host
from benchmarks.report import Bar, Limit, Row, at_most

BARE = (sys.executable, "-c", "pass")
PROGRAM = (sys.executable, "-m", "swarmfeed")
HELP_S = 0.2
ASK_S = 0.35

SHOWN = (("--version",), ("--help",))
"""What only prints what the program knows of itself."""

ASKED = (("post", "A measured post"), ("whoami",), ("timeline",), ("search", "measured"))
"""What asks a node."""


def measure(bench: Bench) -> Iterator[Row]:
    """Start each command again and again, in turns with a Python that does nothing."""
    home = new_home(bench.new_folder(), "home")
    rounds = bench.choose(21, 1)
    asked = ASKED[:1] if bench.quick else ASKED
    yield from _rows(SHOWN, home, rounds, "", at_most(HELP_S))
    yield from _rows(asked[:2], home, rounds, " without a node")
    with _running(home):
        yield from _rows(asked, home, rounds, " with a node", at_most(ASK_S))


def _rows(
    commands: Sequence[Sequence[str]], home: Path, rounds: int, where: str, *bars: Bar
) -> Iterator[Row]:
    for words in commands:
        bare_s, seconds = _in_turns([BARE, (*PROGRAM, *words)], home, rounds)
        name = words[0].removeprefix("--")
        yield Row(
            f"commands.{name}{where.replace(' ', '_')}",
            f"swarmfeed {words[0]}{where}",
            seconds,
            "s",
            Limit("python -c pass s", bare_s),
            bars,
        )


def _in_turns(commands: Sequence[Sequence[str]], home: Path, rounds: int) -> list[float]:
    """Return the median seconds of each; the first round fills the caches of the disk."""
    taken = [[_time(command, home) for command in commands] for _ in range(rounds + 1)]
    return [median(each) for each in zip(*taken[1:], strict=True)]


def _time(command: Sequence[str], home: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_environment(home))
    return time.perf_counter() - started


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "SWARMFEED_HOME": str(home), "PYTHONPATH": str(TOOLS.parent)}


@contextmanager
def _running(home: Path) -> Iterator[None]:
    """Run a node on the home for as long as the block lasts."""
    options = ("--no-open", "--no-dht", "--listen", new_host())
    with subprocess.Popen(
        (*PROGRAM, "run", *options), stdout=subprocess.PIPE, env=_environment(home)
    ) as node:
        try:
            assert node.stdout is not None
            if not node.stdout.readline():
                raise RetryError("the measured node ended before its page was there")
            yield
        finally:
            node.terminate()
            node.wait(STOP_TIMEOUT_S)
