"""What this machine holds is told to its parents: which feeds, and how much of them.

Nothing but that.  Every feed is public: what is meant for few is encrypted inside of one, and
no post to whoever holds it.
"""

from collections.abc import AsyncIterator
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.library import sentences
from swarmfeed.core.library.catalogue import largest_lots, news
from swarmfeed.core.library.words import Lot
from swarmfeed.node.ground.events import ParentCame
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.tasks import in_turns


class ShelfSide(Struct):
    """What a parent was told."""

    lots: dict[FeedId, Lot] = field(default_factory=dict)


class ShelfTelling:
    """Tells parents; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._layer = ground.layer
        self._beside = ground.beside
        self._lots: dict[FeedId, Lot] = {}
        """What is held, as it was looked at last."""

    def on_parent(self, event: ParentCame) -> None:
        """A new parent knows nothing, or what it was told in another time."""
        event.session.part(ShelfSide).lots = {}
        self._beside.spawn(self.tell())

    async def tell(self) -> str:
        """Tell all parents what changed since; now and then."""
        parents = self._layer.parents
        if parents:
            self._lots = largest_lots([each async for each in self._held()])
        for session in parents:
            session.outbox.put(("shelved",), partial(self._say, session))
        return sentences.TOLD(parents=len(parents), feeds=len(self._lots))

    async def _say(self, session: Session) -> None:
        """Say what is new to a parent, by when its turn comes."""
        side = session.part(ShelfSide)
        if not self._layer.is_parent(session.node_id):
            return
        told, side.lots = side.lots, self._lots
        for message in news(told, self._lots):
            await session.send(message)

    async def _held(self) -> AsyncIterator[Lot]:
        async for feed_id in in_turns(self._shelf.feed_ids()):
            author_id, replica = self._shelf.author_of(feed_id), self._shelf.replica(feed_id)
            if author_id is None or replica is None or self._shelf.is_forked(feed_id):
                continue
            size = self._shelf.entries_held(feed_id)
            if size and self._interests.of(author_id) is not None:
                yield Lot(author_id, feed_id, size, self._shelf.is_complete(feed_id))
