"""Whether both parents bring what one of them brings: who leaves posts out shows.

A leaf cannot know what it never hears of.  But it has two parents, each names all that meets
the leaf's interests, and who names nothing of what the other one does, again and again, hides
something or is too slow to be a parent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.push.limits import (
    FALSE_PUSHES_MAX,
    LEFT_OUT_MAX,
    SETTLES_MS,
    WATCHED_MAX,
    WATCHED_MS,
)
from swarmfeed.core.push.posting import PostId


@dataclass(slots=True)
class _Parent:
    since_ms: int
    left_out: int = 0
    """Posts it left out, less those that it named: never below 0."""
    false: int = 0


@dataclass(slots=True)
class _Named:
    due_ms: int
    came_at_ms: int
    by: set[NodeId] = field(default_factory=set)
    is_true: bool = False
    """Whether the post itself came: an id alone may be of nothing."""


class ParentsWatch:
    """What a leaf remembers of what its parents named."""

    def __init__(self) -> None:
        self._parents: dict[NodeId, _Parent] = {}
        self._named: dict[PostId, _Named] = {}
        """Oldest first."""

    def came(self, parent: NodeId, now_ms: int) -> None:
        self._parents[parent] = _Parent(now_ms)

    def gone(self, parent: NodeId) -> None:
        self._parents.pop(parent, None)

    def brought(self, parent: NodeId, post_id: PostId, now_ms: int) -> None:
        """A parent brought a post that is true: who does not name it now leaves it out."""
        self.named(parent, (post_id,), now_ms)
        self._named[post_id].is_true = True

    def named(self, parent: NodeId, post_ids: Iterable[PostId], now_ms: int) -> None:
        """A parent says that there are posts that meet our interests.

        Of one that nobody brings in time nobody is suspected: it may have been made up.
        """
        for post_id in post_ids:
            known = self._named.setdefault(post_id, _Named(now_ms + WATCHED_MS, now_ms))
            known.by.add(parent)
        while len(self._named) > WATCHED_MAX:
            del self._named[next(iter(self._named))]

    def wrong(self, parent: NodeId, post_id: PostId) -> bool:
        """A parent brought what nobody here listens to; returns whether that is too much."""
        self._named.pop(post_id, None)
        known = self._parents.get(parent)
        if known is None:
            return False
        known.false += 1
        return known.false == FALSE_PUSHES_MAX

    def misleading(self, now_ms: int) -> list[NodeId]:
        """Return parents that left out too much, each once; called now and then."""
        before = {each: parent.left_out for each, parent in self._parents.items()}
        while self._named:
            post_id, named = next(iter(self._named.items()))
            if named.due_ms > now_ms:
                break
            del self._named[post_id]
            if named.is_true:
                self._judge(named)
        return [
            each
            for each, parent in self._parents.items()
            if before[each] < LEFT_OUT_MAX <= parent.left_out
        ]

    def _judge(self, named: _Named) -> None:
        settled = {
            node_id: parent
            for node_id, parent in self._parents.items()
            if parent.since_ms <= named.came_at_ms - SETTLES_MS
        }
        for node_id, parent in settled.items():
            if node_id in named.by:
                parent.left_out = max(parent.left_out - 1, 0)
            elif named.by & settled.keys():
                parent.left_out += 1
