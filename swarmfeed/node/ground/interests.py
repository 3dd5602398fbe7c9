"""Whom this node cares about, and how much."""

from enum import IntEnum

from swarmfeed.core.base.types import AuthorId


class Interest(IntEnum):
    """Why an author's feeds are kept; a higher one goes before a lower one."""

    FRIEND_OF_FRIEND = 1
    """Followed by somebody we follow: newest chunks, as far as the disk budget goes."""
    HISTORY = 2
    """Held for others by a history server: kept whole, not indexed."""
    FETCHED = 3
    """Asked for once: kept whole and readable, not in the home timeline."""
    FOLLOWED = 4
    OWN = 5


class Interests:
    """The interest in each author; the strongest reason counts."""

    def __init__(self) -> None:
        self._interests: dict[AuthorId, Interest] = {}

    def raise_to(self, author_id: AuthorId, interest: Interest) -> bool:
        """Care at least that much; returns whether that is more than before."""
        if self._interests.get(author_id, 0) >= interest:
            return False
        self._interests[author_id] = interest
        return True

    def lower_to(self, author_id: AuthorId, interest: Interest) -> None:
        """Care that much from now on, and no more."""
        self._interests[author_id] = interest

    def forget(self, author_id: AuthorId) -> None:
        self._interests.pop(author_id, None)

    def of(self, author_id: AuthorId) -> Interest | None:
        return self._interests.get(author_id)

    def is_kept_whole(self, author_id: AuthorId) -> bool:
        return self._interests.get(author_id, 0) >= Interest.HISTORY

    def is_read(self, author_id: AuthorId) -> bool:
        """Whether the author is kept whole and indexed."""
        return self._interests.get(author_id, 0) >= Interest.FETCHED

    def all(self) -> list[AuthorId]:
        """Everybody, strongest interest first."""
        return sorted(self._interests, key=lambda each: -self._interests[each])

    def read(self) -> list[AuthorId]:
        """Authors that are kept whole and indexed, strongest interest first."""
        return [each for each in self.all() if self.is_read(each)]

    def with_interest(self, interest: Interest) -> list[AuthorId]:
        return [each for each, level in self._interests.items() if level == interest]
