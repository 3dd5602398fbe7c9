"""Whether both parents bring what one of them brings: who leaves posts out shows.

A leaf cannot know what it never hears of.  But it has two parents, each names all that meets
the leaf's interests, and who names nothing of what the other one does, again and again, hides
something or is too slow to be a parent.
"""

from collections.abc import Iterable

from msgspec import Struct, field

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.push.limits import (
    FALSE_PUSHES_MAX,
    LEFT_OUT_MAX,
    SETTLES_MS,
    WATCHED_MAX,
    WATCHED_MS,
)
from swarmfeed.core.push.posting import PostId


class _Parent(Struct):
    since_ms: int
    left_out: int = 0
    """Posts it left out, less those that it named: never below 0."""
    false: int = 0


class _Named(Struct):
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

    def doubts(self, now_ms: int) -> dict[NodeId, list[PostId]]:
        """Return what parents left out of what the other one brought, the newest of it; called
        now and then.  It may never have been published: somebody else is to be asked first."""
        found = dict[NodeId, list[PostId]]()
        while self._named:
            post_id, named = next(iter(self._named.items()))
            if named.due_ms > now_ms:
                break
            del self._named[post_id]
            if named.is_true:
                self._judge(post_id, named, found)
        return {each: posts[-LEFT_OUT_MAX:] for each, posts in found.items() if posts}

    def left_out(self, parent: NodeId, posts: int) -> bool:
        """A parent left out posts that others have; returns whether that is too much by now."""
        known = self._parents.get(parent)
        if known is None:
            return False
        before, known.left_out = known.left_out, known.left_out + posts
        return before < LEFT_OUT_MAX <= known.left_out

    def _judge(self, post_id: PostId, named: _Named, found: dict[NodeId, list[PostId]]) -> None:
        """Each post that a parent named takes one off what it left out."""
        settled = {
            node_id: parent
            for node_id, parent in self._parents.items()
            if parent.since_ms <= named.came_at_ms - SETTLES_MS
        }
        for node_id, parent in settled.items():
            left_out = found.setdefault(node_id, [])
            if node_id not in named.by:
                left_out += [post_id] if named.by & settled.keys() else []
            elif left_out:
                left_out.pop()
            else:
                parent.left_out = max(parent.left_out - 1, 0)
