"""Putting parcels into the boxes of others: to all of them at once, and who confirmed it.

token given --> mail-put with it --> kept
                                 --> refused: as a stranger
a stranger  --> a second of work for each box --> mail-put with that
"""

import asyncio
from functools import partial

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.mailboxes.ids import box_of, parcel_id
from swarmfeed.core.mailboxes.limits import (
    ANSWER_S,
    PARCEL_BYTES_MAX,
    PUTTING_MAX,
    STRANGER_PARCEL_BYTES_MAX,
    WORK_AT_ONCE,
)
from swarmfeed.core.mailboxes.words import MailAnswer, MailKept, MailPut
from swarmfeed.core.mailboxes.work import day_of, find_work
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.reach import Target
from swarmfeed.node.ground.session import Session
from swarmfeed.node.mailboxes.directory import BoxDirectory
from swarmfeed.node.mailboxes.keeping import BoxKeeping


class Posting:
    """Puts; belongs to the node's loop."""

    def __init__(self, ground: Ground, directory: BoxDirectory, keeping: BoxKeeping) -> None:
        self._own = ground.identity.node_id
        self._reach = ground.reach
        self._clock = ground.shells.policy_clock
        self._directory = directory
        self._keeping = keeping
        self._answers: dict[tuple[NodeId, bytes, bytes], asyncio.Future[MailAnswer]] = {}
        """What is waited for, by holder, box and parcel."""
        self._turns = asyncio.Semaphore(PUTTING_MAX)
        self._working = asyncio.Lock()
        """One piece of work after the other: they are for the same processor."""

    async def put(
        self, feed_id: FeedId, parcel: bytes, token: bytes | None
    ) -> frozenset[NodeId]:
        """Put a parcel into all boxes of a device; returns who confirmed that it is kept.

        Raises:
            ValueError: It is longer than any box takes.
        """
        if len(parcel) > PARCEL_BYTES_MAX:
            raise ValueError(f"parcel of {len(parcel)} bytes, at most {PARCEL_BYTES_MAX}")
        async with self._turns:
            holders = self._directory.holders_of(feed_id) or ()
            puts = (self.put_at(each, feed_id, parcel, token) for each in holders)
            answers = await asyncio.gather(*puts)
        pairs = zip(holders, answers, strict=True)
        return frozenset(holder for holder, answer in pairs if answer is MailAnswer.KEPT)

    async def put_at(
        self, holder: NodeId, feed_id: FeedId, parcel: bytes, token: bytes | None
    ) -> MailAnswer | None:
        """Put a parcel into one box; returns what its holder says, None: nothing."""
        session = None
        if holder != self._own:
            session = await self._reach.soon(Target(node_id=holder))
            if session is None:
                return None
        put = MailPut(box=box_of(feed_id, holder), parcel=parcel, token=token or b"")
        answer = await self._say(session, put) if token else MailAnswer.REFUSED
        if answer is MailAnswer.REFUSED and len(parcel) <= STRANGER_PARCEL_BYTES_MAX:
            work = await self._work(put)
            return await self._say(session, MailPut(box=put.box, parcel=parcel, work=work))
        return answer

    def on_kept(self, session: Session, said: MailKept) -> None:
        """A holder answers; what was not asked, or too late, is passed over."""
        answered = self._answers.get((session.node_id, said.box, said.parcel))
        if answered is not None and not answered.done():
            answered.set_result(MailAnswer(said.answer))

    # --- inside ---

    async def _say(self, session: Session | None, put: MailPut) -> MailAnswer | None:
        if session is None:
            return await self._keeping.put_own(put)
        key = session.node_id, put.box, parcel_id(put.parcel)
        answered = self._answers.get(key)
        if answered is None:
            answered = self._answers[key] = asyncio.get_running_loop().create_future()
        session.outbox.put(("mail-put", *key), partial(session.send, put))
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(answered)
        except TimeoutError:
            return None
        finally:
            if self._answers.get(key) is answered:
                del self._answers[key]

    async def _work(self, put: MailPut) -> bytes:
        """Find the number that shows the work: some at a time, in a thread."""
        day = day_of(self._clock.now_ms() // 1000)
        parcel, first = parcel_id(put.parcel), 0
        async with self._working:
            while True:
                numbers = range(first, first + WORK_AT_ONCE)
                found = await asyncio.to_thread(find_work, put.box, day, parcel, numbers)
                if found is not None:
                    return found
                first += WORK_AT_ONCE
