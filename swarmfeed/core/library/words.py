"""Messages of the library: what children hold, who holds what, and what is found there."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.limits import SEARCH_CHARS_MAX
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.library.limits import (
    DELVED_MAX,
    ENTRIES_SAID_MAX,
    HOLDERS_NAMED_MAX,
    LOTS_OF_CHILD_MAX,
    LOTS_PER_MESSAGE_MAX,
)
from swarmfeed.core.lookup.limits import CALLED_MAX, REASON_CHARS_MAX
from swarmfeed.core.lookup.words import NamedAuthors, SearchId
from swarmfeed.core.talk.message import Author, Complete, Feed, Message, NodeKey, Size


class Lot(Struct, frozen=True):
    """What somebody holds of a feed."""

    author_id: Author
    feed_id: Feed
    size: Size
    complete: Complete


class Shelved(Struct, frozen=True):
    """I hold these feeds; of what I told before the rest stays."""

    name: ClassVar[str] = "shelved"
    lots: Annotated[tuple[Lot, ...], At("o"), UpTo(LOTS_PER_MESSAGE_MAX)]
    """Feeds that came, or grew by a tenth."""
    gone: Annotated[tuple[FeedId, ...], At("g"), UpTo(LOTS_OF_CHILD_MAX)]
    """Feeds that I hold no longer."""


class WhoHolds(Struct, frozen=True):
    """Who may have older posts that this is true of?"""

    name: ClassVar[str] = "who-holds"
    search: SearchId
    typed: Annotated[str, At("w"), UpTo(SEARCH_CHARS_MAX)]
    """In the language of searches."""
    called: Annotated[tuple[NamedAuthors, ...], At("k"), UpTo(CALLED_MAX)]


class NamedHolder(Struct, frozen=True):
    """A node that holds some of it."""

    node_id: NodeKey
    entries: Annotated[int, At("n"), Between(0, ENTRIES_SAID_MAX)]
    """How many entries it holds of the authors in question, as it says."""
    link: Annotated[Endpoint | None, At("l")] = None
    """Where it says that it accepts links; missing: it is reached by way of a relay."""


class HeldBy(Struct, frozen=True):
    """Answer to who-holds."""

    name: ClassVar[str] = "held-by"
    search: SearchId
    holders: Annotated[tuple[NamedHolder, ...], At("o"), UpTo(HOLDERS_NAMED_MAX)]
    """Those who hold most first; none: nobody who is known."""


class Delve(Struct, frozen=True):
    """Which posts do you hold that this is true of, however old?"""

    name: ClassVar[str] = "delve"
    search: SearchId
    typed: Annotated[str, At("w"), UpTo(SEARCH_CHARS_MAX)]
    """In the language of searches; people by their addresses."""
    limit: Annotated[int, At("n"), Between(1, DELVED_MAX)]
    before: Annotated[Spot | None, At("b")] = None
    """Only posts behind this place."""


class Delved(Struct, frozen=True):
    """Answer to delve."""

    name: ClassVar[str] = "delved"
    search: SearchId
    hits: Annotated[tuple[ProvenPost, ...], At("o"), UpTo(DELVED_MAX)]
    """Posts with their proofs (FORMAT 18)."""
    more: Annotated[bool, At("y")]
    """1 if there are more, which the question left no room for."""


class NotDelved(Struct, frozen=True):
    """Answer to delve: not now, or not this."""

    name: ClassVar[str] = "undelved"
    search: SearchId
    reason: Annotated[str, At("r"), UpTo(REASON_CHARS_MAX)]
    """For people."""


WORDS: Final[tuple[type[Message], ...]] = (
    Shelved,
    WhoHolds,
    HeldBy,
    Delve,
    Delved,
    NotDelved,
)
"""In the order of docs/PROTOCOL.md."""
