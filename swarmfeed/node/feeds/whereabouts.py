"""Who holds what: what peers say of themselves and of others, and what they confirm.

First-hand word (``have``, ``receipt``, a head that was sent) counts before hearsay
(``holders``), and nothing of it is trusted: it only says whom to dial and whom to ask.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.limits import FEEDS_HELD_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.head import Head, open_head, open_receipt
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import Have, HolderRecord, Holders, NotHeld, Receipt
from swarmfeed.errors import BadSignatureError
from swarmfeed.node.feeds.fetcher import Fetcher, FetcherSide
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.ground.events import HoldingTold, NothingHeld, ReceiptCame
from swarmfeed.node.ground.fairness import on_behalf
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Holding, Session
from swarmfeed.ports import KnownHolder


class WhereaboutsSide(Struct):
    """What is remembered of a peer that says who holds what."""

    meeting: set[FeedId] = field(default_factory=set)
    """Feeds whose holders, as the peer named them, are being dialled."""
    receipts: dict[FeedId, int] = field(default_factory=dict)
    """Size of the newest head the peer sent a receipt for."""


class Whereabouts:
    """Learns who holds what, and dials them."""

    def __init__(self, ground: Ground, holder: Holder, fetcher: Fetcher) -> None:
        self._shelf = ground.shelf
        self._pen = ground.pen
        self._sessions = ground.sessions
        self._indexer = ground.indexer
        self._index = ground.shells.index
        self._interests = ground.interests
        self._identity = ground.identity
        self._clock = ground.shells.clock
        self._events = ground.events
        self._beside = ground.beside
        self._holder = holder
        self._fetcher = fetcher

    def on_have(self, session: Session, have: Have) -> None:
        feed_id, before = have.feed_id, session.holds.get(have.feed_id)
        holding = Holding(have.size, have.complete, have.awake)
        if not have.awake:
            session.part(FetcherSide).woken.discard(feed_id)
        if before == holding or (before is None and len(session.holds) >= FEEDS_HELD_MAX):
            return
        session.holds[feed_id] = holding
        self._events.tell(HoldingTold(session, feed_id))
        # Of a feed we do not know yet this is said before its head: see Follower.on_offer.
        if self._shelf.author_of(feed_id) is not None:
            self.note_holder(session, feed_id)

    def on_not_held(self, session: Session, message: NotHeld) -> None:
        """A peer holds nothing of an author: also what it said it held before."""
        for feed_id in self._shelf.feeds_of(message.author_id):
            session.holds.pop(feed_id, None)
        self._events.tell(NothingHeld(session, message.author_id))

    def note_holder(self, session: Session, feed_id: FeedId) -> None:
        """Remember a holder of a feed that we know, tell others, and fetch from it."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or feed_id not in session.holds:
            return
        self._holder.announce_holder(author_id, feed_id, session)
        self._fetcher.found(feed_id)
        self._remember_holder(session, feed_id)

    def on_holders(self, session: Session, message: Holders) -> None:
        """Dial holders of an author we care about, then let the fetch begin.

        Only of feeds that are that author's, and one list of a feed at a time from one peer:
        a flood of lists has no effect.
        """
        feed_id, meeting = message.feed_id, session.part(WhereaboutsSide).meeting
        is_wanted = self._interests.of(message.author_id) is not None
        is_theirs = self._shelf.author_of(feed_id) == message.author_id
        if not is_wanted or not is_theirs or feed_id in meeting:
            return
        records = [
            each
            for each in message.holders
            if each.node_id != self._identity.node_id
            and self._sessions.find(each.node_id) is None
        ]
        if not records:
            self._fetcher.gathered(feed_id)
            return
        meeting.add(feed_id)
        self._beside.spawn(on_behalf(lambda: self._meet(session, feed_id, records)))

    async def _meet(
        self, session: Session, feed_id: FeedId, records: Sequence[HolderRecord]
    ) -> None:
        try:
            self._indexer.note_soon(
                ("hearsay", feed_id, session.node_id),
                partial(self._remember_hearsay, feed_id, records),
            )
            if await self._sessions.dial_told(each.link for each in records) == 0:
                self._fetcher.gathered(feed_id)
        finally:
            session.part(WhereaboutsSide).meeting.discard(feed_id)

    def _remember_hearsay(self, feed_id: FeedId, records: Iterable[HolderRecord]) -> None:
        """Remember holders that others named: behind all that told us themselves.

        They never take the place of what is known first hand, so a peer cannot make us forget
        true holders by naming false ones.  Runs where the index is written.
        """
        known = {each.node_id for each in self._index.holders(feed_id)}
        for each in records:
            if each.node_id not in known:
                told = (each.node_id, each.link, each.swarm, each.size, each.complete)
                self._index.save_holder(feed_id, KnownHolder(*told, 0))

    def note_head(self, session: Session, after: Replica) -> None:
        """Who sends a head holds it: from now on the peer is a source up to its size."""
        before = session.holds.get(after.feed_id)
        if before is None:
            session.holds[after.feed_id] = Holding(after.size, complete=False)
        elif before.size < after.size:
            session.holds[after.feed_id] = replace(before, size=after.size)
        self._events.tell(HoldingTold(session, after.feed_id))

    def on_receipt(self, session: Session, receipt: Receipt) -> None:
        """A peer confirms that it holds all entries of a head."""
        feed_id = receipt.feed_id
        is_own = feed_id == self._identity.feed_id
        if self._shelf.replica(feed_id) is None and not is_own:
            return
        head = self._open_head(receipt.signed_head, feed_id)
        opened = open_receipt(receipt.signed_head, receipt.cosignature)
        if opened.node_id != session.node_id:
            raise BadSignatureError("a receipt of another node")
        receipts = session.part(WhereaboutsSide).receipts
        if head.size <= receipts.get(feed_id, 0):
            return
        receipts[feed_id] = head.size
        if is_own:
            self._pen.heard_of(head.size)
        session.knows[feed_id] = max(head.size, session.knows.get(feed_id, 0))
        before = session.holds.get(feed_id)
        awake = before is None or before.awake
        have = Have(feed_id=feed_id, size=head.size, complete=True, awake=awake)
        self.on_have(session, have)
        said = (feed_id, opened.node_id, head.size)
        self._indexer.note_soon(
            ("receipt", feed_id, opened.node_id),
            partial(self._index.save_receipt, *said, opened.time_s),
            partial(self._events.tell, ReceiptCame(*said)),
        )

    def _open_head(self, signed_head: bytes, feed_id: FeedId) -> Head:
        """Verify a head, unless it is the one we have."""
        known = self._shelf.replica(feed_id)
        is_ours = known is not None and known.signed_head == signed_head
        return known.head if known and is_ours else open_head(signed_head, feed_id)

    def _remember_holder(self, session: Session, feed_id: FeedId) -> None:
        holding = session.holds[feed_id]
        if session.link is None or session.swarm is None:
            return
        known = KnownHolder(
            session.node_id,
            session.link,
            session.swarm,
            holding.size,
            holding.complete,
            self._clock.now_ms(),
        )
        self._indexer.note_soon(
            ("holder", feed_id, session.node_id),
            partial(self._index.save_holder, feed_id, known),
        )
