"""What own devices sign goes to both parents at once, or, from a supernode, to all others.

A post of a time without parents is in the log as every post: those of the last hour are
published when a parent comes.
"""

from collections.abc import Iterable

from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.push.limits import PUBLISHED_MAX
from swarmfeed.core.push.words import Posted
from swarmfeed.node.ground.events import HeadGrew, ParentCame, ServingChanged
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.courier import Courier
from swarmfeed.node.push.mailroom import Mailroom
from swarmfeed.node.push.proving import Proving


class Publishing:
    """Publishes; belongs to the node's loop."""

    def __init__(self, ground: Ground, courier: Courier, mailroom: Mailroom) -> None:
        self._own = ground.identity.author_id
        self._shelf = ground.shelf
        self._layer = ground.layer
        self._proving = Proving(ground)
        self._beside = ground.beside
        self._courier = courier
        self._mailroom = mailroom

    def on_head(self, event: HeadGrew) -> None:
        """A feed of our author's grew, here or on another device."""
        after = event.after
        if self._shelf.author_of(after.feed_id) != self._own:
            return
        self._proving.on_head(event)
        if not self._has_way():
            return
        start = event.before.size if event.before else after.tail_start
        if start < after.size:
            self._beside.spawn(self._publish(after, start, self._layer.parents))

    def on_parent(self, event: ParentCame) -> None:
        """Somebody passes our posts on from now on: also those of the last hour."""
        self._look_back((event.session,))

    def on_serving(self, event: ServingChanged) -> None:
        if event.serves:
            self._look_back(())

    # --- inside ---

    def _has_way(self) -> bool:
        return self._layer.serves or bool(self._layer.parents)

    def _look_back(self, parents: tuple[Session, ...]) -> None:
        for feed_id in self._shelf.feeds_of(self._own):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                start = max(replica.tail_start, replica.size - PUBLISHED_MAX)
                self._beside.spawn(self._publish(replica, start, parents))

    async def _publish(self, replica: Replica, start: int, parents: Iterable[Session]) -> None:
        """Publish what is new among entries from ``start`` on, the newest of them."""
        for index in range(max(start, replica.size - PUBLISHED_MAX), replica.size):
            verified = await self._proving.prove(replica, index)
            if verified is None:
                continue
            if self._layer.serves:
                self._mailroom.publish(verified)
                continue
            for session in parents:
                key = ("posted", verified.id)
                self._courier.put(session, key, Posted((verified.posting,)))
