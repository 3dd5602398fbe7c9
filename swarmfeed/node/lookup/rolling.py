"""The roll of supernodes over links: whom others know is asked, and who is only heard of is
visited, for who is not there owns nothing."""

from functools import partial
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.lookup import sentences
from swarmfeed.core.partition.limits import (
    ROLL_BURST,
    ROLL_MAX,
    ROLL_PAGES,
    ROLL_PER_S,
    VISITED_AT_ONCE,
)
from swarmfeed.core.partition.words import AskRoll, TellRoll
from swarmfeed.core.supernode.records import NewestRecords, Record, encode_record, open_record
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.partition import Partition


class RollSide(Struct):
    """How far a peer was asked, and how much it may ask."""

    place: int = 0
    pages: int = 0
    """Answers that are taken of it before it is asked anew."""
    bucket: TokenBucket | None = None


class Rolling:
    """Asks and answers; belongs to the node's loop."""

    def __init__(self, ground: Ground, partition: Partition) -> None:
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._partition = partition
        self._newest: Final = NewestRecords(ROLL_MAX)

    async def look(self) -> str:
        """Ask somebody who else serves, and look for some who were only heard of."""
        if not self._layer.serves or not self._layer.own:
            return sentences.NOT_ON_ROLL()
        now_s = self._now_s()
        self._partition.roll.take(open_record(self._layer.own), now_s)
        others = self._layer.others
        if others:
            chosen = others[int.from_bytes(self._dice(4), "big") % len(others)]
            session = await self._layer.link_to(chosen)
            if session is not None:
                session.part(RollSide).pages = ROLL_PAGES
                self._ask(session)
        for record in self._partition.roll.unmet(now_s, VISITED_AT_ONCE):
            await self._visit(record)
        return sentences.ON_ROLL(supernodes=len(self._partition.roll))

    def on_ask(self, session: Session, asked: AskRoll) -> None:
        """Raises RemoteError: what it says of itself is false."""
        record = self._own_of(session, asked.own)
        side, now_s = session.part(RollSide), self._clock.monotonic_ms() / 1000
        if side.bucket is None:
            side.bucket = TokenBucket(ROLL_BURST, ROLL_PER_S, now_s)
        if not self._layer.serves or not self._layer.own or not side.bucket.take(1, now_s):
            return
        self._partition.roll.take(record, self._now_s(), met=True)
        found, place = self._partition.roll.since(asked.place)
        told = TellRoll(self._layer.own, tuple(map(encode_record, found)), place)
        session.outbox.put(("rolled",), partial(session.send, told))

    async def on_told(self, session: Session, told: TellRoll) -> None:
        """Raises RemoteError: a record is not signed by whom it speaks of."""
        side = session.part(RollSide)
        if not side.pages:
            return  # it was not asked
        side.pages -= 1
        roll = self._partition.roll
        roll.take(self._own_of(session, told.own), self._now_s(), met=True)
        for signed in told.records:
            roll.take(self._newest.open(signed), self._now_s())
            await breathe()
        if told.records and told.place > side.place:
            side.place = told.place
            if side.pages:
                self._ask(session)
        else:
            side.pages = 0

    # --- inside ---

    def _ask(self, session: Session) -> None:
        said = AskRoll(self._layer.own, session.part(RollSide).place)
        session.outbox.put(("roll",), partial(session.send, said))

    async def _visit(self, record: Record) -> None:
        other = Supernode(
            node_id=record.node_id, endpoint=record.endpoint, signed=encode_record(record)
        )
        if await self._layer.link_to(other) is None:
            self._partition.roll.missed(record.node_id, self._now_s())
        else:
            self._partition.roll.met(record.node_id)

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000

    def _own_of(self, session: Session, signed: bytes) -> Record:
        record = self._newest.open(signed)
        if record.node_id != session.node_id:
            raise RemoteError("a record of another node in place of its own")
        return record
