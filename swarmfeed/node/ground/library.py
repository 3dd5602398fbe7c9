"""The door by which posts are looked for that are older than supernodes keep them.

A role that knows who holds what fills it; who searches the network calls it, and knows nothing
of holders.
"""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.feed.proven import Checked, ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.words.query import SearchQuery


class OlderQuestion(Struct, frozen=True, kw_only=True):
    """What is looked for."""

    query: SearchQuery
    typed: str
    people: Mapping[str, Meant]
    """Whom the person means by each name in it."""
    limit: int
    before: Spot | None = None


class OlderAnswer(Struct, frozen=True, kw_only=True):
    """What one holder has; each post was proven here."""

    node_id: NodeId
    hits: tuple[Checked, ...]
    proven: tuple[ProvenPost, ...]
    """What proves them, in the same order."""
    more: bool


class OlderPosts(Struct, frozen=True, kw_only=True):
    """What holders have."""

    asked: int = 0
    untrue: int = 0
    """Holders whose answer was false: nothing of it is here."""
    answers: tuple[OlderAnswer, ...] = ()


class OlderFinder(Protocol):
    """Asks holders."""

    async def find(self, sought: OlderQuestion) -> OlderPosts:
        """As ``Library.find``."""
        ...


class Library:
    """Where older posts are found, once a role brings that."""

    def __init__(self) -> None:
        self._finder: OlderFinder | None = None

    def connect(self, finder: OlderFinder) -> None:
        """Ask holders by ``finder``.  A second one is a bug: ValueError."""
        if self._finder is not None:
            raise ValueError("older posts are looked for already")
        self._finder = finder

    async def find(self, sought: OlderQuestion) -> OlderPosts:
        """Ask who may hold such posts, and what they hold.  RetryError: too many at once."""
        return OlderPosts() if self._finder is None else await self._finder.find(sought)
