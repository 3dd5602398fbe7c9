"""What hashes the entries of chunks into their roots, and verifies first heads of feeds."""

from collections.abc import Sequence
from typing import Protocol

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.first_offer import FirstOffer, OpenedOffer


class Verifier(Protocol):
    """Verifies, on as many cores as it has.  Each method may be called in any thread."""

    def get_ready(self, level: int) -> None:
        """A chunk of this level is on its way: prepare for it.  Returns at once."""

    def verify(self, chunk: bytes, level: int, root: Hash) -> None:
        """Check that a chunk holds exactly the entries under a subtree root.

        Takes 2 µs an entry, so it is called off the loop.

        Raises:
            BadEncodingError: Not a chunk of that level.
            BadProofError: A chunk of other entries.
        """

    def open_first(self, offers: Sequence[FirstOffer]) -> Sequence[OpenedOffer | None]:
        """Verify first heads of feeds, where that leaves the interpreter to others.

        Called off the loop.

        Returns:
            Of each what it says; None: it is false, or has to be verified by who asks.
        """

    def close(self) -> None:
        """Let go of what it prepared.  Safe to call twice, and while something is verified:
        that ends as it would have."""
