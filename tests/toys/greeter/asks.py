"""What a person asks of a greeter."""

from msgspec import Struct
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import NodeId


class Greeted(Struct, frozen=True, kw_only=True):
    """Who was greeted."""

    nodes: int
    """So many."""


class Greet(Ask[Greeted], frozen=True, kw_only=True):
    """Say something to every greeter that is linked."""

    name = "greet"
    changes = True

    text: str
    """What is said."""


class GreetingView(Struct, frozen=True, kw_only=True):
    """One greeting."""

    node_id: NodeId
    text: str


class Greetings(Struct, frozen=True, kw_only=True):
    """What was said, by whom."""

    greetings: tuple[GreetingView, ...]


class WhoGreeted(Ask[Greetings], frozen=True, kw_only=True):
    """What the peers that are linked said so far."""

    name = "greetings"
