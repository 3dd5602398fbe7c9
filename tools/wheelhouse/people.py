"""Somebody who installed the program: a home, its commands and, in between, its node."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError

from wheelhouse.browsing import new_browser
from wheelhouse.commands import SHOWN_CHARACTERS, Deadline, Failed, environment, run

T = TypeVar("T")

STOP_S = 20


class Person:
    """Knows nothing of the program but its command line and its page."""

    def __init__(
        self, program: Path, folder: Path, name: str, number: int, deadline: Deadline
    ) -> None:
        """Make the home.

        Args:
            program: The installed ``swarmfeed``.
            folder: Where the home and the log of the node go.
            name: To write under.
            number: 1 to 254, another one for everybody.
            deadline: Of everything.

        Raises:
            Failed: It could not be made.
        """
        self.name = name
        self._program = program
        self._folder = folder
        self._home = folder / name
        self._host = _address(number)
        self._log = folder / f"{name}.log"
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None
        self.author: str = self.ask("init", "--name", name, "--no-passphrase")["author"]

    def ask(self, *words: str | Path) -> Any:
        """Run a command with ``--json`` and return what it tells.

        Raises:
            Failed: It did not end well.
        """
        try:
            said = run([*self._command(), *words, "--json"], self._folder, self._deadline)
        except Failed as error:
            raise Failed(f"{self.name}: {error}\n{self._last_words()}") from error
        return json.loads(said)

    def start(self, *peers: str) -> None:
        """Run the node; returns when it answers.

        Raises:
            Failed: It ended, or did not answer in time.
        """
        options = ["--no-open", "--no-dht", "--listen", self._host]
        named = [option for peer in peers for option in ("--peer", peer)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(), "run", *options, *named],
                cwd=self._folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait("to run", lambda: self.ask("status")["running"])

    def stop(self) -> None:
        """Ask the node to end, and wait until it has, in good order.

        Raises:
            Failed: It had to be killed, or ended with something else than 0.
        """
        if self._process is None:
            return
        process, self._process = self._process, None
        process.terminate()
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            raise Failed(f"{self.name}'s node ended with {code}\n{self._last_words()}")

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        """Look again and again until there is something, while the node runs.

        Raises:
            Failed: Nothing came in time, or the node ended.
        """

        def look_at_it() -> T | None:
            if self._process is None or self._process.poll() is not None:
                raise Failed(f"{self.name}'s node ended\n{self._last_words()}")
            return look()

        return self._deadline.wait(f"{self.name} {what}", look_at_it)

    def feed_of(self, author: str) -> dict[str, Any]:
        """Return the line of ``status`` about an author; empty if there is none."""
        feeds: Sequence[dict[str, Any]] = self.ask("status")["feeds"]
        return next((each for each in feeds if each["author"] == author), {})

    def open_page(self) -> int:
        """Log a browser in by the link; returns the status code of the page it leads to.

        Raises:
            Failed: The page does not answer.
        """
        link = self.ask("open", "--no-open")["page"]
        try:
            with new_browser().open(link, timeout=self._deadline.left_s()) as answer:
                return int(answer.status)
        except URLError as error:
            raise Failed(f"{self.name}'s page: {error}\n{self._last_words()}") from error

    def _command(self) -> list[str]:
        return [str(self._program), "--home", str(self._home)]

    def _last_words(self) -> str:
        said = self._log.read_text(errors="replace") if self._log.exists() else ""
        return f"--- the log of {self.name}'s node ends with:\n{said[-SHOWN_CHARACTERS:]}"


def _address(number: int) -> str:
    """Return an address of the loopback network: swarms tell nodes apart by address."""
    middle = os.getpid()
    return f"127.{192 + (middle >> 8) % 62}.{middle % 256}.{number}"
