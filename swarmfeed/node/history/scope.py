"""Whom a history server serves: its operator's friends, their friends, or anybody who asks."""

from enum import StrEnum

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.limits import WATCHED_MAX
from swarmfeed.core.history.quota import Friend
from swarmfeed.node.ground.identity import Identity
from swarmfeed.ports import Index


class Reach(StrEnum):
    """How far a server goes; each includes the one before."""

    FRIENDS = "friends"
    """Authors the operator follows."""
    COMMUNITY = "community"
    """Those, and whom they follow."""
    OPEN = "open"
    """Those, and anybody whose holders ask."""


class Scope:
    """Authors in scope, and through whom they are."""

    def __init__(self, identity: Identity, index: Index) -> None:
        self._identity = identity
        self._index = index
        self._friends: dict[AuthorId, Friend] = {}
        self._known: dict[AuthorId, None] = {}
        self._offered: dict[AuthorId, None] = {}
        self._reach = Reach.COMMUNITY

    def refresh(self, reach: Reach) -> None:
        """Read anew who follows whom."""
        self._reach = reach
        own = self._identity.author_id
        followed = self._index.follows_of(own)
        self._friends = {
            each: Friend(each, frozenset(self._index.follows_of(each)) - {own})
            for each in followed
        }
        # One friend who follows a million authors must not push out whom several follow.
        self._known = dict.fromkeys(self._rank()[:WATCHED_MAX])
        kept = self._offered if reach is Reach.OPEN else {}
        self._offered = {each: None for each in kept if each not in self._known}

    def friends(self) -> list[Friend]:
        """Whom the operator follows, and whom they follow."""
        return list(self._friends.values())

    def authors(self) -> list[AuthorId]:
        """Everybody in scope, those most friends follow first; at most WATCHED_MAX."""
        return [*self._known, *self._offered][:WATCHED_MAX]

    @property
    def is_open(self) -> bool:
        return self._reach is Reach.OPEN

    def is_stranger(self, author_id: AuthorId) -> bool:
        """Whether an author is in scope only because somebody asked."""
        return author_id in self._offered

    def strangers(self) -> frozenset[AuthorId]:
        return frozenset(self._offered)

    def offer(self, author_id: AuthorId) -> bool:
        """Somebody holds an author we may not know; returns whether it is in scope."""
        if author_id == self._identity.author_id:
            return False
        if author_id in self._offered or author_id in self._known:
            return True
        if self._reach is not Reach.OPEN or len(self._offered) >= WATCHED_MAX:
            return False
        self._offered[author_id] = None
        return True

    def _rank(self) -> list[AuthorId]:
        counts = dict.fromkeys(self._friends, len(self._friends) + 1)
        if self._reach is not Reach.FRIENDS:
            for friend in self._friends.values():
                for each in friend.follows:
                    counts[each] = counts.get(each, 0) + 1
        return sorted(counts, key=lambda each: (-counts[each], each))
