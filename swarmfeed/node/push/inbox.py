"""What a pushed post is to the person here: of somebody followed, for them, about what they
listen to; or nothing."""

import asyncio

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Written
from swarmfeed.core.push.pace import STRANGER, Pace
from swarmfeed.core.push.posting import Verified
from swarmfeed.node.ground.fairness import on_behalf
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import MUTE
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.blame import Blame
from swarmfeed.node.push.ears import Ears
from swarmfeed.node.push.guestbook import Guestbook
from swarmfeed.node.push.live import Live
from swarmfeed.node.push.subscribed import Subscribed


class Inbox:
    """Takes posts for the person; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        subscribed: Subscribed,
        ears: Ears,
        live: Live,
        guestbook: Guestbook,
        blame: Blame,
    ) -> None:
        self._own = ground.identity.author_id
        self._layer = ground.layer
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._private = ground.private
        self._beside = ground.beside
        self._subscribed = subscribed
        self._ears = ears
        self._live = live
        self._guestbook = guestbook
        self._blame = blame
        self._pace: Pace | None = None

    def deliver(self, verified: Verified, source: Session | None) -> None:
        """Take a post that came for the first time."""
        author_id = verified.author_id
        is_of_known = self._interests.of(author_id) is not None
        if is_of_known:
            self._beside.spawn(on_behalf(lambda: self._live.take(verified)))
        if author_id == self._own or self._interests.is_read(author_id):
            return  # its log brings it, this time or by asking for what is missing
        if not self._concerns(verified):
            self._look_at(source, verified)
        elif author_id not in self._private.names(MUTE) and self._is_in_pace(verified):
            self._beside.spawn(on_behalf(lambda: self._guestbook.keep(verified)))

    # --- inside ---

    def _look_at(self, source: Session | None, verified: Verified) -> None:
        """A post is nothing to the person: a parent may bring it for one of its words."""
        is_parent = source is not None and self._layer.is_parent(source.node_id)
        if source is not None and is_parent and not self._ears.is_met(source, verified):
            self._blame.unasked(source, verified.id)

    def _concerns(self, verified: Verified) -> bool:
        """Whether it answers or mentions the person, is what they listen to, or speaks of a
        post of which one of these was so."""
        body = verified.body
        if not isinstance(body, PostBody):
            return self._guestbook.has(verified.feed_id, verified.target or 0)
        if self._own in body.mentions:
            return True
        if body.reply is not None and self._shelf.author_of(body.reply.feed_id) == self._own:
            return True
        return self._subscribed.met_by(
            Written(author_id=verified.author_id, time_ms=verified.time_ms, post=body)
        )

    def _is_in_pace(self, verified: Verified) -> bool:
        """Whether its author has not said too much; what they take back always counts."""
        now_s = asyncio.get_running_loop().time()
        if self._pace is None:
            self._pace = Pace(now_s)
        is_post = isinstance(verified.body, PostBody)
        distance = self._distance(verified.author_id)
        return not is_post or self._pace.take(verified.author_id, distance, now_s)

    def _distance(self, author_id: AuthorId) -> int:
        if self._subscribed.names(author_id):
            return 1
        return STRANGER if self._interests.of(author_id) is None else STRANGER - 1
