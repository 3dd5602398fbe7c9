"""The desk: where faces ask a node, whether it runs here or in another process."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, TypeVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.change import Change

A = TypeVar("A")


class Answerer(Protocol):
    """Somebody who answers: a desk, or the desk of another process, asked over HTTP."""

    def ask(self, ask: Ask[A]) -> A:
        """Return the answer, waiting for it; from any thread but the node's own.

        Raises:
            UserError: What was asked does not make sense here, or nobody answers it.
            RetryError: Not now.
        """
        ...


class Desk(Answerer, Protocol):
    """The desk of a node in this process: a page can be built around it."""

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        """Everything that is answered here, by name."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """What open pages want to know, from now on; to be iterated in the node's loop."""
        ...
