"""Who answers what is asked of a node, and where: one row for each ask."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from enum import Enum
from inspect import isawaitable
from typing import Any, TypeVar

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.change import Change
from swarmfeed.core.asks.sentences import NODE_STOPS
from swarmfeed.errors import FatalError, MendingError, PassingError, RetryError, UserError
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.events import Events, Fatal, Strained

A = TypeVar("A")


class Where(Enum):
    """In which thread an answer is made."""

    READER = "reader"
    """In the asker's own: it reads the index, and nothing else of the node."""
    LOOP = "loop"
    """In the loop that owns the node.  What walks over many feeds goes off it, or lets others
    in between: a page that is open asks again at each change."""


class Answers(Struct, frozen=True, kw_only=True):
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
        names = {each.name for each in self._rows}
        for row in rows:
            if row.ask.name in names:
                raise ValueError(f"{row.ask.name} is answered twice")
            names.add(row.ask.name)
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
    """Implements ``desk.Desk``: looks up the row of an ask, and runs it where it belongs.

    What goes wrong is told to the asker, and to the node where it concerns that.
    """

    def __init__(
        self,
        answering: Answering,
        loop: asyncio.AbstractEventLoop,
        changes: Changes,
        events: Events,
        mend: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """``mend`` is awaited, in the loop, where an answer met damage that can be mended."""
        self._answering = answering
        self._loop = loop
        self._changes = changes
        self._events = events
        self._mend = mend
        self._lock = threading.Lock()
        self._waiting: set[Future[Any]] = set()
        self._closed = False

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        return {row.ask.name: row.ask for row in self._answering.rows()}

    def ask(self, ask: Ask[A]) -> A:
        """As in ``desk.Desk``.  RetryError: the node stops, whatever was under way."""
        row = self._answering.row(type(ask))
        try:
            answer: A = self._answer(row, ask)
        except (PassingError, FatalError) as error:
            self._tell(error)
            raise
        return answer

    def close(self) -> None:
        """Answer nothing more; who waits for an answer is told so now.  Safe to call twice."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting)
        for future in waiting:
            future.cancel()

    def _answer(self, row: Answers, ask: Ask[Any]) -> Any:
        try:
            return self._answer_once(row, ask)
        except MendingError:
            if type(ask).changes:
                raise  # twice would be done twice
        self._in_loop(self._mend())
        return self._answer_once(row, ask)

    def _answer_once(self, row: Answers, ask: Ask[Any]) -> Any:
        return row.run(ask) if row.where is Where.READER else self._in_loop(_run(row, ask))

    async def changes(self) -> AsyncIterator[Change]:
        async for change in self._changes.listen():
            yield change

    def _in_loop(self, work: Coroutine[Any, Any, A]) -> A:
        with self._lock:
            if self._closed:
                work.close()
                raise RetryError(NODE_STOPS())
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
            self._waiting.add(future)
        try:
            return future.result()
        except CancelledError as error:
            raise RetryError(NODE_STOPS()) from error
        finally:
            with self._lock:
                self._waiting.discard(future)

    def _tell(self, error: PassingError | FatalError) -> None:
        told = Fatal(error) if isinstance(error, FatalError) else Strained(error)
        with self._lock:
            if not self._closed:
                self._loop.call_soon_threadsafe(self._events.tell, told)


async def _run(row: Answers, ask: Ask[Any]) -> Any:
    answer = row.run(ask)
    return await answer if isawaitable(answer) else answer
