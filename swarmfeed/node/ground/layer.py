"""Where this machine stands among supernodes.

The role that elects them writes it; what else goes by way of supernodes reads it, listens to
its events, and knows nothing of elections.  Another role remembers ways in, and the electing
one asks there when it knows nobody.
"""

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net import sentences
from swarmfeed.core.net.lateness import Lateness
from swarmfeed.node.ground.events import (
    ChildCame,
    ChildGone,
    Events,
    Misled,
    ParentCame,
    ParentGone,
    ServingChanged,
)
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.visits import Visits

SUPERNODE: Final = "supernode"
"""What a node that serves says of itself in its hello."""


class Supernode(Struct, frozen=True, kw_only=True):
    """A node that serves others, as far as is known."""

    node_id: NodeId
    endpoint: Endpoint
    signed: bytes = b""
    """What it signed of itself (FORMAT 16); empty where only its address is known."""


class Layer:
    """Parents, children, and the other supernodes."""

    def __init__(self, events: Events, visits: Visits) -> None:
        """Begin as a leaf without parents."""
        self._events = events
        self._visits = visits
        self._serves = False
        self._parents: dict[NodeId, Session] = {}
        self._children: dict[NodeId, Session] = {}
        self._others: tuple[Supernode, ...] = ()
        self._ways_in: tuple[Endpoint, ...] = ()
        self._own = b""
        self._lateness: dict[str, Lateness] = {}
        """By what is asked for: a few kinds, as roles have them."""

    # --- looking ---

    @property
    def serves(self) -> bool:
        """Whether this machine is a supernode."""
        return self._serves

    @property
    def parents(self) -> tuple[Session, ...]:
        """The links to our parents, the one longest there first; two at most."""
        return tuple(self._parents.values())

    @property
    def children(self) -> tuple[Session, ...]:
        """The links to our children; none while we do not serve."""
        return tuple(self._children.values())

    @property
    def others(self) -> tuple[Supernode, ...]:
        """Other supernodes that are known, linked or not."""
        return self._others

    @property
    def own(self) -> bytes:
        """What this node signed of itself lately (FORMAT 16); empty: nothing yet."""
        return self._own

    @property
    def ways_in(self) -> tuple[Endpoint, ...]:
        """Where to ask while no supernode is known: of earlier times, of friends, of lists."""
        return self._ways_in

    def is_parent(self, node_id: NodeId) -> bool:
        return node_id in self._parents

    def is_child(self, node_id: NodeId) -> bool:
        return node_id in self._children

    def serves_us(self, session: Session) -> bool:
        """Whether a peer is our parent, or says at least that it serves."""
        return self.is_parent(session.node_id) or SUPERNODE in session.peer.hello.roles

    async def link_to(self, other: Supernode) -> Session | None:
        """The link to a supernode, dialled if it is not there; None: it is not reached."""
        return await self._visits.reach(other.endpoint, other.node_id)

    # --- comparing: for roles that ask both parents the same ---

    def compare(self, what: str, asked: Collection[Session], answered: set[Session]) -> None:
        """Note who of those who were asked the same answered in time; of parents it counts.

        One that stays behind the other again and again is told of as one that misleads: who
        lies by saying nothing, or late, gains nothing by it.

        Args:
            what: What was asked for, for people.
        """
        lateness = self._lateness.setdefault(what, Lateness())
        lateness.keep(self._parents)
        parents = [each for each in self._parents.values() if each in asked]
        late = lateness.compare(
            [each.node_id for each in parents], [each.node_id for each in answered]
        )
        for each in parents:
            if each.node_id in late:
                self._events.tell(Misled(each, sentences.STAYS_BEHIND(what=what)))

    # --- changing: for the role that elects ---

    def serve(self, on: bool) -> None:
        """Serve others from now on, or no longer."""
        if on != self._serves:
            self._serves = on
            self._events.tell(ServingChanged(on))

    def add_parent(self, session: Session) -> None:
        """A supernode took us as its child."""
        session.kept_by.add(_PARENT)
        self._visits.stay(session)
        self._parents[session.node_id] = session
        self._events.tell(ParentCame(session))

    def drop_parent(self, node_id: NodeId) -> None:
        """A node is our parent no longer, if it was."""
        session = self._parents.pop(node_id, None)
        if session is not None:
            session.kept_by.discard(_PARENT)
            self._events.tell(ParentGone(session))

    def add_child(self, session: Session) -> None:
        """We took a node as our child."""
        session.kept_by.add(_CHILD)
        self._visits.stay(session)
        self._children[session.node_id] = session
        self._events.tell(ChildCame(session))

    def drop_child(self, node_id: NodeId) -> None:
        """A node is our child no longer, if it was."""
        session = self._children.pop(node_id, None)
        if session is not None:
            session.kept_by.discard(_CHILD)
            self._events.tell(ChildGone(session))

    def know(self, others: tuple[Supernode, ...]) -> None:
        """These are the other supernodes, as far as is known."""
        self._others = others

    def sign(self, own: bytes) -> None:
        """This is what the node signs of itself now."""
        self._own = own

    # --- changing: for the role that remembers ways in ---

    def lead_in(self, ways_in: tuple[Endpoint, ...]) -> None:
        """These are the ways in from now on."""
        self._ways_in = ways_in


_PARENT, _CHILD = "parent", "child"
"""Why their links are kept."""
