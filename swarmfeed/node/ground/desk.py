"""Who answers what is asked of a node, and where: one row for each ask."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import isawaitable
from typing import Any, TypeVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.change import Change
from swarmfeed.errors import MendingError, UserError
from swarmfeed.node.ground.changes import Changes

A = TypeVar("A")


class Where(Enum):
    """In which thread an answer is made."""

    READER = "reader"
    """In the asker's own: it reads the index, and nothing else of the node."""
    LOOP = "loop"
    """In the loop that owns the node.  What walks over many feeds goes off it, or lets others
    in between: a page that is open asks again at each change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One kind of ask, and what answers it."""

    ask: type[Ask[Any]]
    run: Callable[[Any], Any]
    """Takes the ask; returns the answer, or in the loop an awaitable of it."""
    where: Where


def in_reader(ask: type[Ask[A]], run: Callable[[Any], A]) -> Answers:
    """A row for what is answered from the index, in the asker's thread."""
    return Answers(ask=ask, run=run, where=Where.READER)


def in_loop(ask: type[Ask[A]], run: Callable[[Any], A | Awaitable[A]]) -> Answers:
    """A row for what is answered in the node's loop, at once or by a coroutine."""
    return Answers(ask=ask, run=run, where=Where.LOOP)


class Answering:
    """The rows of all roles; belongs to one asyncio loop."""

    def __init__(self) -> None:
        self._rows: dict[type[Ask[Any]], Answers] = {}

    def connect(self, rows: Iterable[Answers]) -> None:
        """Add rows.  Two for one ask, or for asks of one name, are a bug: ValueError."""
        for row in rows:
            if any(each.name == row.ask.name for each in self._rows):
                raise ValueError(f"{row.ask.name} is answered twice")
            self._rows[row.ask] = row

    def rows(self) -> tuple[Answers, ...]:
        return tuple(self._rows.values())

    def knows(self, kind: type[Ask[Any]]) -> bool:
        """Whether any role answers it."""
        return kind in self._rows

    def row(self, kind: type[Ask[Any]]) -> Answers:
        """Return what answers a kind of ask.  UserError when nothing does."""
        row = self._rows.get(kind)
        if row is None:
            raise UserError(f"this node does not answer {kind.name!r}")
        return row

    async def answer(self, ask: Ask[A]) -> A:
        """Let one part of the node ask another, whichever that is."""
        row = self.row(type(ask))
        answer: A = (
            await asyncio.to_thread(row.run, ask)
            if row.where is Where.READER
            else await _run(row, ask)
        )
        return answer


class NodeDesk:
    """Implements ``desk.Desk``: looks up the row of an ask, and runs it where it belongs."""

    def __init__(
        self,
        answering: Answering,
        loop: asyncio.AbstractEventLoop,
        changes: Changes,
        mend: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """``mend`` is awaited, in the loop, where an answer met damage that can be mended."""
        self._answering = answering
        self._loop = loop
        self._changes = changes
        self._mend = mend

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        return {row.ask.name: row.ask for row in self._answering.rows()}

    def ask(self, ask: Ask[A]) -> A:
        row = self._answering.row(type(ask))
        try:
            answer: A = self._answer(row, ask)
        except MendingError:
            if type(ask).changes:
                raise  # twice would be done twice
            asyncio.run_coroutine_threadsafe(self._mend(), self._loop).result()
            answer = self._answer(row, ask)
        return answer

    def _answer(self, row: Answers, ask: Ask[Any]) -> Any:
        if row.where is Where.READER:
            return row.run(ask)
        return asyncio.run_coroutine_threadsafe(_run(row, ask), self._loop).result()

    async def changes(self) -> AsyncIterator[Change]:
        async for change in self._changes.listen():
            yield change


async def _run(row: Answers, ask: Ask[Any]) -> Any:
    answer = row.run(ask)
    return await answer if isawaitable(answer) else answer
