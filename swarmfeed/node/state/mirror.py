"""Private state between linked devices of one author, as it changes.

this device                                 the other
  | <- have: holds a feed of our author ------ |   anybody may: so nothing is said yet but
  | -- mine: feed, proof --------------------> |   which feed we write
  | <------------------------- mine: feed, proof |
  | -- state: what we know ------------------> |
  | <------------------ state: what is beyond, oldest first
  | <-----------> state: whatever changes ---> |

Both do the same.  What is sealed, ``core.state.exchange`` says.
"""

import asyncio
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.boxes import BOX_SUITE
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.state.exchange import (
    News,
    box_info,
    cut_rows,
    decode_news,
    encode_news,
    sign_proof,
    verify_proof,
)
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.core.state.words import Mine, PrivateNews
from swarmfeed.errors import BadSealError, PassingError
from swarmfeed.node.ground.events import HoldingTold, Indexed, PrivateChanged, Strained
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.state.devices import OwnDevices


class MirrorSide(Struct):
    """What is known of a peer that may be another device of ours."""

    said: bool = False
    """Whether it was told which feed we write."""
    proved: FeedId | None = None
    """The feed it proved to write, whoever's that is."""
    feed_id: FeedId | None = None
    """The same, once that is known as one of ours."""
    asked: bool = False
    """Whether it was told what we know."""
    hears: bool = False
    """Whether it told us what it knows, and gets what changes."""
    due: list[PrivateRow] = field(default_factory=list)
    """Rows to be sent."""


class Mirror:
    """Tells own devices what changes, and takes what they tell; belongs to the node's loop."""

    def __init__(self, ground: Ground, devices: OwnDevices) -> None:
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._private = ground.private
        self._boxes = ground.shells.boxes
        self._events = ground.events
        self._devices = devices

    # --- who is who ---

    def on_holding(self, event: HoldingTold) -> None:
        """A peer holds a feed: of our author's, whoever it is may be another device."""
        if event.feed_id in self._devices.feeds():
            self._introduce(event.session)

    def on_indexed(self, event: Indexed) -> None:
        """More of our author is here: perhaps the keys of a device that waits for them."""
        if event.author_id == self._identity.author_id:
            self.go_on()

    def go_on(self) -> None:
        """Do for every link what can be done by now; who has one device has nothing to do."""
        if not self._devices.others():
            return
        own = {*self._devices.feeds()}
        for session in self._sessions.all():
            if own & session.holds.keys():
                self._introduce(session)
            self._meet(session)
            self._owe(session, [])

    def _introduce(self, session: Session) -> None:
        side = session.part(MirrorSide)
        if side.said or not self._devices.others() or self._boxes.trouble():
            return
        if self._identity.feed_key.is_locked:
            return  # said once it is open again
        side.said = True
        proof = sign_proof(self._identity.feed_key, self._identity.node_id, session.node_id)
        mine = Mine(self._identity.feed_id, proof)
        session.outbox.put("mine", partial(session.send, mine))

    async def on_mine(self, session: Session, mine: Mine) -> None:
        """Raises BadSignatureError: what it says is not true."""
        verify_proof(mine.feed_id, session.node_id, self._identity.node_id, mine.proof)
        side = session.part(MirrorSide)
        # Whoever says it again has only now learnt whose we are, and passed over what we told.
        side.proved, side.asked = mine.feed_id, False
        self._meet(session)

    def _meet(self, session: Session) -> None:
        """Take a peer for the device it proved to be, once that is known as ours."""
        side = session.part(MirrorSide)
        if side.proved is None or side.proved not in self._devices.others():
            return
        if side.feed_id != side.proved:
            side.feed_id, side.asked, side.hears, side.said = side.proved, False, False, False
        self._introduce(session)
        self._ask(session)

    def _ask(self, session: Session) -> None:
        """Tell what we know, once there is something to seal it to."""
        side = session.part(MirrorSide)
        if side.feed_id is None or side.asked or self._public_of(side.feed_id) is None:
            return
        side.asked = True
        session.outbox.put("state-known", partial(self._say_known, session))

    # --- rows ---

    async def on_news(self, session: Session, message: PrivateNews) -> None:
        """Take what another device tells, and tell it what it does not know."""
        side = session.part(MirrorSide)
        if side.feed_id is None or side.feed_id not in self._devices.others():
            return  # nobody's, or of a device that was removed meanwhile
        info = box_info(side.feed_id, self._identity.feed_id)
        seed = self._identity.recipient_seed
        try:
            plain = await asyncio.to_thread(self._boxes.open, seed, message.box, info)
        except BadSealError:
            return
        news = decode_news(plain)
        try:
            self._private.merge(news.rows, session)
        except PassingError as error:
            self._events.tell(Strained(error))
        if news.knows is not None:
            side.hears = True
            self._owe(session, self._private.beyond(news.knows))

    def on_changed(self, event: PrivateChanged) -> None:
        """Private state changed: every other device that is linked should know."""
        if not self._devices.others():
            return
        for session in self._sessions.all():
            if session is not event.source and session.part(MirrorSide).hears:
                self._owe(session, list(event.rows))

    def _owe(self, session: Session, rows: list[PrivateRow]) -> None:
        side = session.part(MirrorSide)
        newest = {row.name: row for row in (*side.due, *rows)}
        side.due = sorted(newest.values(), key=lambda row: (row.time_ms, row.name))
        if side.due:
            session.outbox.put("state", partial(self._say_rows, session))

    async def _say_known(self, session: Session) -> None:
        await self._send(session, News(knows=self._private.vector()))

    async def _say_rows(self, session: Session) -> None:
        side = session.part(MirrorSide)
        if side.feed_id is None or self._public_of(side.feed_id) is None:
            return  # they stay due until its key is here
        due, side.due = side.due, []
        for rows in cut_rows(due):
            await self._send(session, News(rows=rows))

    async def _send(self, session: Session, news: News) -> None:
        feed_id = session.part(MirrorSide).feed_id
        public = self._public_of(feed_id) if feed_id is not None else None
        if feed_id is None or public is None or feed_id not in self._devices.others():
            return  # it ended meanwhile
        info, plain = box_info(self._identity.feed_id, feed_id), encode_news(news)
        try:
            box = await asyncio.to_thread(self._boxes.seal, public, plain, info)
        except BadSealError:
            return  # what it published is no key
        await session.send(PrivateNews(box))

    def _public_of(self, feed_id: FeedId) -> bytes | None:
        keys = self._devices.keys_of(feed_id)
        return keys.public if keys is not None and keys.suite == BOX_SUITE else None
