"""Messages of catching up: all news of all feeds, asked of one node."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.catchup.limits import (
    FEEDS_ASKED_AT_ONCE,
    GAP_ENTRIES_MAX,
    LACKED_FEEDS_MAX,
    LACKED_HOLDERS_MAX,
    NEWS_FEEDS_MAX,
    NEWS_PACKED_BYTES_MAX,
)
from swarmfeed.core.talk.message import ChunkList, Feed, Message, SignedHead
from swarmfeed.core.talk.words import HolderRecord, WantedFeed

Number = Annotated[
    int, At("i", "Number of the question, chosen by who asks"), Between(0, 2**32 - 1)
]


class CatchUp(Struct, frozen=True, kw_only=True):
    """What is new of these feeds, beyond the sizes I have?"""

    name: ClassVar[str] = "catch-up"
    number: Number
    feeds: Annotated[tuple[WantedFeed, ...], At("v"), UpTo(FEEDS_ASKED_AT_ONCE)]
    """Feeds the asker has a head of, and the size of that."""
    goes_on: Annotated[bool, At("y")] = False
    """1 if more feeds of this question follow in further messages."""


class NewsOf(Struct, frozen=True, kw_only=True):
    """What is new of one feed; its entries are in the frame of the message."""

    feed_id: Feed
    start: Annotated[int, At("s"), Between(1, limits.FEED_ENTRIES_MAX - 1)]
    """Index of the first new entry: the size that was asked with."""
    count: Annotated[int, At("n"), Between(1, GAP_ENTRIES_MAX)]
    """How many entries of the frame are this feed's."""
    signed_head: SignedHead
    """Head that covers exactly the entries before ``s`` and these."""
    chunk_list: ChunkList
    """Encoded chunk list; its SHA-256 stands in the head."""


class NightNews(Struct, frozen=True, kw_only=True):
    """Part of the answer to catch-up: feeds with the newest heads come first."""

    name: ClassVar[str] = "news"
    number: Number
    feeds: Annotated[tuple[NewsOf, ...], At("v"), UpTo(NEWS_FEEDS_MAX)]
    """In the order in which their entries stand in the frame."""
    frame: Annotated[bytes, At("z"), UpTo(NEWS_PACKED_BYTES_MAX)]
    """One zstd frame as in a chunk (FORMAT 5): the list of all their new entries."""


class LackedFeed(Struct, frozen=True):
    """A feed of which nothing can be said here."""

    feed_id: Feed
    holders: Annotated[tuple[HolderRecord, ...], At("o"), UpTo(LACKED_HOLDERS_MAX)]
    """Who is said to hold it."""


class Lacked(Struct, frozen=True):
    """Part of the answer to catch-up: ask others for these."""

    name: ClassVar[str] = "lacked"
    number: Number
    feeds: Annotated[tuple[LackedFeed, ...], At("v"), UpTo(LACKED_FEEDS_MAX)]
    """Feeds that are not here, or not up to the size that was asked with."""


ALL: Final = 0
SERVES_NOBODY: Final = 1
BUSY: Final = 2
TOO_MUCH: Final = 3


class CaughtUp(Struct, frozen=True):
    """End of the answer to catch-up."""

    name: ClassVar[str] = "caught-up"
    number: Number
    why: Annotated[int, At("w"), Between(ALL, TOO_MUCH)]
    """0: that was all; 1: I serve nobody; 2: too many ask me; 3: these are too many feeds."""


WORDS: Final[tuple[type[Message], ...]] = (CatchUp, NightNews, Lacked, CaughtUp)
"""In the order of docs/PROTOCOL.md."""
