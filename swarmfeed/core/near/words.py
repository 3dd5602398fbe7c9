"""Message about people: who shows themselves in this network."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.limits import CERTIFICATE_BYTES_MAX
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.feed.limits import PROVEN_CERTIFICATES_MAX
from swarmfeed.core.near.limits import BADGE_BYTES_MAX
from swarmfeed.core.talk.message import Message


class BadgeShown(Struct, frozen=True):
    """This is who I am; or, without a badge, I show it no longer."""

    name: ClassVar[str] = "badge"
    signed: Annotated[bytes, At("b"), UpTo(BADGE_BYTES_MAX)] = b""
    """Signed badge (FORMAT 28); empty: it is shown no longer."""
    certificates: Annotated[
        tuple[Annotated[bytes, UpTo(CERTIFICATE_BYTES_MAX)], ...],
        At("c"),
        UpTo(PROVEN_CERTIFICATES_MAX),
    ] = ()
    """The join of the feed that signed it, with the rotates that lead to the key of that."""


WORDS: Final[tuple[type[Message], ...]] = (BadgeShown,)
"""In the order of docs/PROTOCOL.md."""
