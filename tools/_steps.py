"""Steps of ``tools/check`` and ``tools/test``: run one command after the other, count tests."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

CHECKOUT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"
PROGRAMS = (
    "tools/bench",
    "tools/check",
    "tools/run",
    "tools/seek",
    "tools/shape",
    "tools/simulate",
    "tools/test",
    "tools/torture",
    "tools/wheel",
)
PLACES = ("swarmfeed", "webui", "tests", "tools", *PROGRAMS)
"""What is formatted and linted: folders, and the programs whose names do not end in .py."""

FAST = "not slow and not e2e"
"""Marks of the tests that ``tools/check`` runs."""

MEMORY = Path("/dev/shm")
MEMORY_FREE_MIN = 2 << 30
"""Bytes: fast tests leave a sixth of it behind until their end.  Small ones, as containers
have, are left alone."""

FAILED_SHOWN_MAX = 8
REASON_LINES_MAX = 5
"""Of the tests that failed, and of why, in the last words: who sees but the end of a long
output, 60 lines, is to see them all."""


@dataclass(frozen=True)
class Tests:
    """What a run of pytest counted."""

    passed: int = 0
    skipped: int = 0

    def __add__(self, other: "Tests") -> "Tests":
        return Tests(self.passed + other.passed, self.skipped + other.skipped)


class StepFailed(Exception):
    """A step ended with something else than success."""


def run_step(name: str, *command: str | Path) -> None:
    """Run a command in the checkout and print how long it took; StepFailed ends all."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.call([str(part) for part in command], cwd=CHECKOUT, env=_environment())
    print(f"== {name}: {time.monotonic() - started:.1f} s", flush=True)
    if code != 0:
        raise StepFailed(f"{name} failed with exit code {code}")


def run_side_by_side(steps: dict[str, list[str | Path]]) -> None:
    """Run commands at the same time, and print what they said one after the other.

    Raises:
        StepFailed: Those that failed; all were run.
    """
    started = time.monotonic()
    running = {
        name: subprocess.Popen(
            [str(part) for part in command],
            cwd=CHECKOUT,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name, command in steps.items()
    }
    for name, step in running.items():
        said, _ = step.communicate()
        sys.stdout.buffer.write(said)
        print(f"== {name}: done after {time.monotonic() - started:.1f} s", flush=True)
    failed = [name for name, step in running.items() if step.returncode != 0]
    if failed:
        raise StepFailed(f"{', '.join(failed)} failed")


@contextmanager
def beside(name: str, *command: str | Path) -> Iterator[None]:
    """Run a command while other steps run, and print after them what it said.

    Raises:
        StepFailed: The command, or a step that it ran beside, or both.
    """
    failed: list[str] = []
    with tempfile.TemporaryFile() as said:
        words = [str(part) for part in command]
        step = subprocess.Popen(
            words, cwd=CHECKOUT, env=_environment(), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield
        except StepFailed as failure:
            failed.append(str(failure))
        except BaseException:
            step.terminate()
            raise
        finally:
            code = step.wait()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        print(f"== {name}: done", flush=True)
    if code != 0:
        failed.insert(0, f"{name} failed")
    if failed:
        raise StepFailed("; ".join(failed))


def run_static_checks() -> None:
    """Format, lint, types, import contracts, and what is too long or named twice."""
    run_side_by_side({**_quick_checks(), "types": _types()})


def run_checks_and_fast_tests(*, examples: str, folder: Path | None = None) -> Tests:
    """Static checks, and tests of less than a quarter of a second.

    Types run beside the tests: without a cache they take as long as a third of these, on one
    core, and what else is checked is done in two seconds.

    Args:
        examples: Profile of ``tests/conftest.py`` for property tests: ``quick`` or ``full``.
        folder: Where tests make their files; None is where everybody does.
    """
    run_side_by_side(_quick_checks())
    os.environ["HYPOTHESIS_PROFILE"] = examples
    if folder is not None:
        os.environ["TMPDIR"] = str(folder)
    with beside("types", *_types()):
        return run_fast_tests(CHECKOUT / "tests")


@contextmanager
def folder_in_memory(memory: Path = MEMORY) -> Iterator[Path | None]:
    """A folder that a sync costs nothing in; None where the system has none with room.

    Half of what tests of the disk take is waiting for one, thousands of times.
    """
    is_there = memory.is_dir() and os.access(memory, os.W_OK)
    if not is_there or shutil.disk_usage(memory).free < MEMORY_FREE_MIN:
        yield None
    else:
        with tempfile.TemporaryDirectory(prefix="swarmfeed-", dir=memory) as folder:
            yield Path(folder)


def _quick_checks() -> dict[str, list[str | Path]]:
    places = [name for name in PLACES if (CHECKOUT / name).exists()]
    ruff, config = BIN / "ruff", ["--config", "tools/ruff.toml"]
    return {
        "format": [ruff, "format", "--check", "--quiet", *config, *places],
        "lint": [ruff, "check", "--quiet", *config, *places],
        "imports": [BIN / "lint-imports", "--config", "setup.cfg"],
        "shape": [BIN / "python", "tools/shape"],
    }


def _types() -> list[str | Path]:
    return [BIN / "mypy", "swarmfeed", "webui", "tools", *PROGRAMS]


def run_tests(name: str, markers: str, *options: str) -> Tests:
    """Run the tests that ``markers`` choose; StepFailed when one fails or none ran."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        with _named_by(report):
            run_step(name, *_pytest(report, markers, *options))
        return _ran(name, report)


def run_fast_tests(folder: Path) -> Tests:
    """Run the tests of a folder that are no slow ones, on two cores, half of them on each.

    By two that know nothing of each other: workers of one pytest would each load all modules,
    and tell a third process of every test, which is a sixth to a third of what all costs.

    Raises:
        StepFailed: One failed, or of a half none ran.
    """
    name, others_name = "fast tests", "other half of the fast tests"
    with tempfile.TemporaryDirectory() as reports:
        one, other = Path(reports) / "one.xml", Path(reports) / "other.xml"
        ones, others = halves(folder)
        if not others:  # To pytest, no module is all there are.
            raise StepFailed(f"{others_name}: no test ran")
        with (
            _named_by(one, other),
            beside(others_name, *_pytest(other, FAST, *others)),
        ):
            run_step(name, *_pytest(one, FAST, *ones))
        return _ran(name, one) + _ran(others_name, other)


def halves(folder: Path) -> tuple[list[Path], list[Path]]:
    """Share the modules of tests: by their bytes, which say well enough how long they take."""
    parts: tuple[list[Path], list[Path]] = ([], [])
    sizes = [0, 0]
    modules = [(path.stat().st_size, path) for path in folder.rglob("test_*.py")]
    for size, path in sorted(modules, reverse=True):
        least = sizes.index(min(sizes))
        sizes[least] += size
        parts[least].append(path)
    return sorted(parts[0]), sorted(parts[1])


def _pytest(report: Path, markers: str, *options: str | Path) -> list[str | Path]:
    pytest = (BIN / "python", "-m", "pytest", "-q", "-m", markers)
    return [*pytest, *options, f"--junitxml={report}"]


@contextmanager
def _named_by(*reports: Path) -> Iterator[None]:
    """Add to a failure inside which tests failed, and why."""
    try:
        yield
    except StepFailed as failure:
        raise StepFailed("\n".join((str(failure), *_failures(*reports)))) from None


def _ran(name: str, report: Path) -> Tests:
    counted = _count(report)
    if counted.passed == 0:
        raise StepFailed(f"{name}: no test ran")
    return counted


def _count(report: Path) -> Tests:
    passed = skipped = 0
    # Our own pytest wrote this file a moment ago: no foreign XML.
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        skipped += int(suite.get("skipped", 0))
        passed += int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
        passed -= int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Tests(passed, skipped)


def _failures(*reports: Path) -> Iterator[str]:
    """Say which tests failed and the beginning of why, in few lines: for the very end."""
    cases = [
        (case, wrong)
        for report in reports
        if report.exists()
        for case in ElementTree.parse(report).getroot().iter("testcase")
        for wrong in case
        if wrong.tag in ("failure", "error")
    ]
    for case, wrong in cases[:FAILED_SHOWN_MAX]:
        yield f"  {case.get('classname')}::{case.get('name')}"[:200]
        reason = (wrong.get("message") or wrong.text or "").strip().splitlines()
        yield from (f"    {line[:200]}" for line in reason[:REASON_LINES_MAX])
    if len(cases) > FAILED_SHOWN_MAX:
        yield f"  and {len(cases) - FAILED_SHOWN_MAX} more"


def _environment() -> dict[str, str]:
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    kept = {**os.environ, "PATH": path, "VIRTUAL_ENV": sys.prefix}
    # Where it is set, every worker and each of a thousand nodes would compile all code anew.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def install_debian_packages(programs: dict[str, str]) -> None:
    """Install what tests need beside Python, where this is allowed: as root, on Debian.

    Args:
        programs: Name of a program -> Debian package that brings it.
    """
    missing = {name: package for name, package in programs.items() if not shutil.which(name)}
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"not installed, their tests will fail: {', '.join(missing)}", flush=True)
        return
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    run_step("package lists", *apt, "update")
    wanted = sorted(set(missing.values()))
    run_step("packages", *apt, "install", "--no-install-recommends", *wanted)
