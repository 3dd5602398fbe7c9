"""Keeping boxes for others: what is leased, and what is in them.

    mail-lease --> granted, synced --> mail-leased
    mail-put   --> counted in --> with all that came meanwhile written in one sync --> mail-kept
    mail-open  --> mail-some, and again whenever more comes while the link lives
    mail-drop  --> gone

Nothing is confirmed before it survives a power cut.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.mailboxes.box import Box, Filled, Lease, grant
from swarmfeed.core.mailboxes.ids import box_of, parcel_id
from swarmfeed.core.mailboxes.limits import (
    BOX_BYTES,
    LEASE_S,
    PARCEL_KEPT_S,
    PUT_WITHIN_S,
    PUTS_WAITING_MAX,
    SOME_BYTES,
    SOME_MAX,
)
from swarmfeed.core.mailboxes.proof import lease_text, offer_text, open_text
from swarmfeed.core.mailboxes.sentences import TIDIED
from swarmfeed.core.mailboxes.words import (
    MailAnswer,
    MailDrop,
    MailKept,
    MailLease,
    MailLeased,
    MailOpen,
    MailPut,
    MailSome,
)
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.node.ground.events import Fatal, LinkClosed, Strained
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.mailboxes.admission import BoxAdmission
from swarmfeed.ports import GoneParcel, KeptBox, KeptParcel


class _Looking(Struct):
    """The owner of a box who looks into it now."""

    session: Session
    place: int
    """Behind which the next parcels are."""
    waits: bool = False
    """Whether the owner was told that there is more, and has to ask for it."""


class _Waiting(Struct, frozen=True):
    """A parcel that is counted in, and not yet on disk."""

    session: Session | None
    """Who brought it; None: the person here."""
    parcel: KeptParcel
    answered: asyncio.Future[MailAnswer]


class BoxKeeping:
    """Keeps boxes; belongs to the node's loop."""

    def __init__(self, ground: Ground, admission: BoxAdmission) -> None:
        self._identity = ground.identity
        self._store = ground.shells.mail
        self._clock = ground.shells.policy_clock
        self._events = ground.events
        self._beside = ground.beside
        self._admission = admission
        self._boxes: dict[bytes, Box] = {}
        self._is_known = False
        """Whether what is on disk could be read."""
        self._looking: dict[bytes, _Looking] = {}
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        """Held while boxes come or go on disk, and while parcels are put into them."""

    def boxes(self) -> list[Box]:
        """Those that are kept, over or not."""
        return [*self._boxes.values()]

    # --- life ---

    async def start(self) -> None:
        """Take up what is on disk; while that is refused, nobody is told that a box is gone."""
        try:
            found = await asyncio.to_thread(self._store.read)
        except PassingError as error:
            self._events.tell(Strained(error))
            return
        self._boxes = {each.box: _box(each) for each in found}
        self._is_known = True

    async def tidy(self) -> str:
        """Let go of what is too old, and of boxes whose lease is over."""
        if not self._is_known:
            await self.start()
        now_s = self._now_s()
        over = [each.lease.box for each in self._boxes.values() if each.is_over(now_s)]
        await self._end(over)
        gone = await asyncio.to_thread(self._store.drop_older, now_s - PARCEL_KEPT_S)
        self._forget(gone)
        return TIDIED(boxes=len(over), parcels=len(gone))

    async def stop(self) -> None:
        self._store.close()

    def on_closed(self, event: LinkClosed) -> None:
        """Whoever looked into a box looks no longer."""
        for box, looking in [*self._looking.items()]:
            if looking.session is event.session:
                del self._looking[box]

    # --- leases ---

    async def on_lease(self, session: Session, asked: MailLease) -> None:
        """Somebody wants a box.  Raises RemoteError when it is not theirs."""
        terms = asked.token_hash, asked.bytes_max, asked.until_s
        text = lease_text(session.peer.binding, self._identity.node_id, *terms)
        verify_signature(asked.feed_id, text, asked.proof)
        said = await self._lease(asked)
        session.outbox.put(("mail-leased", said.box), partial(self._say_leased, session, said))

    async def _lease(self, asked: MailLease) -> MailLeased:
        box, now_s = box_of(asked.feed_id, self._identity.node_id), self._now_s()
        if asked.until_s <= now_s and self._is_known:
            await self._end([box])
            return MailLeased(box=box, answer=MailAnswer.UNKNOWN.value)
        if not self._admission.serves(asked.feed_id):
            return MailLeased(box=box, answer=MailAnswer.REFUSED.value)
        lease = Lease(
            box=box,
            feed_id=asked.feed_id,
            token_hash=asked.token_hash,
            bytes_max=self._grant(box, asked.bytes_max),
            until_s=min(asked.until_s, now_s + LEASE_S),
        )
        if not lease.bytes_max or not await self._keep_box(lease):
            return MailLeased(box=box, answer=MailAnswer.FULL.value)
        granted, until_s = lease.bytes_max, lease.until_s
        kept = MailAnswer.KEPT.value
        return MailLeased(box=box, answer=kept, bytes_max=granted, until_s=until_s)

    def _grant(self, box: bytes, asked_bytes: int) -> int:
        """How many bytes can be promised; 0 while what is on disk is not known."""
        others = (each.lease for each in self._boxes.values() if each.lease.box != box)
        promised = sum(each.bytes_max for each in others)
        given = self._admission.disk_bytes if self._is_known else 0
        return grant(min(asked_bytes, BOX_BYTES), promised, given)

    async def _keep_box(self, lease: Lease) -> bool:
        """Write a lease down; returns whether it is."""
        known = self._boxes.get(lease.box)
        if known is None:
            # Counted at once: others ask while it is written.
            self._boxes[lease.box] = Box(lease=lease)
        elif known.lease.is_as_good_as(lease):
            return True  # whoever comes back every minute costs no disk
        try:
            async with self._changing:
                await asyncio.to_thread(self._store.lease, _kept(lease))
                self._boxes.setdefault(lease.box, Box(lease=lease)).lease = lease
        except PassingError as error:
            if known is None:
                self._boxes.pop(lease.box, None)
            self._events.tell(Strained(error))
            return False
        return True

    async def _say_leased(self, session: Session, said: MailLeased) -> None:
        """Say it, and prove whose machine this is, if its key is at hand."""
        own = self._identity
        try:
            proof = own.feed_key.sign(offer_text(session.peer.binding, session.node_id))
            said = replace(said, feed_id=own.feed_id, proof=proof)
        except LockedError:
            pass  # then we are nobody's friend until it is unlocked
        await session.send(said)

    # --- parcels that come ---

    async def on_put(self, session: Session, put: MailPut) -> None:
        """Somebody brings a parcel; it is confirmed once it is on disk."""
        taken = self._take(put, session.node_id, session)
        if isinstance(taken, MailAnswer):
            self._tell_kept(session, put.box, parcel_id(put.parcel), taken)

    async def put_own(self, put: MailPut) -> MailAnswer:
        """The person here writes to somebody whose box is here."""
        taken = self._take(put, self._identity.node_id, None)
        return taken if isinstance(taken, MailAnswer) else await taken.answered

    def _take(
        self, put: MailPut, sender: NodeId, session: Session | None
    ) -> MailAnswer | _Waiting:
        """Count a parcel in, or say why not."""
        now_s, box = self._now_s(), self._boxes.get(put.box)
        if not self._is_known or len(self._waiting) >= PUTS_WAITING_MAX:
            return MailAnswer.FULL
        if box is None or box.is_over(now_s):
            return MailAnswer.UNKNOWN
        taken = box.take(put, sender, now_s)
        if taken.answer is not MailAnswer.KEPT:
            return taken.answer
        parcel = KeptParcel(
            box=put.box,
            id=parcel_id(put.parcel),
            data=put.parcel,
            is_stranger=taken.is_stranger,
            came_s=now_s,
        )
        waiting = _Waiting(session, parcel, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = self._beside.spawn(self._write_soon())
        return waiting

    async def _write_soon(self) -> None:
        """Write what came, all that comes meanwhile in one go, until nothing waits."""
        while self._waiting:
            await asyncio.sleep(PUT_WITHIN_S)
            async with self._changing:
                waiting, self._waiting = self._waiting, []
                # A box may have ended meanwhile, and what was counted in with it.
                there = [each for each in waiting if each.parcel.box in self._boxes]
                self._answer(
                    (each for each in waiting if each not in there), MailAnswer.UNKNOWN
                )
                if there:
                    await self._write(there)

    async def _write(self, waiting: list[_Waiting]) -> None:
        parcels = [each.parcel for each in waiting]
        try:
            new = await asyncio.to_thread(self._store.keep, parcels)
        except PassingError as error:
            self._events.tell(Strained(error))
            self._forget(map(_gone, parcels))
            self._answer(waiting, MailAnswer.FULL)
            return
        except FatalError as error:
            self._events.tell(Fatal(error))
            return
        known = (parcel for parcel, is_new in zip(parcels, new, strict=True) if not is_new)
        self._forget(map(_gone, known))
        self._answer(waiting, MailAnswer.KEPT)
        for box in {each.box for each in parcels}:
            self._show_more(box)

    def _answer(self, waiting: Iterable[_Waiting], answer: MailAnswer) -> None:
        for each in waiting:
            if not each.answered.done():
                each.answered.set_result(answer)
            if each.session is not None:
                self._tell_kept(each.session, each.parcel.box, each.parcel.id, answer)

    def _tell_kept(
        self, session: Session, box: bytes, parcel: bytes, answer: MailAnswer
    ) -> None:
        said = MailKept(box=box, parcel=parcel, answer=answer.value)
        session.outbox.put(("mail-kept", box, parcel), partial(session.send, said))

    # --- the owner looks ---

    async def on_open(self, session: Session, asked: MailOpen) -> None:
        """The owner looks into a box.  Raises RemoteError when it is not theirs."""
        own = self._identity.node_id
        verify_signature(asked.feed_id, open_text(session.peer.binding, own), asked.proof)
        box = box_of(asked.feed_id, own)
        found = self._boxes.get(box)
        if found is not None and not found.is_over(self._now_s()):
            self._looking[box] = _Looking(session, asked.after)
            session.outbox.put(("mail-some", box), partial(self._say_some, session, box))
        elif self._is_known:
            said = MailSome(box=box, answer=MailAnswer.UNKNOWN.value)
            session.outbox.put(("mail-some", box), partial(session.send, said))

    def _show_more(self, box: bytes) -> None:
        """Show what came to an owner who is linked, and has seen all before it."""
        looking = self._looking.get(box)
        if looking is not None and not looking.waits:
            session = looking.session
            session.outbox.put(("mail-some", box), partial(self._say_some, session, box))

    async def _say_some(self, session: Session, box: bytes) -> None:
        looking = self._looking.get(box)
        if looking is None or looking.session is not session:
            return
        reading = partial(
            self._store.some, box, looking.place, bytes_max=SOME_BYTES, count_max=SOME_MAX
        )
        try:
            some = await asyncio.to_thread(reading)
        except PassingError as error:
            self._events.tell(Strained(error))
            return  # they ask again
        after, looking.place, looking.waits = looking.place, some.last, some.more
        await session.send(
            MailSome(
                box=box,
                answer=MailAnswer.KEPT.value,
                parcels=some.parcels,
                after=after,
                last=some.last,
                more=some.more,
            )
        )

    async def on_drop(self, session: Session, said: MailDrop) -> None:
        """Parcels are with their owner: let them go."""
        looking = self._looking.get(said.box)
        if looking is not None and looking.session is session:
            self._forget(await asyncio.to_thread(self._store.drop, said.box, said.parcels))

    # --- inside ---

    async def _end(self, boxes: Iterable[bytes]) -> None:
        async with self._changing:
            known = [each for each in boxes if each in self._boxes]
            if known:
                await asyncio.to_thread(self._store.end, known)
            for each in known:
                self._boxes.pop(each, None)
                self._looking.pop(each, None)

    def _forget(self, gone: Iterable[GoneParcel]) -> None:
        """Have room again for what is not there any more."""
        for each in gone:
            box = self._boxes.get(each.box)
            if box is not None:
                box.give_back(each.size_bytes, is_stranger=each.is_stranger)

    def _now_s(self) -> int:
        return self._clock.now_ms() // 1000


def _box(kept: KeptBox) -> Box:
    lease = Lease(
        box=kept.box,
        feed_id=kept.feed_id,
        token_hash=kept.token_hash,
        bytes_max=kept.bytes_max,
        until_s=kept.until_s,
    )
    return Box(lease=lease, filled=Filled(kept.parcels, kept.bytes, kept.strangers_bytes))


def _kept(lease: Lease) -> KeptBox:
    return KeptBox(
        box=lease.box,
        feed_id=lease.feed_id,
        token_hash=lease.token_hash,
        bytes_max=lease.bytes_max,
        until_s=lease.until_s,
    )


def _gone(parcel: KeptParcel) -> GoneParcel:
    return GoneParcel(parcel.box, len(parcel.data), parcel.is_stranger)
