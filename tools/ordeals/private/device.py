"""A device of a person in a process of its own: its private state, and no more of a node.

It is forked from one that stands under ``refuse.c``, and dies before the n-th thing it asks of
the disk for ``private.db``.  What it is told to do it answers when that is on disk.
"""

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.state.exchange import News, decode_news, encode_news
from swarmfeed.core.state.rows import PrivateRow, Vector
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.private import PrivateState
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.store.private import open_private

FILE: Final = "private.db"
CALLS: Final = "cwtsnd"
"""All that changes something on the disk; see ``refuse.c``."""

NEVER: Final = 10**9
_FORKED: Final = get_context("fork")

Change = tuple[str, bytes, bytes]
"""Scope, key and value: empty takes away."""


class DiedError(Exception):
    """The device is dead."""


class Device:
    """Runs it, asks it, and starts it again where it died."""

    def __init__(self, folder: Path, number: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._number = number
        self._process: Any = None
        self._talk: Connection | None = None
        self.start()

    def start(self, dies_at: int = NEVER) -> None:
        """Run it; it dies before so many calls, counted from 0."""
        ours, theirs = _FORKED.Pipe()
        self._talk = ours
        live = _FORKED.Process(target=_be, args=(self._folder, self._number, dies_at, theirs))
        live.start()
        theirs.close()
        self._process = live

    def set(self, changes: list[Change]) -> list[PrivateRow]:
        """Have it write down what the person did; returns the rows once they are saved."""
        saved: list[PrivateRow] = self._ask("set", changes)
        return saved

    def vector(self) -> Vector:
        found: Vector = self._ask("vector", None)
        return found

    def news(self, vector: Vector) -> bytes:
        """What it would tell one that knows so much, as it goes over a link."""
        told: bytes = self._ask("news", vector)
        return told

    def merge(self, news: bytes) -> None:
        self._ask("merge", news)

    def rows(self) -> list[PrivateRow]:
        found: list[PrivateRow] = self._ask("rows", None)
        return found

    def calls(self) -> int:
        """How often it asked something of the disk."""
        count: int = self._ask("calls", None)
        return count

    def end(self) -> int:
        """Let it go; returns its exit code."""
        assert self._talk is not None
        with suppress(OSError):
            # Not by hanging up: the other device, forked later, holds this end, too.
            self._talk.send(("end", None))
        self._talk.close()
        self._process.join()
        return int(self._process.exitcode)

    def _ask(self, what: str, about: Any) -> Any:
        assert self._talk is not None
        try:
            self._talk.send((what, about))
            return self._talk.recv()
        except (EOFError, OSError) as error:
            raise DiedError from error


def _be(folder: Path, number: int, dies_at: int, talk: Connection) -> None:
    control = folder / "dies-at"
    control.write_text(f"{-1 - dies_at} {CALLS} {FILE}")
    os.environ["REFUSE_FILE"] = str(control)
    seed = bytes([number]) * 32
    identity = Identity(
        author_id=AuthorId(bytes(32)),
        feed_key=LockableKey(SigningKey(seed)),
        node_key=SigningKey(seed),
    )
    file = open_private(folder / FILE, seed)
    state = PrivateState(file, identity, SystemClock(), Events())
    state.recall()
    answers = _answers(state)
    while (asked := talk.recv())[0] != "end":
        what, about = asked
        talk.send(answers[what](about))
    file.close()


def _answers(state: PrivateState) -> dict[str, Callable[[Any], Any]]:
    def set_all(changes: list[Change]) -> list[PrivateRow]:
        for scope in dict.fromkeys(scope for scope, _, _ in changes):
            state.set(scope, {key: value for each, key, value in changes if each == scope})
        names = {(scope, key) for scope, key, _ in changes}
        return [row for row in state.rows() if row.name in names]

    return {
        "set": set_all,
        "vector": lambda _: dict(state.vector()),
        "news": lambda vector: encode_news(News(rows=tuple(state.beyond(vector)))),
        "merge": lambda news: len(state.merge(decode_news(news).rows)),
        "rows": lambda _: state.rows(),
        "calls": lambda _: ctypes.CDLL(None).calls_counted(),
    }
