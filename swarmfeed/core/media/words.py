"""Messages about media: who gives a file whose torrent both know."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.marks import At
from swarmfeed.core.base.types import Hash
from swarmfeed.core.talk.message import Message

MediumId = Annotated[Hash, At("i", "Id of the medium: its pieces root (FORMAT 21)")]


class MediumWant(Struct, frozen=True):
    """Do you give this file?  I am coming for it."""

    name: ClassVar[str] = "medium-want"
    medium: MediumId


class MediumHave(Struct, frozen=True):
    """Answer to medium-want, and told to who was answered no when it came since."""

    name: ClassVar[str] = "medium-have"
    medium: MediumId
    given: Annotated[bool, At("h", "Whether its torrent is loaded now")]


WORDS: Final[tuple[type[Message], ...]] = (MediumWant, MediumHave)
"""In the order of docs/PROTOCOL.md."""
