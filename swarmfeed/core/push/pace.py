"""How much of strangers' posts is shown: by how far they are in the graph of follows."""

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.push.limits import (
    AUTHORS_PACED_MAX,
    PACES,
    STRANGERS_BURST,
    STRANGERS_PER_HOUR,
)

HOUR_S = 3_600
STRANGER = max(PACES)


class Pace:
    """A bucket for each author, and one for all strangers."""

    def __init__(self, now_s: float) -> None:
        self._strangers = TokenBucket(STRANGERS_BURST, STRANGERS_PER_HOUR / HOUR_S, now_s)
        self._authors: dict[AuthorId, tuple[int, TokenBucket]] = {}

    def take(self, author_id: AuthorId, distance: int, now_s: float) -> bool:
        """Return whether one more post of an author may be shown, and count it.

        Args:
            distance: 1 followed or listened to by name, 2 followed by such, 3 anybody else.
        """
        bucket = self._bucket(author_id, distance, now_s)
        if bucket.left(now_s) < 1:
            return False
        if distance == STRANGER and not self._strangers.take(1, now_s):
            return False
        return bucket.take(1, now_s)

    def _bucket(self, author_id: AuthorId, distance: int, now_s: float) -> TokenBucket:
        known = self._authors.pop(author_id, None)
        if known is None or known[0] != distance:
            burst, per_hour = PACES[distance]
            known = distance, TokenBucket(burst, per_hour / HOUR_S, now_s)
        self._authors[author_id] = known
        while len(self._authors) > AUTHORS_PACED_MAX:
            del self._authors[next(iter(self._authors))]
        return known[1]
