"""Starts processes to measure, asks them things, and ends them."""

import itertools
import json
import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from swarmfeed.errors import RetryError
from swarmfeed.wiring import create_home

TOOLS = Path(__file__).resolve().parent.parent
ANSWER_TIMEOUT_S = 120
STOP_TIMEOUT_S = 20

QUIET_S_PER_S = 0.1
"""Processor seconds in a second that a node takes which only waits."""

_hosts = itertools.count(1)


def new_host() -> str:
    """Return an own address of the loopback network: each node is one host to the others."""
    number = next(_hosts)
    return f"127.{os.getpid() % 200 + 20}.{number // 250}.{number % 250 + 1}"


class Program:
    """A process that answers a line of JSON with a line of JSON; a context manager."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        errors: Path,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._answer_timeout_s = answer_timeout_s
        environment = {**os.environ, "PYTHONPATH": f"{TOOLS}{os.pathsep}{TOOLS.parent}"}
        self._errors = errors
        with errors.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        self.ready = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def ask(self, do: str, **question: Any) -> dict[str, Any]:
        """Ask and wait for the answer."""
        self.begin(do, **question)
        return self._answer()

    def begin(self, do: str, **question: Any) -> None:
        """Ask; the answer is waited for with ``end``."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **question}).encode() + b"\n")
        self.process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """Wait for the answer to what was begun."""
        return self._answer()

    def stop(self) -> None:
        """Let the process end in good order; kill it when it does not."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], self._answer_timeout_s)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            said = self._errors.read_text(errors="replace").strip()[-2000:]
            self.process.kill()
            raise RetryError(f"a measured process gave no answer; it said:\n{said}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Asked(Program):
    """A module of Python as such a process."""

    def __init__(
        self,
        module: str,
        *options: str | Path,
        errors: Path,
        under: Sequence[str | Path] = (),
    ) -> None:
        """Start it; ``under`` is the program that runs it and watches, if any."""
        super().__init__([*under, sys.executable, "-m", module, *options], errors=errors)


def new_home(folder: Path, name: str) -> Path:
    """Make a home with keys in ``folder``."""
    home = folder / name
    create_home(home, name, "")
    return home


def wait_quiet(nodes: Sequence[Asked]) -> None:
    """Return when nodes have nothing more to do, nor to say to each other."""
    watched = [psutil.Process(each.process.pid) for each in nodes]
    before_s, used_s = -math.inf, 0.0
    while used_s - before_s > QUIET_S_PER_S * len(nodes):
        time.sleep(1)
        before_s, used_s = used_s, sum(sum(each.cpu_times()[:2]) for each in watched)


def start_member(
    home: Path, *peers: str, options: Sequence[str] = (), under: Sequence[str | Path] = ()
) -> Asked:
    """Start a node on a home, on an own loopback address; ``ready`` has ``link``, ``at``."""
    command = ["--home", str(home), "--listen", new_host(), *options]
    for peer in peers:
        command += ["--peer", peer]
    return Asked("benchmarks.member", *command, errors=home / "errors.txt", under=under)
