"""The mailroom: posts that come in are verified once, passed on, and delivered.

    from a child        to all supernodes, and down to other children
    from a supernode    to the part of all that it names, and down to children
    from a parent       to the person

Every node has one, whether it serves or not; a leaf's passes nothing on.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost
from swarmfeed.core.push.limits import (
    CHILD_POSTS_BURST,
    CHILD_POSTS_PER_S,
    GIVEN_BURST,
    GIVEN_PER_S,
    IDS_PER_MESSAGE_MAX,
    LAYER_POSTS_BURST,
    LAYER_POSTS_PER_S,
    MET_AGAIN_MS,
    MET_AT_ONCE_MAX,
    MET_MAX,
    NAMED_TO_NEW_MAX,
    PUBLISH_LATER_MS,
    SILENCE_MS,
)
from swarmfeed.core.push.passed_by import PassedBy
from swarmfeed.core.push.posting import PostId, Verified, id_of, open_posting
from swarmfeed.core.push.words import (
    GivePosts,
    HasPosts,
    Posted,
    SeenTo,
    read_place,
    read_places,
    write_place,
    write_places,
)
from swarmfeed.core.supernode.broadcast import (
    NOWHERE,
    Acknowledge,
    Action,
    Announce,
    AskFor,
    Broadcast,
    Deliver,
    Places,
    Spread,
)
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.events import PostEdited, PostSeen, PostTakenBack, ServingChanged
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.blame import Blame
from swarmfeed.node.push.courier import Courier

TICK_S: Final = 0.1
"""How often what is late is looked for, while anything may be."""

Deliverer = Callable[[Verified, Session | None], None]
"""Takes a post that came for the first time, and who brought it; None: it is our own."""


class PosterSide(Struct):
    """What a peer may send, and whether it is a child that has us publish first."""

    first: bool = True
    was_named: bool = False
    """Whether it was told, since it is a child, what passed by before."""
    bucket: TokenBucket | None = None
    is_of_layer: bool = False
    given: TokenBucket | None = None
    """What it may have given that it asks for."""


class Mailroom:
    """Takes posts in; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        courier: Courier,
        recent: PassedBy,
        blame: Blame,
        deliver: Sequence[Deliverer],
    ) -> None:
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._beside = ground.beside
        self._events = ground.events
        self._courier = courier
        self._recent = recent
        self._blame = blame
        self._deliverers = deliver
        dice = ground.shells.dice
        self._broadcast = Broadcast(
            ground.identity.node_id, lambda: int.from_bytes(dice(8), "big") / 2**64
        )
        self._known: object = None
        self._ticks = False
        self._met: dict[NodeId, int] = {}
        """Supernodes that were told what passed by, and when."""

    # --- what is said to us ---

    async def on_posted(self, session: Session, told: Posted) -> None:
        """Take posts in.  Raises RemoteError when one is false."""
        places = read_places(told.places)
        for posting in told.posts:
            if self._blame.settles(session, posting):
                continue
            if not self._may_post(session):
                return
            self._on_posting(session, posting, places)
            await breathe()

    def on_seen_to(self, session: Session, told: SeenTo) -> None:
        """Raises RemoteError when it names no place."""
        self._broadcast.on_ack(session.node_id, told.id, read_place(told.low))

    def on_has(self, session: Session, told: HasPosts) -> None:
        """Note what others have: nearly always it comes from elsewhere by itself."""
        is_parent = self._layer.is_parent(session.node_id)
        if self._layer.is_child(session.node_id) or not self._may_post(session):
            return
        self._blame.named(session, told.ids)
        for each in told.ids:
            if each not in self._recent:
                self._note_lacking(session, each, is_parent=is_parent)
        self._wake()

    def on_give(self, session: Session, told: GivePosts) -> None:
        """Give what was asked for by its id, as far as it is here, and so much at a time."""
        side, now_s = session.part(PosterSide), self.now_ms() / 1000
        if side.given is None:
            side.given = TokenBucket(GIVEN_BURST, GIVEN_PER_S, now_s)
        for each in told.ids:
            known = self._recent.get(each)
            if known is not None and side.given.take(1, now_s):
                self._courier.put(session, ("posted", each), Posted((known.posting,)))

    # --- what we do ---

    def on_serving(self, _: ServingChanged) -> None:
        """Whom we pass posts on to is another thing now."""
        self._know_others()

    def publish(self, verified: Verified) -> None:
        """Let a post of our own go to all supernodes: we are one."""
        if self._recent.add(verified, self.now_ms()):
            self._know_others()
            self._carry_out(self._broadcast.publish(verified.id, self.now_ms()), None)

    def meet(self) -> None:
        """Name what passed by lately to supernodes that are new to us.

        Two that do not know each other yet, or no longer, spread posts in parts of the layer:
        when these meet, each asks for what it lacks.
        """
        if not self._layer.serves:
            return
        self._know_others()
        now_ms = self.now_ms()
        met = {each: at for each, at in self._met.items() if at > now_ms - MET_AGAIN_MS}
        new = [each.node_id for each in self._layer.others if each.node_id not in met]
        self._met = met | dict.fromkeys(new[:MET_AT_ONCE_MAX][: MET_MAX - len(met)], now_ms)
        named = list(in_portions(self._recent.newest(NAMED_TO_NEW_MAX)))
        for node_id in self._met.keys() - met.keys():
            for number, ids in enumerate(named):
                self._courier.to(node_id, ("met", number), HasPosts(ids))

    def now_ms(self) -> int:
        """Of the loop's clock, by which its timers go."""
        return round(asyncio.get_running_loop().time() * 1000)

    # --- inside ---

    def _may_post(self, session: Session) -> bool:
        """Whether a peer may say one thing more; a parent may say whatever it likes."""
        if self._layer.is_parent(session.node_id):
            return True
        if not self._layer.serves:
            return False
        side = session.part(PosterSide)
        now_s, is_of_layer = self.now_ms() / 1000, self._is_of_layer(session.node_id)
        if side.bucket is None or side.is_of_layer != is_of_layer:
            burst = LAYER_POSTS_BURST if is_of_layer else CHILD_POSTS_BURST
            rate = LAYER_POSTS_PER_S if is_of_layer else CHILD_POSTS_PER_S
            side.bucket = TokenBucket(burst, rate, now_s)
            side.is_of_layer = is_of_layer
        return side.bucket.take(1, now_s)

    def _is_of_layer(self, node_id: NodeId) -> bool:
        return any(each.node_id == node_id for each in self._layer.others)

    def _on_posting(self, session: Session, posting: ProvenPost, places: Places) -> None:
        post_id = id_of(posting.feed_id, posting.post.index, hash_stored(posting.post.stored))
        if post_id not in self._recent:
            verified = self._verify(session, posting)
            if verified is None:
                return
            self._recent.add(verified, self.now_ms())
        elif not self._broadcast.has(post_id):
            self._acknowledge(session.node_id, post_id, places)
            return  # it went by long ago: it is not spread once more
        self._blame.brought(session, post_id)
        self._carry_out(self._pass_on(session, post_id, places), session)

    def _verify(self, session: Session, posting: ProvenPost) -> Verified | None:
        """Return what is true of it; None: it is of another time.

        Raises:
            RemoteError: It is false.
        """
        try:
            verified = open_posting(posting)
        except RemoteError:
            self._blame.untrue(session)
            raise
        if verified.is_timely(self._clock.now_ms()):
            return verified
        self._blame.unasked(session, verified.id)
        return None

    def _pass_on(self, session: Session, post_id: PostId, places: Places) -> list[Action]:
        node_id, now_ms = session.node_id, self.now_ms()
        if not self._layer.serves:
            return self._broadcast.on_spread(node_id, post_id, NOWHERE, now_ms)
        self._know_others()
        if not self._layer.is_child(node_id):
            return self._broadcast.on_spread(node_id, post_id, places, now_ms)
        wait_ms = 0 if session.part(PosterSide).first else PUBLISH_LATER_MS
        return self._broadcast.publish(post_id, now_ms, wait_ms)

    def _note_lacking(self, session: Session, post_id: PostId, *, is_parent: bool) -> None:
        now_ms = self.now_ms()
        if is_parent:
            self._broadcast.on_have(session.node_id, post_id, now_ms, SILENCE_MS)
        else:
            self._broadcast.on_have(session.node_id, post_id, now_ms)

    def _know_others(self) -> None:
        """Spread to those that are known now; a leaf spreads to nobody."""
        known = self._layer.others if self._layer.serves else ()
        if known is not self._known:
            self._known = known
            self._broadcast.know([each.node_id for each in known])

    def _carry_out(self, actions: Iterable[Action], source: Session | None) -> None:
        for action in actions:
            match action:
                case Deliver(post_id):
                    self._deliver(post_id, source)
                case Spread(to, post_id, places):
                    self._send(to, post_id, places)
                case Acknowledge(to, post_id, low):
                    self._courier.to(
                        to, ("seen", post_id, low), SeenTo(post_id, write_place(low))
                    )
                case Announce(to, post_id):
                    self._courier.to(to, ("has", post_id), HasPosts((post_id,)))
                case AskFor(to, post_id):
                    self._courier.to(to, ("give", post_id), GivePosts((post_id,)))
        self._wake()

    def _acknowledge(self, to: NodeId, post_id: PostId, places: Places) -> None:
        if places.low < places.high:
            told = SeenTo(post_id, write_place(places.low))
            self._courier.to(to, ("seen", post_id, places.low), told)

    def _send(self, to: NodeId, post_id: Hash, places: Places) -> None:
        known = self._recent.get(post_id)
        if known is not None:
            told = Posted((known.posting,), write_places(places))
            self._courier.to(to, ("posted", post_id, places.low), told)

    def _deliver(self, post_id: Hash, source: Session | None) -> None:
        verified = self._recent.get(post_id)
        if verified is not None:
            for deliver in self._deliverers:
                deliver(verified, source)
            self._tell(verified)

    def _tell(self, verified: Verified) -> None:
        match verified.body:
            case PostBody():
                self._events.tell(PostSeen(verified.posting))
            case EditBody(index=edited):
                posting = verified.posting
                edit = ProvenApart(head=posting.head, entry=posting.post)
                self._events.tell(PostEdited(verified.feed_id, edited, edit))
            case WithdrawBody(index=gone):
                self._recent.take_back(verified.feed_id, gone)
                self._events.tell(PostTakenBack(verified.feed_id, gone))

    def _wake(self) -> None:
        if not self._ticks and self._broadcast.due_ms() is not None:
            self._ticks = True
            self._beside.spawn(self._tick())

    async def _tick(self) -> None:
        """Go on with what is late, as long as anything may be."""
        while self._broadcast.due_ms() is not None:
            await asyncio.sleep(TICK_S)
            self._carry_out(self._broadcast.tick(self.now_ms()), None)
        self._ticks = False


def in_portions(post_ids: Sequence[PostId]) -> Iterable[tuple[PostId, ...]]:
    """Cut a list of ids into messages."""
    for at in range(0, len(post_ids), IDS_PER_MESSAGE_MAX):
        yield tuple(post_ids[at : at + IDS_PER_MESSAGE_MAX])
