"""Ctrl-C, a closed pipe, a full disk behind the output: no traceback, nothing left about.

Moments are counted in what Python itself reports (PEP 578: each import, file, connection), not
in seconds: they are the same on a busy machine, and wherever the program is.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.cli.leaving import EXIT_CODE
from swarmfeed.core.base.address import format_author
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX
from swarmfeed.wiring import create_home

from tests.cli.test_remote import serve

PROGRAM = """
import os, signal, sys
moment, counted, total = int(sys.argv[1]), sys.argv[2], 0
del sys.argv[1:3]
# Whoever runs tests beside something else may have switched it off for them.
signal.signal(signal.SIGINT, signal.default_int_handler)
def count(event, args):
    global total
    # What comes before our first line is Python's own.
    if total or event == "import" and args[0] == "swarmfeed.cli.leaving":
        total += 1
        if total == moment:
            os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(count)
import atexit
atexit.register(lambda: open(counted, "w").write(str(total)))
from swarmfeed.__main__ import program
program()
"""

MOMENTS = 3
"""Of each command."""


class Done(Struct, frozen=True):
    code: int
    out: str
    err: str
    moments: int


def play(folder: Path, moment: int, *words: str, stdin: str = "") -> Done:
    """Run a command, with Ctrl-C at a moment; 0 is never."""
    counted = folder / f"counted-{moment}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(moment), str(counted), *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "SWARMFEED_HOME": str(folder / "home")},
        check=False,
    )
    total = int(counted.read_text()) if counted.exists() else 0
    return Done(done.returncode, done.stdout, done.stderr, total)


MAKING = (
    ("init", "--name", "Ann", "--no-passphrase", "--words-file", "WORDS"),
    ("restore", "SHEET", "--name", "Ann", "--no-passphrase", "--offline"),
)

ON_A_HOME = (
    ("--help",),
    ("open", "--no-open"),
    ("whoami",),
    ("post", "hello"),
    ("follow", "SOMEBODY"),
    ("unfollow", "SOMEBODY"),
    ("fetch", "SOMEBODY", "--no-dht", "--listen", "127.0.0.1", "--timeout", "0.01"),
    ("timeline",),
    ("show", "SOMEBODY"),
    ("search", "hello"),
    ("import", "-"),
    ("status",),
    ("jobs",),
    ("history", "status"),
    ("verify",),
    ("reindex",),
)

SOMEBODY = "djpzok3b3k5sv43hig523prv5g6bddhkwdw65gkj4oeof3ktj6zgffqb"
LINES = '{"author": "a", "time": 1, "text": "old"}\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def typed_in(tmp_path: Path, words: tuple[str, ...]) -> tuple[str, ...]:
    """Put names of files and people into a command."""
    sheet = tmp_path / "sheet"
    if "SHEET" in words and not sheet.exists():
        created = create_home(tmp_path / "other", "Ann", "")
        sheet.write_text(f"{created.sheet_link}\n{created.author_words}\n")
        sheet.chmod(0o600)
    names = {"WORDS": str(tmp_path / "words"), "SHEET": str(sheet), "SOMEBODY": SOMEBODY}
    return tuple(names.get(word, word) for word in words)


def check_silent(done: Done) -> None:
    assert "Traceback" not in done.err and "ignored" not in done.err, done.err
    assert done.code == EXIT_CODE, done


@pytest.mark.e2e
@pytest.mark.parametrize("words", ON_A_HOME, ids=" ".join)
def test_ctrl_c_at_any_moment_is_silent_and_leaves_a_home_that_works(
    tmp_path: Path, home: Path, words: tuple[str, ...]
) -> None:
    create_home(home, "Ann", "")
    typed = typed_in(tmp_path, words)
    total = play(tmp_path, 0, *typed, stdin=LINES).moments
    assert total > 100
    for moment in random.Random(" ".join(words)).sample(range(1, total), MOMENTS):
        check_silent(play(tmp_path, moment, *typed, stdin=LINES))
    assert play(tmp_path, 0, "verify").code == 0
    assert left_about(home) == []


@pytest.mark.e2e
@pytest.mark.parametrize("words", MAKING, ids=lambda words: words[0])
def test_ctrl_c_while_a_home_is_made_leaves_all_of_it_or_nothing(
    tmp_path: Path, home: Path, words: tuple[str, ...]
) -> None:
    typed = typed_in(tmp_path, words)
    whole = play(tmp_path, 0, "--home", str(tmp_path / "first"), *typed)
    assert whole.code == 0, whole
    (tmp_path / "words").unlink(missing_ok=True)
    for moment in random.Random(words[0]).sample(range(1, whole.moments), MOMENTS):
        done = play(tmp_path, moment, *typed)
        check_silent(done)
        if (home / "keys").exists():
            break
    else:
        assert play(tmp_path, 0, *typed).code == 0
    assert play(tmp_path, 0, "verify").code == 0
    assert left_about(home) == []


def left_about(home: Path) -> list[Path]:
    """Files and folders that somebody was about to put in place, or to take away."""
    return [path for path in home.rglob("*") if TEMPORARY_SUFFIX in path.name]


# --- others who end it ------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the home of a node that runs."""
    folder = tmp_path_factory.mktemp("running")
    (folder / "home").mkdir()
    (folder / "home" / "keys").write_text("of a running node: no command reads them")
    stop = serve(FakeDesk(), folder / "home")
    yield folder
    stop()


@pytest.mark.slow
@pytest.mark.parametrize("words", [("timeline",), ("post", "x"), ("status", "--json")])
def test_ctrl_c_is_as_silent_beside_a_running_node(
    running: Path, words: tuple[str, ...]
) -> None:
    total = play(running, 0, *words).moments
    for moment in random.Random(words[0]).sample(range(1, total), MOMENTS):
        check_silent(play(running, moment, *words))


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Let a shell run a line in which ``swarmfeed`` is the program."""
    told = f'swarmfeed() {{ "{sys.executable}" -m swarmfeed "$@"; }}; set -o pipefail; {line}'
    env = {**os.environ, "SWARMFEED_HOME": str(folder / "home")}
    return subprocess.run(
        ["bash", "-c", told], capture_output=True, text=True, env=env, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", ["timeline", "timeline --json", "--help"])
def test_a_pipe_that_nobody_reads_is_no_error_to_talk_about(running: Path, words: str) -> None:
    done = shell(running, f"swarmfeed {words} | true")
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("words", ["timeline", "status", "whoami --json"])
def test_an_output_that_is_closed_is_no_error_either(running: Path, words: str) -> None:
    done = shell(running, f"swarmfeed {words} >&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", ["timeline", "status --json", "--version"])
def test_an_output_that_takes_nothing_is_a_sentence(running: Path, words: str) -> None:
    done = shell(running, f"swarmfeed {words} > /dev/full")
    sentence = "Error: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.slow
def test_what_an_encoding_has_no_character_for_is_shown_as_a_question_mark(
    running: Path,
) -> None:
    who = format_author(key("山田 葵"))
    line = f"PYTHONIOENCODING=latin-1 swarmfeed show {who} | iconv -f latin1 -t utf-8"
    done = shell(running, line)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("?? ?  ")


@pytest.mark.slow
def test_a_shell_that_switched_ctrl_c_off_keeps_it_off() -> None:
    program = "import signal; from swarmfeed.cli import leaving; leaving.leave_at_once();"
    program += "signal.raise_signal(signal.SIGINT); print('still here')"
    told = f'trap \'\' INT; exec "{sys.executable}" -c "{program}"'
    done = subprocess.run(["bash", "-c", told], capture_output=True, text=True, check=False)
    assert done.stdout == "still here\n"
