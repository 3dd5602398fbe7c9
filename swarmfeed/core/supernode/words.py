"""Messages of the supernode layer: records exchanged, children adopted and passed on."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.limits import KNOWN_MAX, PULLED_MAX, SWAPPED_MAX
from swarmfeed.core.supernode.records import RECORD_BYTES
from swarmfeed.core.talk.message import Message

SignedRecord = Annotated[bytes, UpTo(RECORD_BYTES)]


class KnownRecord(Struct, frozen=True):
    """A supernode, as somebody knows it."""

    signed: Annotated[SignedRecord, At("r")]
    """Signed record (FORMAT 16)."""
    first_hand: Annotated[bool, At("y")]
    """1 if the sender contacted it itself in the last 70 s."""


Known = Annotated[
    tuple[KnownRecord, ...],
    At("k", "Supernodes that the sender knows"),
    UpTo(SWAPPED_MAX),
]
OwnRecord = Annotated[SignedRecord, At("r", "The sender's own signed record (FORMAT 16)")]
Others = Annotated[
    tuple[KnownRecord, ...],
    At("k", "Supernodes to ask instead"),
    UpTo(KNOWN_MAX),
]


class Exchange(Struct, frozen=True):
    """Here I am; tell me of others."""

    name: ClassVar[str] = "exchange"
    own: OwnRecord
    known: Known


class Exchanged(Struct, frozen=True):
    """Answer to an exchange."""

    name: ClassVar[str] = "exchanged"
    records: Annotated[tuple[SignedRecord, ...], At("o"), UpTo(PULLED_MAX)]
    """Records of any nodes, the sender's own first."""
    known: Known


class Adopt(Struct, frozen=True):
    """Be my parent."""

    name: ClassVar[str] = "adopt"
    own: OwnRecord


class Adopted(Struct, frozen=True):
    """Answer to adopt: I am."""

    name: ClassVar[str] = "adopted"
    own: OwnRecord


class Refused(Struct, frozen=True):
    """Answer to adopt: I am full, or serve nobody."""

    name: ClassVar[str] = "refused"
    known: Others


class Parted(Struct, frozen=True):
    """I am your child no longer."""

    name: ClassVar[str] = "part"
    own: OwnRecord


class Probe(Struct, frozen=True):
    """How loaded are you?"""

    name: ClassVar[str] = "probe"
    own: OwnRecord


class Load(Struct, frozen=True):
    """Answer to a probe."""

    name: ClassVar[str] = "load"
    own: OwnRecord


class DialBack(Struct, frozen=True):
    """Dial me where this link comes from, and say whether you found me."""

    name: ClassVar[str] = "dial-back"
    port: Annotated[int, At("p", "Where the sender accepts links"), Between(1, 65_535)]


class DialledBack(Struct, frozen=True):
    """Answer to dial-back: where I dialled, and whether you were there."""

    name: ClassVar[str] = "dialled-back"
    at: Annotated[Endpoint, At("e")]
    """The address that the link comes from, and the port that was named."""
    found: Annotated[bool, At("y")]
    """1 if the node that asked proved its key there."""


MOVE: Final = 0
LEAVE: Final = 1
TAKE_OVER: Final = 2


class StepDown(Struct, frozen=True):
    """What a supernode tells a child that shall go elsewhere, or serve in its place."""

    name: ClassVar[str] = "step-down"
    wish: Annotated[int, At("w"), Between(MOVE, TAKE_OVER)]
    """0: find another parent, then part; 1: I serve no longer; 2: you are the better
    supernode, take over."""
    known: Others


WORDS: Final[tuple[type[Message], ...]] = (
    Exchange,
    Exchanged,
    Adopt,
    Adopted,
    Refused,
    Parted,
    Probe,
    Load,
    StepDown,
    DialBack,
    DialledBack,
)
"""In the order of docs/PROTOCOL.md."""
