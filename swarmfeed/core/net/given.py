"""Where a link leads that a person followed, as the ledger keeps it until somebody answered."""

from msgspec import Struct

from swarmfeed.core.base.limits import KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.net.limits import GIVEN_KEPT_MS
from swarmfeed.errors import BadEncodingError

_TIME_BYTES = 8


class Given(Struct, frozen=True):
    """Whose link named a place, and when it was followed."""

    author_id: AuthorId
    at_ms: int

    def counts(self, now_ms: int) -> bool:
        """Whether it is still dialled; a clock that went back loses nothing."""
        return now_ms - self.at_ms < GIVEN_KEPT_MS


def encode_given(given: Given) -> bytes:
    return given.author_id + given.at_ms.to_bytes(_TIME_BYTES, "big")


def decode_given(value: bytes) -> Given:
    """Raises BadEncodingError."""
    if len(value) != KEY_BYTES + _TIME_BYTES:
        raise BadEncodingError("no place that was given")
    at_ms = int.from_bytes(value[KEY_BYTES:], "big")
    if at_ms > TIME_MS_MAX:
        raise BadEncodingError("a place that was given at no time")
    return Given(AuthorId(value[:KEY_BYTES]), at_ms)
