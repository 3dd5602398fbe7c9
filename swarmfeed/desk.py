"""The desk: where faces ask a node, whether it runs here or in another process."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, TypeVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.views import Change

A = TypeVar("A")


class Desk(Protocol):
    """Answers from any thread."""

    def asks(self) -> Mapping[str, type[Ask[Any]]]:
        """Everything that is answered here, by name."""
        ...

    def ask(self, ask: Ask[A]) -> A:
        """Return the answer, waiting for it.

        Raises:
            UserError: What was asked does not make sense here, or nobody answers it.
        """
        ...

    def changes(self) -> AsyncIterator[Change]:
        """What open pages want to know, from now on; to be iterated in the node's loop."""
        ...
