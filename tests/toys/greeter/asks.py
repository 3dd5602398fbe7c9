"""What a person asks of a greeter."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """Who was greeted."""

    nodes: int
    """So many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet(Ask[Greeted]):
    """Say something to every greeter that is linked."""

    name = "greet"
    changes = True

    text: str
    """What is said."""
