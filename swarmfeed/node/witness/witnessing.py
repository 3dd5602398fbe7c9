"""What a supernode says as a witness: the newest head of a feed that it knows, signed.

asked --> judged --> written down, with all that came meanwhile --> signed, told

Nothing is signed before what it says is on disk.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.head import Head
from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.talk.words import ForkProof
from swarmfeed.core.witness.book import (
    ForkFound,
    LastHead,
    TakeHead,
    TellHead,
    decode_known,
    encode_known,
    judge,
)
from swarmfeed.core.witness.cosignature import sign_cosignature
from swarmfeed.core.witness.limits import (
    ANSWERS_WAITING_MAX,
    COSIGN_BURST,
    COSIGN_PER_S,
    COSIGNED_WITHIN_S,
    UNREAD_MAX,
)
from swarmfeed.core.witness.room import Room
from swarmfeed.core.witness.words import Cosign, Witnessed
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.node.ground.events import Fatal, Strained
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.tasks import in_turns

PAGE: Final = "witnessed"


class CosignSide:
    """What a witness remembers of who asks."""

    def __init__(self) -> None:
        self._heads: TokenBucket | None = None

    def takes(self, now_s: float) -> bool:
        """Whether one more head may be brought now."""
        if self._heads is None:
            self._heads = TokenBucket(COSIGN_BURST, COSIGN_PER_S, now_s)
        return self._heads.take(1, now_s)


class Witness:
    """Keeps the newest head of each feed that it was asked about."""

    def __init__(self, ground: Ground) -> None:
        self._layer = ground.layer
        self._identity = ground.identity
        self._memory = ground.memory
        self._events = ground.events
        self._beside = ground.beside
        self._clock = ground.shells.clock
        self._known: dict[FeedId, LastHead] = {}
        self._room = Room()
        self._unwritten: dict[FeedId, LastHead] = {}
        """What is not on disk yet; of these feeds nothing is told."""
        self._waiting: dict[tuple[NodeId, FeedId], tuple[Session, Cosign]] = {}
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def rows(self) -> Rows:
        # What is taken is written before it is told.
        return Rows(page=PAGE, load=self._load, take_changes=dict)

    async def on_cosign(self, session: Session, asked: Cosign) -> None:
        """Judge a head that a child, or another supernode, brings; the answer comes later.

        Raises RemoteError when it is false.
        """
        if not self._serves(session.node_id) or not self._has_room(session, asked):
            return
        self.judge(asked)
        self._waiting[session.node_id, asked.feed_id] = session, asked
        if self._writer is None or self._writer.done():
            self._writer = self._beside.spawn(self._answer_soon())

    # --- for who asks by another way ---

    def known(self, feed_id: FeedId) -> LastHead | None:
        """The newest head of a feed that it took."""
        return self._known.get(feed_id)

    def has_room_for(self, node_id: NodeId, network: str) -> bool:
        """Whether somebody may bring one more new feed; asked once for each."""
        now_s = self._clock.monotonic_ms() / 1000
        return self._room.takes(node_id, network, len(self._known), now_s)

    def judge(self, asked: Cosign) -> None:
        """Take a head, or pass it over; nothing is on disk yet.  Raises RemoteError: false."""
        match judge(self._known.get(asked.feed_id), asked):
            case TakeHead(new) | ForkFound(new):
                self._known[asked.feed_id] = self._unwritten[asked.feed_id] = new
            case TellHead():
                pass

    async def cosign(self, feed_id: FeedId, signed_head: bytes, head: Head) -> bytes | None:
        """Return the line for a head that was judged, once it is on disk; None: the newest is
        another one, or cannot be written."""
        await self._write()
        known = self._known[feed_id]
        is_newest = (known.size, known.root) == (head.size, head.root) and not known.rival
        return self._sign(signed_head) if is_newest and feed_id not in self._unwritten else None

    # --- inside ---

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        self._known = {FeedId(key): known for key, known in readable(page, decode_known)}

    def _serves(self, node_id: NodeId) -> bool:
        layer = self._layer
        is_known = layer.is_child(node_id) or any(
            node_id == each.node_id for each in layer.others
        )
        return layer.serves and is_known

    def _has_room(self, session: Session, asked: Cosign) -> bool:
        if len(session.outbox) >= UNREAD_MAX or len(self._waiting) >= ANSWERS_WAITING_MAX:
            return False
        if not session.part(CosignSide).takes(self._clock.monotonic_ms() / 1000):
            return False
        if asked.feed_id in self._known:
            return True
        # Who comes by way of a relay shares what there is for all of these.
        network = domain_of(session.proven_host) if session.proven_host else ""
        return self.has_room_for(session.node_id, network)

    async def _answer_soon(self) -> None:
        """Write down and answer what was asked, until nothing is left to do."""
        while self._waiting:
            await asyncio.sleep(COSIGNED_WITHIN_S)
            waiting, self._waiting = self._waiting, {}
            if not await self._write():
                return  # they ask again, and then it may be possible
            async for session, asked in in_turns(waiting.values()):
                if asked.feed_id not in self._unwritten:
                    self._tell(session, asked)
                else:  # a newer head came meanwhile
                    self._waiting.setdefault((session.node_id, asked.feed_id), (session, asked))

    async def _write(self) -> bool:
        """Write down what is not on disk; returns whether it is.  One after the other: no older
        head is written after a newer one."""
        async with self._writing:
            return await self._write_now()

    async def _write_now(self) -> bool:
        changed = dict(self._unwritten)
        rows = {bytes(feed_id): encode_known(known) for feed_id, known in changed.items()}
        try:
            if rows:
                await asyncio.to_thread(self._memory.write, PAGE, rows)
        except PassingError as error:
            self._events.tell(Strained(error))
            return False
        except FatalError as error:
            self._events.tell(Fatal(error))
            return False
        for feed_id, known in changed.items():
            if self._unwritten.get(feed_id) is known:
                del self._unwritten[feed_id]
        return True

    def _tell(self, session: Session, asked: Cosign) -> None:
        saying = partial(self._say, session, asked)
        session.outbox.put(("cosigned", asked.feed_id), saying)

    async def _say(self, session: Session, asked: Cosign) -> None:
        """Say what is known when its turn comes, if that is on disk."""
        feed_id, known = asked.feed_id, self._known[asked.feed_id]
        if known.rival:
            proof = known.signed_head, known.rival, known.proof
            await session.send(ForkProof(asked.author_id, feed_id, *proof))
        elif feed_id not in self._unwritten:
            await session.send(
                Witnessed(
                    author_id=asked.author_id,
                    feed_id=feed_id,
                    signed_head=known.signed_head,
                    cosignatures=(self._sign(known.signed_head),),
                )
            )

    def _sign(self, signed_head: bytes) -> bytes:
        own = self._identity
        now_s = self._clock.now_ms() // 1000
        return sign_cosignature(signed_head, own.node_id, now_s, own.node_key.sign)
