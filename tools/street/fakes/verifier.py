"""Verifies where it is asked: what the real one does, without processes."""

from collections.abc import Sequence

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.first_offer import FirstOffer, OpenedOffer, open_first
from swarmfeed.errors import RemoteError


class FakeVerifier:
    """Implements ``ports.Verifier``."""

    def get_ready(self, level: int) -> None:
        pass

    def verify(self, chunk: bytes, level: int, root: Hash) -> None:
        verify_chunk(chunk, level, root)

    def open_first(self, offers: Sequence[FirstOffer]) -> Sequence[OpenedOffer | None]:
        return [_opened(each) for each in offers]

    def close(self) -> None:
        pass


def _opened(offer: FirstOffer) -> OpenedOffer | None:
    try:
        return open_first(offer)
    except RemoteError:
        return None
