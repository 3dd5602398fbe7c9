"""Devices of one person, each a real node: one made by ``init``, the others paired with it."""

import json
import subprocess
import threading
from pathlib import Path
from typing import IO, Any

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Node


class Waiting:
    """A machine on which ``swarmfeed devices join`` runs."""

    def __init__(self, node: Node, *options: str) -> None:
        self.process = subprocess.Popen(
            [
                *node.program_line(),
                *("devices", "join", "--no-passphrase", "--listen", node.host, "--json"),
                *options,
            ],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.link: str = self.line()["link"]

    def line(self) -> Any:
        """Return the next JSON value that it prints."""
        assert self.process.stdout is not None
        ended = threading.Timer(PATIENCE_S, self.process.kill)
        ended.start()
        try:
            line = self.process.stdout.readline()
        finally:
            ended.cancel()
        assert line, f"it ended: {_rest(self.process.stderr)}"
        return json.loads(line)

    def end(self, code: int = 0) -> str:
        """Wait until it ends with a code; returns what it said on standard error."""
        try:
            self.process.wait(PATIENCE_S)
            said = _rest(self.process.stderr)
        finally:
            self.kill()
        assert self.process.returncode == code, said
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class Device(Node):
    """A further device of ``first``, added by pairing."""

    def __init__(self, folder: Path, name: str, first: Node, *options: str) -> None:
        self.first = first
        super().__init__(folder, name, options)

    def _make_home(self, words: str) -> Any:
        waiting = Waiting(self, "--name", self.name)
        try:
            self.first.command("devices", "add", waiting.link, "--yes")
            said = waiting.line()
            assert "both machines have to show" in said["sentence"]
            return waiting.line()
        finally:
            waiting.end()


def _rest(stream: IO[str] | None) -> str:
    return stream.read() if stream is not None else ""
