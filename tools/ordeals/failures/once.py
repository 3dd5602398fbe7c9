"""One refusal alone, at each call in turn: a passing failure is not damage (ADR 135).

The n-th call on a database fails, and no other before or after it: while the file is opened,
and while it is read and written.  Whatever came of that, nothing is set aside, and all that was
said to be saved is there as soon as it is opened again.

Run as a program under ``refuse.c`` (``play_once`` starts it), which counts the calls.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from swarmfeed.cli.log import send_to_stderr
from swarmfeed.errors import FatalError, MendingError, PassingError, SwarmfeedError

from ordeals.apart import play_apart
from ordeals.failures.cells import FAILURES, Failure, Seen
from ordeals.failures.stores import STORES, Store

ROWS: Final = 60
NEW: Final = 1_000
CALLS_MAX: Final = 100
"""Of one failure; who recovers a log of writes reads it frame by frame, all alike."""

FORMS: Final = ("whole", "killed")
"""How the file was left: closed in good order, or with all in its log of writes."""


def play_once(folder: Path, refuser: Path, name: str) -> Seen:
    """Play all failures on one database, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "ordeals.failures.once",
        str(folder / f"once-{name}"),
        name,
    ]
    control = folder / f"once-{name}.refuse"
    surroundings = {"LD_PRELOAD": str(refuser), "REFUSE_FILE": str(control)}
    try:
        told = play_apart(command, {"PATH": os.environ.get("PATH", os.defpath), **surroundings})
    except (OSError, subprocess.SubprocessError) as error:
        return Seen(wrong=[f"not played: {error}"])
    return Seen(shown=told["shown"], wrong=told["wrong"])


class Sweep:
    """One database, and calls on it that fail one by one."""

    def __init__(self, folder: Path, name: str) -> None:
        self._open, self._name = STORES[name], name
        self._folder = folder
        self._refuser = ctypes.CDLL(None)
        self._control = Path(os.environ["REFUSE_FILE"])
        self.seen = Seen()
        self.calls = 0

    def play(self) -> None:
        """Refuse each call once, of each kind, in each form of the file."""
        for form in FORMS:
            self._make(form)
            for failure in FAILURES:
                for which in range(1, CALLS_MAX + 1):
                    what = f"{failure.name}, {form}, call {which}"
                    opening = self._refuse_opening(form, failure, which, what)
                    using = self._refuse_using(form, failure, which, what)
                    if max(opening, using) < which:
                        break

    # --- inside ---

    def _make(self, form: str) -> None:
        (home := self._folder / form).mkdir(parents=True)
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
            return
        with suppress(BaseException):
            store = self._open(home / self._name)
            for number in range(ROWS):
                store.add(number)
            if form == "whole":
                store.close()
            os._exit(0)
        os._exit(1)

    @contextmanager
    def _copy(self, form: str) -> Iterator[Path]:
        home = self._folder / "case"
        shutil.copytree(self._folder / form, home)
        try:
            yield home / self._name
        finally:
            shutil.rmtree(home)

    @contextmanager
    def _refusing(self, failure: Failure, which: int, calls: list[int]) -> Iterator[None]:
        self._refuser.calls_forget()
        line = f"{failure.number} {failure.kinds} /case/{self._name} {which}\n"
        self._control.write_text(line)
        try:
            yield
        finally:
            self._control.write_text("")
            calls.append(self._refuser.calls_counted())

    def _refuse_opening(self, form: str, failure: Failure, which: int, what: str) -> int:
        calls = list[int]()
        with self._copy(form) as path:
            with self._refusing(failure, which, calls):
                self._try(lambda: self._read(path), f"{what} of opening")
            self._judge(path, set(), f"{what} of opening")
        self.calls += 1
        return calls[0]

    def _refuse_using(self, form: str, failure: Failure, which: int, what: str) -> int:
        calls = list[int]()
        with self._copy(form) as path:
            store = self._open(path)
            with self._refusing(failure, which, calls):
                self._try(store.read, f"{what} of reading")
                saved = self._add(store, f"{what} of writing")
                self._try(store.close, f"{what} of closing")
            store.close()
            self._judge(path, saved, f"{what} of using")
        self.calls += 1
        return calls[0]

    def _read(self, path: Path) -> set[int]:
        store = self._open(path)
        try:
            return store.read()
        finally:
            store.close()

    def _add(self, store: Store, what: str) -> set[int]:
        """Return what was said to be saved."""
        try:
            store.add(NEW)
        except (PassingError, FatalError) as refused:
            self._show(refused)
            return set()
        except SwarmfeedError as error:
            self.seen.must(False, f"{what}: {type(error).__name__}: {error}")
            return set()
        return {NEW}

    def _try(self, ask: Callable[[], set[int] | object], what: str) -> None:
        try:
            found = ask()
        except PassingError as refused:
            self._show(refused)
        except SwarmfeedError as error:
            # What is made of the logs may be made of them anew, where the log of writes is
            # what could not be read: only of the file itself SQLite says why.
            is_mended = isinstance(error, MendingError) and "killed" in what
            self.seen.must(is_mended, f"{what}: {type(error).__name__}: {error}")
        else:
            self.seen.must(
                not isinstance(found, set) or set(range(ROWS)) <= found, f"{what}: rows lack"
            )

    def _show(self, refused: SwarmfeedError) -> None:
        said = str(refused).replace(f"{self._folder}/case/", "")
        if said not in self.seen.shown:
            self.seen.shown.append(said)

    def _judge(self, path: Path, saved: set[int], what: str) -> None:
        """It is over: all is there, and nothing was set aside."""
        try:
            lost = set(range(ROWS)) | saved
            lost -= self._read(path)
            self.seen.must(not lost, f"{what}: lost {sorted(lost)[:3]}")
        except SwarmfeedError as error:
            self.seen.must(False, f"{what}, afterwards: {type(error).__name__}: {error}")
        aside = sorted(each.name for each in path.parent.glob("*.damaged*"))
        self.seen.must(not aside, f"{what}: set aside: {aside}")


def main(folder: Path, name: str) -> None:
    send_to_stderr("warning")
    sweep = Sweep(folder, name)
    sweep.play()
    shown = [*sweep.seen.shown, f"{sweep.calls} calls refused"]
    print(json.dumps({"shown": shown, "wrong": sweep.seen.wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
