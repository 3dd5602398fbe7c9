"""Who answers what is asked of a node, and where: one row for each ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from swarmfeed.core.asks.ask import Ask

A = TypeVar("A")
Q = TypeVar("Q", bound=Ask[Any])


class Where(Enum):
    """In which thread an answer is made."""

    READER = "reader"
    """In the asker's own: it reads the index, and nothing else of the node."""
    LOOP = "loop"
    """In the loop that owns the node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One kind of ask, and what answers it."""

    ask: type[Ask[Any]]
    run: Callable[[Any], Any | Awaitable[Any]]
    where: Where
