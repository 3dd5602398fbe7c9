"""The door by which roles tell what somebody wants of the person, or let them do.

Who writes for the first time, who asks to be let into a circle: each role knows its own, and
all of it stands among the notifications.  Belongs to the node's loop.
"""

from typing import Final, Protocol

from msgspec import Struct

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import APPROACHES
from swarmfeed.core.base.types import AuthorId

_NUMBER_BYTES: Final = 4
"""Of an author's id, for the place among those of the same millisecond."""


class KnownApproach(Struct, frozen=True, kw_only=True):
    """One of them."""

    type: str
    """One of APPROACHES."""
    author_id: AuthorId
    time_ms: int
    """When it came."""
    words: str = ""
    """The name of a circle; those of a message are asked for."""

    @property
    def cursor(self) -> Cursor:
        """Where it stands among notifications."""
        number = int.from_bytes(self.author_id[:_NUMBER_BYTES], "big")
        return Cursor(self.time_ms, number * len(APPROACHES) + APPROACHES.index(self.type))


class ApproachSource(Protocol):
    """A role that knows of some."""

    async def approaches(self) -> list[KnownApproach]:
        """All that there are, a bounded number."""
        ...

    async def first_words(self, of: KnownApproach) -> str:
        """What stands beside it; empty where it says nothing."""
        ...


class Approaches:
    """All of them; without roles there are none."""

    def __init__(self) -> None:
        self._sources: list[ApproachSource] = []

    def connect(self, source: ApproachSource) -> None:
        """Have its approaches told, and ``ApproachesChanged`` whenever they change."""
        self._sources.append(source)

    async def all(self) -> list[KnownApproach]:
        return [each for source in self._sources for each in await source.approaches()]

    async def first_words(self, of: KnownApproach) -> str:
        """What stands beside one of them."""
        if of.words:
            return of.words
        for source in self._sources:
            if words := await source.first_words(of):
                return words
        return ""
