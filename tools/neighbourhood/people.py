"""People of the demo: each a home folder and, while it runs, a node process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from swarmfeed.cli.desk import RemoteDesk, find_running
from swarmfeed.core.asks.feeds import FeedsOf, FeedStatus
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError, UserError
from swarmfeed.wiring import create_home

T = TypeVar("T")

START_TIMEOUT_S = 300
"""It takes a second, and far longer where a machine is busy with much else."""

STOP_TIMEOUT_S = 60
LOOK_EVERY_S = 0.05


class Person:
    """Somebody with a node; ``node`` answers while it runs."""

    def __init__(self, folder: Path, name: str, number: int) -> None:
        self.name = name
        self.home = folder / name.lower()
        self.host = _host(number)
        self._log = folder / f"{name.lower()}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._node: RemoteDesk | None = None
        self.author_id: AuthorId = create_home(self.home, name, "").whoami.author_id

    @property
    def node(self) -> RemoteDesk:
        assert self._node is not None, f"{self.name} is not running"
        return self._node

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self, *more: str) -> None:
        """Run `swarmfeed run` on the home; returns when it answers."""
        options = ["run", "--no-open", "--no-dht", "--listen", self.host, *more]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "swarmfeed", "--home", str(self.home), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        what = f"{self.name}'s node to start"
        self._node = self.wait(what, lambda: find_running(self.home), START_TIMEOUT_S)

    def stop(self) -> None:
        """End the process in good order, or the hard way if it does not listen."""
        if self._process is None:
            return
        if self._node is not None:
            self._node.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = self._node = None

    def feed_of(self, author_id: AuthorId) -> FeedStatus | None:
        """What this node has of an author."""
        return next(iter(self.node.ask(FeedsOf(author=author_id)).feeds), None)

    def wait(self, what: str, look: Callable[[], T | None], timeout_s: float) -> T:
        """Look again and again until there is something.

        Raises:
            RetryError: Nothing came, or the node ended; with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if found := look():
                return found
            if self._process is not None and self._process.poll() is not None:
                raise RetryError(f"{self.name}'s node ended:\n{self._last_words()}")
            time.sleep(LOOK_EVERY_S)
        raise RetryError(f"waited {timeout_s:.0f} s for {what}:\n{self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def check_loopback() -> None:
    """Make sure that every person can have an address.

    Raises:
        UserError: This system answers on one address of the loopback network only.
    """
    try:
        with socket.create_server((_host(1), 0)):
            pass
    except OSError as error:
        raise UserError(
            f"the demo gives each node its own loopback address, and {_host(1)} cannot be"
            f" used here ({error.strerror}); on macOS, add some first:"
            f" for n in 1 2 3 4; do sudo ifconfig lo0 alias {_host(0)[:-1]}$n; done"
        ) from error


def _host(number: int) -> str:
    """An address of the loopback network: swarms tell nodes apart by address."""
    middle = os.getpid() if sys.platform == "linux" else 0
    return f"127.{64 + (middle >> 8) % 128}.{middle % 256}.{number}"
