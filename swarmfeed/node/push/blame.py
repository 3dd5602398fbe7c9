"""Parents that mislead: what they brought, and what they left out.

What one parent brings and the other does not may never have been published: a liar can show
true posts to us alone, and have the honest one suspected.  So a third supernode, which luck
chooses, is asked for them, and only what it has counts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.push.posting import PostId, id_of
from swarmfeed.core.push.sentences import PARENTS_WATCHED
from swarmfeed.core.push.watching import ParentsWatch
from swarmfeed.core.push.words import GivePosts
from swarmfeed.core.supernode.sampling import pick_some
from swarmfeed.node.ground.events import Misled, ParentCame, ParentGone
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session


class _DoubtSide(Struct):
    """What a supernode was asked for, and which parents left it out."""

    asked: dict[PostId, list[NodeId]] = field(default_factory=dict)


class Blame:
    """Counts, and tells when it is too much; role supernode replaces such a parent."""

    def __init__(self, ground: Ground) -> None:
        self._layer = ground.layer
        self._events = ground.events
        self._beside = ground.beside
        self._dice = ground.shells.dice
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
        """See what parents leave out of what the other one brings."""
        doubts = self._watch.doubts(_now_ms())
        others = [
            each for each in self._layer.others if not self._layer.is_parent(each.node_id)
        ]
        if doubts and others:
            (third,) = pick_some(others, 1, lambda: int.from_bytes(self._dice(6)) / 2**48)
            self._beside.spawn(self._ask(third, doubts))
        elif doubts:
            for node_id, left_out in doubts.items():
                self._count(node_id, len(left_out))  # nobody else can be asked
        return PARENTS_WATCHED(parents=len(self._layer.parents))

    def settles(self, session: Session, posting: ProvenPost) -> bool:
        """Whether a post was asked for because of a doubt: who has it did not make it up."""
        asked = session.part(_DoubtSide).asked
        if not asked:
            return False
        post_id = id_of(posting.feed_id, posting.post.index, hash_stored(posting.post.stored))
        parents = asked.pop(post_id, None)
        for node_id in parents or ():
            self._count(node_id, 1)
        return parents is not None

    async def _ask(self, third: Supernode, doubts: Mapping[NodeId, Sequence[PostId]]) -> None:
        session = await self._layer.link_to(third)
        if session is None:
            return  # of whom nothing can be shown nothing is said
        asked = dict[PostId, list[NodeId]]()
        for node_id, left_out in doubts.items():
            for post_id in left_out:
                asked.setdefault(post_id, []).append(node_id)
        session.part(_DoubtSide).asked = asked
        question = GivePosts(tuple(asked))
        session.outbox.put(("push", "doubts"), partial(session.send, question))

    def _count(self, node_id: NodeId, left_out: int) -> None:
        if self._watch.left_out(node_id, left_out):
            for session in self._layer.parents:
                if session.node_id == node_id:
                    why = "it leaves out posts that the other brings"
                    self._events.tell(Misled(session, why))


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
