"""What children listen to, and what they are told.

The first parent of a child brings posts, the second one names them: the child asks it when the
first is silent.  So each post comes once, and neither's crash loses one.
"""

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.core.push.limits import REPLAYED_MAX
from swarmfeed.core.push.passed_by import PassedBy
from swarmfeed.core.push.posting import Verified
from swarmfeed.core.push.words import HasPosts, Listen, Posted, Salt
from swarmfeed.core.supernode.interests import Delta, Listeners, decode_keys
from swarmfeed.core.supernode.limits import INTEREST_SALT_BYTES
from swarmfeed.errors import BadEncodingError, UserError
from swarmfeed.node.ground.events import ChildCame, ChildGone, ServingChanged
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.courier import Courier
from swarmfeed.node.push.mailroom import PosterSide, in_portions


class Children:
    """Keeps what they listen to, and tells them what meets it."""

    def __init__(self, ground: Ground, courier: Courier, recent: PassedBy) -> None:
        self._layer = ground.layer
        self._sessions = ground.sessions
        self._dice = ground.shells.dice
        self._courier = courier
        self._recent = recent
        self._listeners = Listeners(bytes(INTEREST_SALT_BYTES))
        """Its salt is drawn when this node begins to serve."""

    # --- who is there ---

    def on_serving(self, event: ServingChanged) -> None:
        """Who begins to serve knows nobody's interests, and draws another salt."""
        if event.serves:
            self._listeners = Listeners(self._dice(INTEREST_SALT_BYTES))

    def on_came(self, event: ChildCame) -> None:
        self._listeners.leave(event.session.node_id)
        event.session.part(PosterSide).was_named = False
        self._courier.put(event.session, "salt", Salt(self._listeners.salt))

    def on_gone(self, event: ChildGone) -> None:
        self._listeners.leave(event.session.node_id)

    async def on_listen(self, session: Session, told: Listen) -> None:
        """Take in what a child listens to.  Raises RemoteError when it is too much."""
        if not self._layer.is_child(session.node_id):
            return
        removed = decode_keys(told.removed)
        delta = Delta(added=decode_keys(told.added) - removed, removed=removed)
        try:
            self._listeners.change(session.node_id, delta)
        except UserError as error:
            raise BadEncodingError(str(error)) from error
        side = session.part(PosterSide)
        side.first = told.first
        if told.again and not side.was_named:
            # Once: to hold two thousand long posts against its interests takes seconds.
            side.was_named = True
            await self._name_recent(session)

    # --- what is told ---

    def deliver(self, verified: Verified, source: Session | None) -> None:
        """Tell a post to all children that listen to it, but who brought it."""
        brought_by = source.node_id if source is not None else None
        for child in self._concerned(verified):
            session = self._sessions.find(child)
            if session is None or child == brought_by:
                continue
            if session.part(PosterSide).first:
                self._courier.put(session, ("posted", verified.id), Posted((verified.posting,)))
            else:
                self._courier.put(session, ("has", verified.id), HasPosts((verified.id,)))

    async def _name_recent(self, session: Session) -> None:
        """Name what met the interests of a child before it came: it asks for what it lacks."""
        child, named = session.node_id, []
        for post_id in self._recent.newest(REPLAYED_MAX):
            await breathe()
            verified = self._recent.get(post_id)
            if verified is None:
                continue  # it went meanwhile
            for post in self._posts_of(verified):
                if self._listeners.is_met(child, verified.author_id, post):
                    named.append(verified.id)
                    break
        for number, ids in enumerate(in_portions(named)):
            self._courier.put(session, ("has again", number), HasPosts(ids))

    def _concerned(self, verified: Verified) -> set[NodeId]:
        if not self._layer.children:
            return set()
        found = set[bytes]()
        for post in self._posts_of(verified):
            found |= self._listeners.concerned(verified.author_id, post).keys()
        return {NodeId(each) for each in found}

    def _posts_of(self, verified: Verified) -> list[PostBody]:
        """What is held against interests: of an edit its text, and the post it is of; of a
        withdrawal that post, if it went by here."""
        if isinstance(verified.body, PostBody):
            return [verified.body]
        text = verified.body.text if isinstance(verified.body, EditBody) else ""
        of = self._recent.at(verified.feed_id, verified.target or 0)
        known = [of.body] if of is not None and isinstance(of.body, PostBody) else []
        return [PostBody(text), *known]
