"""A role: what one part of a node brings to the whole, as rows.

A role is made from the ground and the feeds (``roster.py`` lists them).  It is handed over
whole: whoever puts a node together connects its rows, and knows nothing else of it.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.desk import Answers
from swarmfeed.node.ground.events import Listens
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.ground.reach import By, Way, by_nobody
from swarmfeed.node.ground.switchboard import Hears
from swarmfeed.ports import Job


async def _nothing() -> None:
    """Nothing is to be done."""


class Role(Struct, frozen=True, kw_only=True):
    """The rows of one role; all but the name may be left out: an empty answer stands for it."""

    name: str
    """Short lower-case word; stands in our hello's roles while ``says`` does."""
    parts: object = None
    """What it is made of, for ``Node.parts``; the node itself looks at nothing of it."""
    says: Callable[[], bool] = bool
    hears: tuple[Hears, ...] = ()
    """Messages of peers; each type is heard by one role alone."""
    answers: tuple[Answers, ...] = ()
    listens: tuple[Listens, ...] = ()
    """Events; those of an earlier role hear each of them first."""
    jobs: Callable[[], Sequence[Job]] = tuple
    rows: tuple[Rows, ...] = ()
    """Pages of the ledger; each has one role alone."""
    ways: tuple[Way, ...] = ()
    """How it gets to nodes and people that cannot be dialled."""
    by: By = by_nobody
    """By way of whom such a node is linked now."""
    seeks: Callable[[], Iterable[AuthorId]] = tuple
    """Authors that the finder looks for now and then, though no person asked for them."""
    policy: Callable[[], str] = str
    """What decides which feeds are held for others while it does, so that the budget for
    friends of friends rests; empty while it does not."""
    start: Callable[[], Awaitable[None]] = _nothing
    """Awaited once its pages were recalled and it is known whom the person follows, before
    the network."""
    stop: Callable[[], Awaitable[None]] = _nothing
    """Awaited once all links are closed, the last role first."""
