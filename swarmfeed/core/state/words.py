"""Messages between two devices of one author."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.boxes import EXTRA_BYTES
from swarmfeed.core.base.limits import SIGNATURE_BYTES
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.state.limits import EXCHANGE_BYTES_MAX
from swarmfeed.core.talk.message import Feed, Message


class Mine(Struct, frozen=True):
    """I am the device that writes this feed; to peers that want the same author."""

    name: ClassVar[str] = "mine"
    feed_id: Feed
    proof: Annotated[bytes, At("p"), UpTo(SIGNATURE_BYTES)]
    """Signature by the feed key over both node ids (FORMAT 14)."""


class PrivateNews(Struct, frozen=True):
    """Private state for the other device of the same author, sealed."""

    name: ClassVar[str] = "state"
    box: Annotated[bytes, At("d"), UpTo(EXCHANGE_BYTES_MAX + EXTRA_BYTES)]
    """Box for the receiver's device (FORMAT 14)."""


WORDS: Final[tuple[type[Message], ...]] = (Mine, PrivateNews)
"""In the order of docs/PROTOCOL.md."""
