"""Each file of a home as something else: a folder, empty, unreadable, garbage; every command.

Run as a program of its own, it runs the commands on one home and prints what came of each.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from ordeals.failures.cells import FIRST, Seen
from ordeals.failures.victim import CHECKOUT, Victim, sentence_of, until

COMMANDS_S: Final = 300
UNPRIVILEGED: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Makes also the superuser subject to the modes of files."""

COMMANDS: Final[tuple[tuple[str, ...], ...]] = (
    ("whoami",),
    ("timeline",),
    ("search", "written"),
    ("status",),
    ("jobs",),
    ("open", "--no-open"),
    ("verify",),
    ("reindex",),
    ("post", "one more"),
    ("init", "--name", "again", "--no-passphrase"),
)
FILES: Final = (
    ".",
    "keys",
    "feeds",
    "feeds/OWN",
    "feeds/OWN/journal",
    "feeds/OWN/certificates",
    "feeds/OWN/chunks",
    "index.db",
    "ledger.db",
    "run",
    "run/page.json",
    "run/reader.key",
    "run/ports.json",
    "lock",
)
FORMS: Final = ("other", "empty", "unreadable", "garbage")
"""``other``: a folder where a file belongs, a file where a folder does."""


class Shape(Struct, frozen=True, kw_only=True):
    """One file of a home, and what it is instead."""

    file: str
    form: str

    @property
    def name(self) -> str:
        return f"{self.file} {self.form}"


SHAPES: Final = tuple(
    Shape(file=file, form=form)
    for file in FILES
    for form in FORMS
    # The whole home as something else is a home somewhere else.
    if file != "." or form == "unreadable"
)


def play_shape(folder: Path, whole: Path, shape: Shape) -> Seen:
    """Spoil a copy of a whole home, run every command and the node on it, and mend it."""
    seen = Seen()
    home = folder / shape.name.replace("/", "-").replace(" ", "-").strip(".")
    shutil.copytree(whole, home)
    victim = Victim(folder, home.name)
    with _spoilt(home, shape):
        for told in _run_commands(home):
            _judge(told, seen)
        if shape.form != "unreadable":
            _run_node(victim, seen)
    _look_afterwards(victim, shape, seen)
    return seen


def make_whole(folder: Path) -> Path:
    """Make a home in which every file is there."""
    victim = Victim(folder, "whole")
    victim.start()
    until(victim.is_found, 10)
    victim.post("post", text=FIRST)
    victim.stop()
    (victim.home / "run" / "page.json").write_text("{}")
    return victim.home


@contextmanager
def _spoilt(home: Path, shape: Shape) -> Iterator[None]:
    own = next((home / "feeds").iterdir()).name
    path = home / shape.file.replace("OWN", own)
    mode, aside = path.stat().st_mode, home.with_name(f"{home.name}.aside")
    if shape.form == "unreadable":
        path.chmod(0)
        yield
        path.chmod(mode)
        return
    was_folder = path.is_dir()
    shutil.move(path, aside)
    if (shape.form == "other") != was_folder:
        path.mkdir()
    else:
        path.write_bytes({"garbage": b"garbage " * 999}.get(shape.form, b""))
    yield
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    shutil.move(aside, path)


def _run_commands(home: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ordeals.failures.shapes", str(home)]
    if os.geteuid() == 0:
        command = [*UNPRIVILEGED, *command]
    done = subprocess.run(
        command,
        cwd=CHECKOUT / "tools",
        env={**os.environ, "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'tools'}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMANDS_S,
    )
    try:
        told: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return [{"words": ["all"], "code": -1, "err": done.stderr[-500:], "bug": "no answer"}]
    return told


def _judge(told: dict[str, Any], seen: Seen) -> None:
    what, said = " ".join(told["words"]), str(told["err"]).strip().splitlines()
    seen.must(not told["bug"], f"{what}: {told['bug']}")
    if told["code"] not in (0, None):
        line = sentence_of(said)
        is_report = told["words"] == ["verify"]  # says what is damaged, and ends with 1
        seen.must(bool(line) or is_report, f"{what}: {told['code']} without a sentence: {said}")
        if line and line not in seen.shown:
            seen.shown.append(line)


def _run_node(victim: Victim, seen: Seen) -> None:
    """It starts, or ends with a sentence."""
    if victim.start():
        code = victim.stop()
        seen.must(code == 0, f"run: ends with {code}")
    else:
        line = sentence_of(victim.said().splitlines())
        seen.must(
            bool(victim.code) and bool(line), f"run: {victim.code}: {victim.said()[-300:]}"
        )
    seen.wrong += [f"run: {line}" for line in victim.bugs()[:2]]


def _look_afterwards(victim: Victim, shape: Shape, seen: Seen) -> None:
    """All is there again, and only what was truly no database was set aside."""
    done = victim.command("timeline")
    seen.must(FIRST in done.stdout, f"afterwards: {done.stdout[-80:]} {done.stderr[-200:]}")
    done = victim.command("post", "afterwards")
    seen.must(done.returncode == 0, f"afterwards nothing is written: {done.stderr[-200:]}")
    is_database = shape.file.endswith(".db") and shape.form == "garbage"
    allowed = [f"{shape.file}.damaged"] if is_database else []
    seen.must(victim.set_aside() in (allowed, []), f"set aside: {victim.set_aside()}")


def main(home: Path) -> None:
    print(json.dumps([_run(home, words) for words in COMMANDS]))


def _run(home: Path, words: Sequence[str]) -> dict[str, Any]:
    from swarmfeed.cli.main import main as swarmfeed

    out, err, bug, code = io.StringIO(), io.StringIO(), "", 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            swarmfeed.main(["--home", str(home), *words], prog_name="swarmfeed")
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            bug = traceback.format_exc()[-700:]
    return {"words": words, "code": code, "err": err.getvalue(), "bug": bug}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
