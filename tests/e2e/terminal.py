"""A terminal in which a program runs, and somebody who reads its screen and types."""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final

import pyte

from tests.e2e.nodes import PATIENCE_S

COLUMNS: Final = 110
ROWS: Final = 40

ENTER: Final = "\r"
DOWN: Final = "\x1b[B"
END_S: Final = 10


class Terminal:
    """A program in a pseudo-terminal, from ``with`` on; it ends with the block."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._command = list(command)
        self._env = {**env, "TERM": "xterm", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._pid = 0
        self._descriptor = -1

    def __enter__(self) -> "Terminal":
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            try:
                os.execve(self._command[0], self._command, self._env)
            finally:
                os._exit(127)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._descriptor)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def wait_for(self, *texts: str, without: str = "") -> str:
        """Read until all of these stand on the screen; returns all of it.

        Args:
            without: What must not stand there any more.
        """
        deadline_s = time.monotonic() + PATIENCE_S
        while missing := self._missing(texts, without):
            assert time.monotonic() < deadline_s, f"no {missing} on\n{self.text}"
            assert self._read(0.5), f"it ended without {missing} on\n{self.text}"
        return self.text

    def _missing(self, texts: Sequence[str], without: str) -> list[str]:
        found = [each for each in texts if each not in self.text]
        return [*found, f"end of {without}"] if without and without in self.text else found

    def _read(self, seconds: float) -> bool:
        """Take what the program says; False: it has ended."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return True
        try:
            said = os.read(self._descriptor, 65_536)
        except OSError as error:
            if error.errno != errno.EIO:  # how Linux tells that nobody is at the other end
                raise
            return False
        self._stream.feed(said)
        return bool(said)
