"""A desk that answers by a table, and everything else by a stub."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar, TypeVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.change import Change

from street.fakes.stub import declared, stub_answer

A = TypeVar("A")

Rows = dict[type[Ask[Any]], Callable[[Any, Any], Any]]
"""What answers an ask: takes the desk and the ask."""


class TableDesk:
    """Implements ``desk.Desk``: each ask has a row that answers it; tests put in others."""

    ROWS: ClassVar[Rows] = {}

    def __init__(self) -> None:
        self.rows = dict(self.ROWS)
        self.subscriptions: list[str] = []
        """What its person listens to."""
        self.parents = 2
        """Supernodes that look out for it."""
        self.serves = False
        self._listeners: list[asyncio.Queue[Change]] = []
        self._change_number = 0

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        return {ask.name: ask for ask in (*declared(), *self.rows)}

    def ask(self, ask: Ask[A]) -> A:
        """What has no row gets the emptiest answer."""
        kind = type(ask)
        answer: A = self.rows[kind](self, ask) if kind in self.rows else stub_answer(kind)
        return answer

    def announce(self, name: str, **fields: str | int) -> None:
        """Tell open pages something; to be called in the loop ``changes`` runs in."""
        self._change_number += 1
        for queue in self._listeners:
            queue.put_nowait(Change(name, self._change_number, fields))

    async def changes(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)
