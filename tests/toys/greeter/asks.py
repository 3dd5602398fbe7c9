"""What a person asks of a greeter."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import NodeId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingView:
    """One greeting."""

    node_id: NodeId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Greetings:
    """What was said, by whom."""

    greetings: tuple[GreetingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoGreeted(Ask[Greetings]):
    """What the peers that are linked said so far."""

    name = "greetings"
