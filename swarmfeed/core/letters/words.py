"""Messages that carry letters over a link to the very device they are for."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.letters.limits import PARCEL_BYTES_MAX, PARCEL_ID_BYTES
from swarmfeed.core.talk.message import Message


class Letter(Struct, frozen=True):
    """A parcel for you."""

    name: ClassVar[str] = "letter"
    parcel: Annotated[bytes, At("d", "Parcel (FORMAT 19)"), UpTo(PARCEL_BYTES_MAX)]


KEPT, NOT_MINE, LATER = 0, 1, 2
"""It is on disk here, synced (or known from before); it is not for this device, or by keys that
are gone; not now."""


class LetterKept(Struct, frozen=True):
    """What became of a parcel you brought."""

    name: ClassVar[str] = "letter-kept"
    parcel_id: Annotated[
        bytes, At("i", "First bytes of the parcel's SHA-256"), UpTo(PARCEL_ID_BYTES)
    ]
    result: Annotated[
        int,
        At("r", "0: it is on disk; 1: it is not for this device; 2: not now"),
        Between(0, 2),
    ]


WORDS: Final[tuple[type[Message], ...]] = (Letter, LetterKept)
"""In the order of docs/PROTOCOL.md."""
