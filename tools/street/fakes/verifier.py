"""Verifies chunks where it is asked: what the real one does, without processes."""

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import verify_chunk


class FakeVerifier:
    """Implements ``ports.Verifier``."""

    def get_ready(self, level: int) -> None:
        pass

    def verify(self, chunk: bytes, level: int, root: Hash) -> None:
        verify_chunk(chunk, level, root)

    def close(self) -> None:
        pass
