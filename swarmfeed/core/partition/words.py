"""Messages of the roll: who serves, told among supernodes."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.partition.limits import ROLL_TOLD_MAX
from swarmfeed.core.supernode.records import RECORD_BYTES
from swarmfeed.core.talk.message import Message

OwnRecord = Annotated[bytes, At("o", "Record of the sender (FORMAT 16)"), UpTo(RECORD_BYTES)]
Place = Annotated[int, At("c"), Between(0, 2**48)]


class AskRoll(Struct, frozen=True):
    """Who serves, that you heard of since?"""

    name: ClassVar[str] = "roll"
    own: OwnRecord
    place: Place
    """Of the last answer; 0: from the beginning."""


class TellRoll(Struct, frozen=True):
    """Answer to roll."""

    name: ClassVar[str] = "rolled"
    own: OwnRecord
    records: Annotated[
        tuple[Annotated[bytes, UpTo(RECORD_BYTES)], ...], At("r"), UpTo(ROLL_TOLD_MAX)
    ]
    """Records of supernodes that the sender has met."""
    place: Place
    """To go on from."""


WORDS: Final[tuple[type[Message], ...]] = (AskRoll, TellRoll)
"""In the order of docs/PROTOCOL.md."""
