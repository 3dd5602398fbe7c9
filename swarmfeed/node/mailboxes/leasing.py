"""Having boxes kept for us: who is asked, who is taken, who is given up.

linked, says "mailboxes" --> mail-lease --> mail-leased: an offer --> chosen --> log
in the log               --> mail-lease again each day        --> renewed, or given up
offered, not chosen      --> mail-lease with an end that is past: never mind
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.limits import MAILBOXES_MAX
from swarmfeed.core.mailboxes.choice import BoxOffer, choose, wanted
from swarmfeed.core.mailboxes.ids import box_of
from swarmfeed.core.mailboxes.limits import (
    ASKED_EVERY_S,
    ASKED_MAX,
    BOX_BYTES,
    KNOWN_ASKED_EVERY_S,
    LEASE_S,
    OFFERS_GATHERED_S,
    RENEWED_AFTER_S,
)
from swarmfeed.core.mailboxes.proof import lease_text, offer_text
from swarmfeed.core.mailboxes.sentences import ASKED, NOT_RECEIVED
from swarmfeed.core.mailboxes.words import MailAnswer, MailLease, MailLeased
from swarmfeed.core.net.domain import domain_of
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.events import LinkClosed, LinkStays, ReceiptCame
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.mailboxes.admission import HISTORY
from swarmfeed.node.mailboxes.own import OwnBoxes

logger = structlog.get_logger()

NAME: Final = "mailboxes"
"""What a node that keeps boxes says of itself in its hello."""


class LeaseSide(Struct):
    """What we asked one holder."""

    asked_s: int = 0
    """When we last asked for a lease; 0: never."""
    waits: bool = False
    """Whether it has still to answer."""
    token_hash: bytes = b""
    """Which token it was told."""


class BoxLeased(Struct, frozen=True):
    """A holder confirmed that it keeps a box for us."""

    session: Session


class Leasing:
    """Sees to it that there are boxes for us; belongs to the node's loop."""

    def __init__(self, ground: Ground, own: OwnBoxes) -> None:
        self._ground = ground
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._own = own
        self._offers: dict[NodeId, FeedId | None] = {}
        """Who offered a box, and which feed they proved to write."""
        self._deciding: asyncio.Task[None] | None = None

    # --- asking ---

    def on_linked(self, event: LinkStays) -> None:
        """Somebody is there who may keep a box, or keeps one."""
        if self._own.receives and self._is_due(event.session, ASKED_EVERY_S):
            self._ask(event.session)

    def on_receipt(self, event: ReceiptCame) -> None:
        """Somebody holds our feed: from now on they know whose machine this is."""
        session = self._sessions.find(event.node_id)
        if session is None or event.feed_id != self._identity.feed_id:
            return
        if self._own.receives and self._is_due(session, KNOWN_ASKED_EVERY_S):
            self._ask(session)

    async def look(self) -> str:
        """Ask whom there is for boxes that lack, and those who keep one to go on."""
        if not self._own.receives:
            return NOT_RECEIVED()
        due = [
            each
            for each in self._sessions.all()
            if each.stays and self._is_due(each, ASKED_EVERY_S)
        ]
        due.sort(key=lambda each: HISTORY not in each.peer.hello.roles)
        for session in due[:ASKED_MAX]:
            self._ask(session)
        if self._offers or any(each.loses() for each in self._own.records().values()):
            self._decide_soon()
        return ASKED(nodes=len(due[:ASKED_MAX]), boxes=len(self._own.records()))

    def token_changed(self) -> None:
        """Who keeps our boxes is to know the new token."""
        for node_id in self._own.records():
            session = self._sessions.find(node_id)
            if session is not None:
                self._ask(session)

    def ask_again(self, session: Session) -> None:
        """A holder does not know our box any more: perhaps it keeps another."""
        self._ask(session)

    def _is_due(self, session: Session, every_s: int) -> bool:
        side, now_s = session.part(LeaseSide), self._own.now_s()
        if side.asked_s and now_s - side.asked_s < every_s:
            return False
        record = self._own.records().get(session.node_id)
        if record is not None:
            with suppress(PassingError):
                is_told = side.token_hash == self._own.token_hash()
                return not is_told or now_s - record.renewed_s >= RENEWED_AFTER_S
        is_wanted = wanted(self._own.records().values(), now_s) > len(self._fit())
        keeps = NAME in session.peer.hello.roles
        return keeps and is_wanted and not self._own.is_shunned(session.node_id)

    def _ask(self, session: Session, *, lasts_s: int = LEASE_S) -> None:
        """Ask for a lease; one that is over at once ends it."""
        side = session.part(LeaseSide)
        side.asked_s, side.waits = self._own.now_s(), lasts_s > 0
        saying = partial(self._say, session, side.asked_s + lasts_s)
        session.outbox.put(("mail-lease",), saying)

    async def _say(self, session: Session, until_s: int) -> None:
        try:
            token_hash = self._own.token_hash()
            terms = token_hash, BOX_BYTES, until_s
            text = lease_text(session.peer.binding, session.node_id, *terms)
            proof = self._identity.feed_key.sign(text)
        except (LockedError, PassingError) as error:
            logger.info("no mailbox is asked for now", reason=str(error))
            return
        session.part(LeaseSide).token_hash = token_hash
        await session.send(
            MailLease(
                feed_id=self._identity.feed_id,
                token_hash=token_hash,
                bytes_max=BOX_BYTES,
                until_s=until_s,
                proof=proof,
            )
        )

    # --- hearing ---

    def on_leased(self, session: Session, said: MailLeased) -> None:
        """A holder answers.  Raises RemoteError when it says whose it is, and is not."""
        side, node_id = session.part(LeaseSide), session.node_id
        if not side.waits or said.box != box_of(self._identity.feed_id, node_id):
            return
        side.waits = False
        record = self._own.records().get(node_id)
        if said.answer == MailAnswer.KEPT:
            if record is None:
                self._offers[node_id] = self._open(session, said)
            else:
                record.renewed_s, record.refuses = self._own.now_s(), False
                self._ground.events.tell(BoxLeased(session))
        elif record is not None:
            logger.info("a mailbox is kept no longer", node=node_id.hex()[:16], why=said.answer)
            record.refuses = True
        if self._offers or (record is not None and record.refuses):
            self._decide_soon()

    def on_gone(self, event: LinkClosed) -> None:
        """A link ended: what was offered over it may not be any more."""
        self._offers.pop(event.session.node_id, None)

    def _open(self, session: Session, said: MailLeased) -> FeedId | None:
        """Return which feed the holder proved to write."""
        if said.feed_id is not None:
            text = offer_text(session.peer.binding, self._identity.node_id)
            verify_signature(said.feed_id, text, said.proof)
        return said.feed_id

    def _fit(self) -> dict[NodeId, BoxOffer]:
        """Offers of history servers, and of whom the person follows, as far as that is known:
        their feeds may still be on their way."""
        found = {}
        for node_id, feed_id in self._offers.items():
            session = self._sessions.find(node_id)
            offer = self._weigh(session, feed_id) if session is not None else None
            if offer is not None and (offer.is_server or offer.is_friend):
                found[node_id] = offer
        return found

    def _weigh(self, session: Session, feed_id: FeedId | None) -> BoxOffer:
        author_id = None
        if feed_id is not None and self._shelf.is_certified(feed_id):
            author_id = self._shelf.author_of(feed_id)
        return BoxOffer(
            node_id=session.node_id,
            is_server=HISTORY in session.peer.hello.roles,
            is_friend=author_id is not None and self._interests.is_read(author_id),
            is_own=author_id == self._identity.author_id,
            network=self._network_of(session.node_id),
        )

    # --- deciding ---

    def _decide_soon(self) -> None:
        if self._deciding is None or self._deciding.done():
            self._deciding = self._ground.beside.spawn(self._decide())

    async def _decide(self) -> None:
        """Choose among all offers that come within a moment, and say so in the log."""
        await asyncio.sleep(OFFERS_GATHERED_S)
        own, offers = self._own, self._fit()
        networks = {each: self._network_of(each) for each in own.records()}
        choice = choose(own.records(), offers.values(), networks, own.now_s())
        if choice.kept != tuple(own.records()):
            try:
                await own.change(choice.kept)
            except (PassingError, UserError) as error:
                logger.info("mailboxes stay as they are", reason=str(error))
                return
        self._never_mind()
        for node_id in choice.kept:
            self._offers.pop(node_id, None)
            session = self._sessions.find(node_id)
            if session is not None and node_id in offers:
                own.records()[node_id].renewed_s = own.now_s()
                self._ground.events.tell(BoxLeased(session))

    def _never_mind(self) -> None:
        """Give back what was offered and is not needed, as soon as no more is."""
        if len(self._own.records()) < MAILBOXES_MAX:
            return
        for node_id in [*self._offers]:
            session = self._sessions.find(node_id)
            if node_id not in self._own.records():
                self._offers.pop(node_id, None)
                if session is not None:
                    self._ask(session, lasts_s=0)

    def _network_of(self, node_id: NodeId) -> str:
        session = self._sessions.find(node_id)
        host = session.proven_host if session is not None else ""
        return domain_of(host) if host else ""
