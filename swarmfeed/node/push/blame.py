"""Parents that mislead: what they brought, and what they left out."""

import asyncio

from swarmfeed.core.push.posting import PostId
from swarmfeed.core.push.sentences import PARENTS_WATCHED
from swarmfeed.core.push.watching import ParentsWatch
from swarmfeed.node.ground.events import Misled, ParentCame, ParentGone
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class Blame:
    """Counts, and tells when it is too much; role supernode replaces such a parent."""

    def __init__(self, ground: Ground) -> None:
        self._layer = ground.layer
        self._events = ground.events
        self._watch = ParentsWatch()

    def on_came(self, event: ParentCame) -> None:
        self._watch.came(event.session.node_id, _now_ms())

    def on_gone(self, event: ParentGone) -> None:
        self._watch.gone(event.session.node_id)

    def brought(self, parent: Session, post_id: PostId) -> None:
        """A parent brought a post, and it is true."""
        if self._layer.is_parent(parent.node_id):
            self._watch.brought(parent.node_id, post_id, _now_ms())

    def named(self, parent: Session, post_ids: tuple[PostId, ...]) -> None:
        """A parent named posts."""
        if self._layer.is_parent(parent.node_id):
            self._watch.named(parent.node_id, post_ids, _now_ms())

    def untrue(self, parent: Session) -> None:
        """What a parent brought is not what it says it is."""
        if self._layer.is_parent(parent.node_id):
            self._events.tell(Misled(parent, "it brought a post that is not true"))

    def unasked(self, parent: Session, post_id: PostId) -> None:
        """What a parent brought is of no use here."""
        if self._watch.wrong(parent.node_id, post_id):
            self._events.tell(Misled(parent, "it brings posts that nobody here listens to"))

    async def look(self) -> str:
        """Tell of parents that leave out what the other one names."""
        found = self._watch.misleading(_now_ms())
        for session in self._layer.parents:
            if session.node_id in found:
                self._events.tell(Misled(session, "it leaves out posts that the other brings"))
        return PARENTS_WATCHED(parents=len(self._layer.parents))


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
