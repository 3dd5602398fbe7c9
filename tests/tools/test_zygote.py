"""A copy of what is loaded already is what ``python -m`` would have run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from zygote import CHECKOUT, ZYGOTE, Process, Standard

pytestmark = pytest.mark.slow

PATIENCE_S = 300
ENVIRONMENT = {**os.environ, "SAID": "ä b"}


def copied(words: list[str], standard: Standard) -> Process:
    return ZYGOTE.start(words, ENVIRONMENT, standard)


def loaded(words: list[str], standard: Standard) -> Process:
    line, (given, out, errors) = [sys.executable, "-m", *words], standard
    return subprocess.Popen(
        line, cwd=CHECKOUT, env=ENVIRONMENT, stdin=given, stdout=out, stderr=errors
    )


Begin = Callable[[list[str], Standard], Process]


class Run(Struct, frozen=True):
    """One run of ``tests.tools.told``."""

    process: Process
    out: Path
    errors: Path

    def told(self) -> Any:
        """What it says of itself, as soon as it has."""
        deadline_s = time.monotonic() + PATIENCE_S
        while "\n" not in self.out.read_text():
            assert time.monotonic() < deadline_s, self.errors.read_text()
            time.sleep(0.01)
        return json.loads(self.out.read_text().splitlines()[0])


def begin(folder: Path, by: Begin, *words: str) -> Run:
    name = f"of-{len(list(folder.iterdir()))}"
    given, out, errors = (folder / f"{name}.{each}" for each in ("in", "out", "err"))
    given.write_text("said to it\n")
    with given.open("rb") as stdin, out.open("wb") as stdout, errors.open("wb") as stderr:
        process = by(["tests.tools.told", *words], Standard(stdin, stdout, stderr))
    return Run(process, out, errors)


def test_it_is_given_the_same_and_nothing_else(tmp_path: Path) -> None:
    runs = [begin(tmp_path, by, "a b", "ö", "0") for by in (copied, loaded)]
    assert [each.process.wait(PATIENCE_S) for each in runs] == [0, 0]
    one, other = (each.told() for each in runs)
    assert one == other
    assert (one["words"], one["input"]) == (["a b", "ö", "0"], "said to it\n")
    assert one["environment"]["SAID"] == "ä b"
    assert [each.out.read_text().splitlines()[1:] for each in runs] == [["at the end"]] * 2


@pytest.mark.parametrize("by", [copied, loaded])
def test_it_ends_with_its_code_and_says_why(tmp_path: Path, by: Begin) -> None:
    run = begin(tmp_path, by, "3")
    assert (run.process.wait(PATIENCE_S), run.process.poll()) == (3, 3)
    run = begin(tmp_path, by, "raise")
    assert run.process.wait(PATIENCE_S) == 1
    assert run.errors.read_text().splitlines()[-1] == "ValueError: as asked"
    assert run.out.read_text().splitlines()[-1] == "at the end"


@pytest.mark.parametrize("by", [copied, loaded])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_by_a_signal(tmp_path: Path, by: Begin, number: signal.Signals) -> None:
    run = begin(tmp_path, by, "wait")
    run.told()
    assert run.process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        run.process.wait(0.01)
    run.process.send_signal(number)
    assert run.process.wait(PATIENCE_S) == -number
    run.process.kill()
    assert not Path(f"/proc/{run.process.pid}").exists()


def test_two_copies_live_side_by_side_and_draw_other_numbers(tmp_path: Path) -> None:
    one, other = (begin(tmp_path, copied, "wait") for _ in range(2))
    assert one.told()["open"] == other.told()["open"]
    one.process.terminate()
    one.process.wait(PATIENCE_S)
    assert other.process.poll() is None
    other.process.kill()
    other.process.wait(PATIENCE_S)
    drawn = [json.loads(each.errors.read_text()) for each in (one, other)]
    assert len({*drawn[0], *drawn[1]}) == len(drawn[0]) + len(drawn[1])
