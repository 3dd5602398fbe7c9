"""Where a post stands in a list that several machines make, newest first.

Posts of one millisecond stand in the order of a number that everybody gets alike: by the feed
alone, whoever grinds keys would stand first.
"""

from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.marks import At, Between
from swarmfeed.core.base.types import FeedId

NUMBER_BYTES: Final = 7
"""Of the number: it fits the 64-bit integers of databases, and 18 digits."""


class Spot(Struct, frozen=True, order=True):
    """A place in such a list: later ones are larger."""

    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]
    number: Annotated[int, At("n"), Between(0, 256**NUMBER_BYTES - 1)]


def spot_of(time_ms: int, feed_id: FeedId, index: int) -> Spot:
    """Return where a post stands."""
    digest = sha256(feed_id + index.to_bytes(8, "big")).digest()
    return Spot(time_ms, int.from_bytes(digest[:NUMBER_BYTES], "big"))
