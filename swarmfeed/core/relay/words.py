"""Messages about who can be reached by way of whom, and the streams that go there."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.limits import CHUNK_BYTES_MAX
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, Endpoint, Hash, NodeId
from swarmfeed.core.relay.limits import (
    CIRCUIT_ID_BYTES,
    CIRCUIT_PIECE_BYTES,
    CIRCUIT_WINDOW_BYTES,
    LOCATED_AUTHORS_MAX,
    LOCATED_MAX,
    LOCATOR_BYTES_MAX,
    PART_BYTES_MAX,
    REASON_CHARS_MAX,
)
from swarmfeed.core.talk.message import Feed, Message, NodeKey
from swarmfeed.core.talk.words import Level, Position

CircuitId = Annotated[
    bytes, At("c", "Circuit: 8 bytes, chosen by luck"), UpTo(CIRCUIT_ID_BYTES)
]
SignedLocator = Annotated[bytes, UpTo(LOCATOR_BYTES_MAX)]


class Here(Struct, frozen=True):
    """I can be reached by way of you: told to a node that relays, every five minutes."""

    name: ClassVar[str] = "here"
    signed: Annotated[SignedLocator, At("p")]
    """Signed locator (FORMAT 17) that names the sender, and the receiver as a relay."""


class Locate(Struct, frozen=True):
    """Who of these authors' devices is here?"""

    name: ClassVar[str] = "locate"
    authors: Annotated[tuple[AuthorId, ...], At("w"), UpTo(LOCATED_AUTHORS_MAX)]
    """Author ids."""
    nodes: Annotated[tuple[NodeId, ...], At("i"), UpTo(LOCATED_AUTHORS_MAX)] = ()
    """Node ids that are looked for as well."""
    goes_on: Annotated[bool, At("g")] = False
    """1: other supernodes are to be asked as well, who are told 0."""


class RelayAt(Struct, frozen=True):
    """Where a relay accepts links: a hint, not a proof."""

    node_id: NodeKey
    link: Annotated[Endpoint, At("l")]
    """Where it accepts links."""


class Located(Struct, frozen=True):
    """Answer to locate, when there is somebody."""

    name: ClassVar[str] = "located"
    locators: Annotated[tuple[SignedLocator, ...], At("o"), UpTo(LOCATED_MAX)]
    """Signed locators (FORMAT 17)."""
    relays: Annotated[tuple[RelayAt, ...], At("k"), UpTo(LOCATED_MAX)] = ()
    """Where relays that they name are, as far as the sender knows."""


class Reachable(Struct, frozen=True):
    """To another supernode: this node can be reached by way of me."""

    name: ClassVar[str] = "reachable"
    signed: Annotated[SignedLocator, At("p")]
    """Signed locator (FORMAT 17) that names the sender as a relay."""


class RelayOpen(Struct, frozen=True):
    """To a relay: join me to this node, which said that it can be reached by way of you."""

    name: ClassVar[str] = "relay-open"
    circuit: CircuitId
    node_id: NodeKey


class RelayCall(Struct, frozen=True):
    """From a relay: this node wants to be joined to you."""

    name: ClassVar[str] = "relay-call"
    circuit: CircuitId
    node_id: NodeKey


class RelayData(Struct, frozen=True):
    """Bytes of a circuit, in order."""

    name: ClassVar[str] = "relay-data"
    circuit: CircuitId
    data: Annotated[bytes, At("d"), UpTo(CIRCUIT_PIECE_BYTES)]


class RelayCredit(Struct, frozen=True):
    """You may send so many bytes more; the first one takes a circuit up."""

    name: ClassVar[str] = "relay-credit"
    circuit: CircuitId
    count: Annotated[int, At("n"), Between(1, CIRCUIT_WINDOW_BYTES)]
    """Bytes."""


class RelayClose(Struct, frozen=True):
    """A circuit ends, or does not begin."""

    name: ClassVar[str] = "relay-close"
    circuit: CircuitId
    reason: Annotated[str, At("r"), UpTo(REASON_CHARS_MAX)]
    """For people; empty when one end just had enough."""


Root = Annotated[
    Hash, At("r", "Pieces root of the chunk (BEP 52): which file of it, if there were several")
]
Offset = Annotated[int, At("o", "Where in the file it begins"), Between(0, CHUNK_BYTES_MAX)]


class PartAsk(Struct, frozen=True, kw_only=True):
    """Send me a part of this chunk."""

    name: ClassVar[str] = "chunk-ask"
    feed_id: Feed
    level: Level
    position: Position
    root: Root
    offset: Offset
    count: Annotated[int, At("n"), Between(1, PART_BYTES_MAX)]
    """Bytes."""


class ChunkPart(Struct, frozen=True, kw_only=True):
    """Answer to chunk-ask."""

    name: ClassVar[str] = "chunk-part"
    feed_id: Feed
    level: Level
    position: Position
    offset: Offset
    data: Annotated[bytes, At("d"), UpTo(PART_BYTES_MAX)]
    """Bytes of the file; none: not here, or not now."""


class Straight(Struct, frozen=True):
    """By way of a relay: this is whose device I am, if you want to link straight with me."""

    name: ClassVar[str] = "straight"
    signed: Annotated[SignedLocator, At("p")]
    """Signed locator (FORMAT 17) that names the sender."""


class Punch(Struct, frozen=True):
    """To a relay: I want to link straight with the other end; tell it where I come from."""

    name: ClassVar[str] = "punch"
    circuit: CircuitId


class PunchSeen(Struct, frozen=True):
    """From a relay, once both ends want it: where the two of you come from."""

    name: ClassVar[str] = "punch-seen"
    circuit: CircuitId
    other: Annotated[Endpoint, At("e", "Where the other end comes from, as the relay sees it")]
    own: Annotated[Endpoint, At("o", "Where the receiver comes from, as the relay sees it")]


class PunchAt(Struct, frozen=True):
    """By way of a relay: I connect to you from here, now."""

    name: ClassVar[str] = "punch-at"
    at: Annotated[Endpoint, At("e")]
    """Where the sender comes from, as the relay told it."""


WORDS: Final[tuple[type[Message], ...]] = (
    Here,
    Locate,
    Located,
    Reachable,
    RelayOpen,
    RelayCall,
    RelayData,
    RelayCredit,
    RelayClose,
    PartAsk,
    ChunkPart,
    Straight,
    Punch,
    PunchSeen,
    PunchAt,
)
"""In the order of docs/PROTOCOL.md."""
