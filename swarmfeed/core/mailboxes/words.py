"""Messages about mailboxes: between who keeps one, whose it is, and who puts something in."""

from enum import IntEnum
from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.limits import HASH_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.mailboxes.limits import (
    BOX_BYTES,
    BOX_ID_BYTES,
    DROPS_MAX,
    PARCEL_BYTES_MAX,
    PARCEL_ID_BYTES,
    SOME_MAX,
    TOKEN_BYTES,
    WORK_BYTES,
)
from swarmfeed.core.talk.message import Feed, Message


class MailAnswer(IntEnum):
    """What a holder says of a parcel, or of a box."""

    KEPT = 0
    """It survives a power cut there."""
    FULL = 1
    """There is no room for it now."""
    REFUSED = 2
    """Not from this one: neither token nor work is good, or it is too much for a day."""
    UNKNOWN = 3
    """No such box is kept there."""


SECONDS_MAX: Final = 2**40

Box = Annotated[bytes, At("b", "Box id (15)"), UpTo(BOX_ID_BYTES)]
Parcel = Annotated[bytes, UpTo(PARCEL_BYTES_MAX)]
ParcelId = Annotated[bytes, UpTo(PARCEL_ID_BYTES)]
Answer = Annotated[
    int, At("r", "0: kept, 1: full, 2: refused, 3: unknown"), Between(0, len(MailAnswer) - 1)
]
Proof = Annotated[bytes, At("p", "Signature by that feed's key (15)"), UpTo(SIGNATURE_BYTES)]
Room = Annotated[int, At("n", "Bytes of parcels"), Between(0, BOX_BYTES)]
Until = Annotated[int, At("u", "Seconds since 1970"), Between(0, SECONDS_MAX)]
Place = Annotated[int, At("n"), Between(0, 2**62)]


class MailLease(Struct, frozen=True, kw_only=True):
    """Keep a mailbox for this device, or go on keeping it."""

    name: ClassVar[str] = "mail-lease"
    feed_id: Feed
    token_hash: Annotated[bytes, At("a", "SHA-256 of the token of contacts"), UpTo(HASH_BYTES)]
    bytes_max: Room
    until_s: Until
    proof: Proof


class MailLeased(Struct, frozen=True, kw_only=True):
    """Answer to mail-lease."""

    name: ClassVar[str] = "mail-leased"
    box: Box
    answer: Answer
    bytes_max: Room = 0
    until_s: Until = 0
    feed_id: Annotated[FeedId | None, At("f", "Feed the holder's own device writes")] = None
    proof: Annotated[Proof, OPTIONAL] = b""


class MailPut(Struct, frozen=True, kw_only=True):
    """Keep this parcel in a box."""

    name: ClassVar[str] = "mail-put"
    box: Box
    parcel: Annotated[Parcel, At("d")]
    """The parcel."""
    token: Annotated[bytes, At("t"), UpTo(TOKEN_BYTES), OPTIONAL] = b""
    """Token of contacts."""
    work: Annotated[bytes, At("w"), UpTo(WORK_BYTES), OPTIONAL] = b""
    """Number that shows a stranger's work."""


class MailKept(Struct, frozen=True, kw_only=True):
    """Answer to mail-put."""

    name: ClassVar[str] = "mail-kept"
    box: Box
    parcel: Annotated[ParcelId, At("i")]
    """Id of the parcel."""
    answer: Answer


class MailOpen(Struct, frozen=True, kw_only=True):
    """What is in my box?  What comes later I want as well, as long as this link lives."""

    name: ClassVar[str] = "mail-open"
    feed_id: Feed
    after: Place = 0
    """Place behind which to begin."""
    proof: Proof


class MailSome(Struct, frozen=True, kw_only=True):
    """Answer to mail-open: parcels in the order in which they came."""

    name: ClassVar[str] = "mail-some"
    box: Box
    answer: Answer
    parcels: Annotated[tuple[Parcel, ...], At("d"), UpTo(SOME_MAX), OPTIONAL] = ()
    """The parcels."""
    after: Annotated[int, At("a"), Between(0, 2**62)] = 0
    """Place behind which they are."""
    last: Place = 0
    """Place of the last one; of none, the place behind which they would be."""
    more: Annotated[bool, At("y"), OPTIONAL] = False
    """Whether there are more behind it: to be asked for."""


class MailDrop(Struct, frozen=True, kw_only=True):
    """These parcels are on the owner's disk: let them go."""

    name: ClassVar[str] = "mail-drop"
    box: Box
    parcels: Annotated[tuple[ParcelId, ...], At("i"), UpTo(DROPS_MAX)]
    """Their ids."""


WORDS: Final[tuple[type[Message], ...]] = (
    MailLease,
    MailLeased,
    MailPut,
    MailKept,
    MailOpen,
    MailSome,
    MailDrop,
)
"""In the order of docs/PROTOCOL.md."""
