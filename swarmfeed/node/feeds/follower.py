"""What a follower takes in: heads, live entries, forks; and whom it asks for them.

    want --> Have, HeadOffer, Holders --> tail shown at once --> chunks fetched --> receipt
                NewEntries as they are written ---------------------------------> receipt

A peer that sends something false is shut out (the error goes up to its session); an old or
unwanted message is only passed over.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.limits import UNPROVEN_HEADS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.first_offer import OpenedOffer
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.limits import CERTIFICATE_NEWS_MAX, OPENED_APART_MIN
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.limits import NEW_FEED_WORTH_S
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    HeadOffer,
    NewEntries,
    Receipt,
    Several,
)
from swarmfeed.errors import (
    BadProofError,
    FatalError,
    ForkError,
    PassingError,
    RemoteError,
    RetryError,
    RollbackError,
)
from swarmfeed.node.feeds.asking import Asking
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.holder import Holder, HolderSide
from swarmfeed.node.feeds.whereabouts import Whereabouts
from swarmfeed.node.ground.arrivals import Arrival
from swarmfeed.node.ground.events import (
    CertificatesTold,
    Fatal,
    Forked,
    Strained,
)
from swarmfeed.node.ground.fairness import breathe, earn, on_behalf, wait_apart
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()


class FollowerSide(Struct):
    """What the follower remembers of a peer."""

    certificate_news: dict[AuthorId, int] = field(default_factory=dict)
    """Messages with certificates of an author that the peer sent."""
    unproven: int = 0
    """Newer heads and entries in a row that did not follow on what we have."""


class Follower:
    """Keeps feeds of interest up to date."""

    def __init__(
        self,
        ground: Ground,
        asking: Asking,
        holder: Holder,
        fetcher: Fetcher,
        whereabouts: Whereabouts,
        grower: Grower,
    ) -> None:
        self._is_online = ground.settings.network
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._landing = ground.landing
        self._verifier = ground.shells.verifier
        self._indexer = ground.indexer
        self._leisure = ground.leisure
        self._beside = ground.beside
        self._sessions = ground.sessions
        self._interests = ground.interests
        self._events = ground.events
        self._asking = asking
        self._holder = holder
        self._fetcher = fetcher
        self._whereabouts = whereabouts
        self._grower = grower

    # --- taking in ---

    async def on_offer(self, session: Session, offer: HeadOffer) -> None:
        """Take a head in.  Raises RemoteError when it is false."""
        if self._interests.of(offer.author_id) is None:
            return
        self._heed(offer.feed_id, offer.signed_head)
        known = self._shelf.replica(offer.feed_id)
        if known is not None and self._says_nothing_new(known, offer):
            session.knows[offer.feed_id] = known.size
            return
        opened = await self._shelf.open_certificates(offer.author_id, offer.certificates)
        await self._landing.settled(offer.feed_id)
        before = self._shelf.replica(offer.feed_id)
        try:
            with self._noting_certificates(session, offer.author_id):
                after = self._shelf.accept_offer(offer, opened)
        except RollbackError as error:
            logger.debug("head passed over", reason=str(error))
            return
        except PassingError:
            raise  # our own fault, not the peer's: it is asked again when that is over
        except RetryError as error:
            logger.debug("head asked for again", reason=str(error))
            _doubt(session)
            self._asking.ask_again(session, offer.author_id, offer.feed_id)
            return
        except ForkError:
            self._tell_fork(offer.feed_id)
            return
        await self._took(session, before, after)

    async def look_at(self, told: Several) -> Sequence[OpenedOffer | None]:
        """Have heads of new feeds verified elsewhere, where they are many; return what is true
        of each, and None where that is to be seen here."""
        found: list[OpenedOffer | None] = [None] * len(told.heads)
        new = [at for at, each in enumerate(told.heads) if self._is_new(each)]
        if len(new) >= OPENED_APART_MIN:
            first = [told.heads[at].as_first for at in new]
            opened = await wait_apart(lambda: self._verifier.open_first(first))
            for at, each in zip(new, opened, strict=True):
                found[at] = each
        return found

    async def on_several(
        self, session: Session, told: Several, found: Sequence[OpenedOffer | None]
    ) -> None:
        """Hear answers about several feeds, one after the other; new feeds are kept together.

        ``found`` is what is true of each head.  Raises RemoteError when one is false; what came
        before it is kept.
        """
        for have in told.haves:
            self._whereabouts.on_have(session, have)
            await breathe()
        await self._take_heads(session, told.heads, found)
        for holders in told.holders:
            self._whereabouts.on_holders(session, holders)
        if told.receipts:
            self._leisure.put_for(session, lambda: self._hear_receipts(session, told.receipts))
        for nothing in told.not_held:
            self._whereabouts.on_not_held(session, nothing)

    async def _hear_receipts(self, session: Session, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            self.on_receipt(session, receipt)
            await breathe()

    async def _take_heads(
        self,
        session: Session,
        offers: Sequence[HeadOffer],
        found: Sequence[OpenedOffer | None],
    ) -> None:
        arrivals: dict[FeedId, Arrival] = {}
        again: list[HeadOffer] = []
        try:
            for offer, opened in zip(offers, found, strict=True):
                if offer.feed_id in arrivals:
                    again.append(offer)  # newer, older, or a fork: after the first is kept
                else:
                    await self._take_head(session, offer, opened, arrivals)
                await breathe()
        except RemoteError:
            await self._keep(session, list(arrivals.values()))
            raise
        others = await self._keep(session, list(arrivals.values()))
        # Of the others another peer was quicker.
        for offer in (*(each.offer for each in others), *again):
            await self.on_offer(session, offer)

    def _is_new(self, offer: HeadOffer) -> bool:
        is_here = self._shelf.replica(offer.feed_id) is not None
        return not is_here and self._interests.of(offer.author_id) is not None

    async def _take_head(
        self,
        session: Session,
        offer: HeadOffer,
        opened: OpenedOffer | None,
        arrivals: dict[FeedId, Arrival],
    ) -> None:
        """Take a head in, or verify that of a new feed.  One that this machine refuses keeps
        none of the others out; it is asked for again later."""
        try:
            if self._shelf.replica(offer.feed_id) is not None:
                await self.on_offer(session, offer)
            elif self._interests.of(offer.author_id) is not None:
                await self._open_arrival(offer, opened, arrivals)
        except PassingError as error:
            self._events.tell(Strained(error))

    async def _open_arrival(
        self, offer: HeadOffer, found: OpenedOffer | None, arrivals: dict[FeedId, Arrival]
    ) -> None:
        self._heed(offer.feed_id, offer.signed_head)
        if found is not None:
            opened, replica = found.certificates, found.replica
        else:
            author_id, signed = offer.author_id, offer.certificates
            opened, replica = await self._shelf.open_certificates(author_id, signed), None
        try:
            arrivals[offer.feed_id] = self._shelf.open_arrival(offer, opened, replica)
        except RollbackError as error:
            logger.debug("head passed over", reason=str(error))

    async def _keep(self, session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Keep feeds and go on with them, whatever becomes of the link meanwhile.

        Returns those that somebody else brought.
        """
        keeping = self._beside.spawn(on_behalf(lambda: self._keep_now(session, arrivals)))
        return await asyncio.shield(keeping)

    async def _keep_now(self, session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
        authors = {each.offer.author_id for each in arrivals}
        known = {each: self._shelf.certificates(each) for each in authors}
        try:
            kept = await self._landing.keep(arrivals)
        except PassingError as error:
            self._events.tell(Strained(error))
            return []
        except FatalError as error:
            self._events.tell(Fatal(error))
            return []
        for author_id, before in known.items():
            if self._shelf.certificates(author_id) != before:
                self._events.tell(CertificatesTold(session, author_id))
        with self._indexer.adding():
            for each in arrivals:
                if each.replica.feed_id in kept:
                    await self._took(session, None, each.replica)
                    await breathe()
        return [each for each in arrivals if each.replica.feed_id not in kept]

    async def _took(self, session: Session, before: Replica | None, after: Replica) -> None:
        """Go on with a head that a peer sent, and that is on disk."""
        session.knows[after.feed_id] = after.size
        self._whereabouts.note_head(session, after)
        session.part(FollowerSide).unproven = 0
        if before is None:
            self._whereabouts.note_holder(session, after.feed_id)
            earn(NEW_FEED_WORTH_S)
        await self._grower.grew(before, after)

    def on_more_certificates(self, event: CertificatesTold) -> None:
        """Want an author again of whom a feed counts that we have nothing of: it may have been
        passed over when it was offered, before it was known to count."""
        author_id = event.author_id
        if self._interests.of(author_id) is None:
            return
        feeds = self._shelf.certified(author_id).feeds
        if any(each.end != 0 and self._shelf.replica(each.feed_id) is None for each in feeds):
            self._asking.ask_all([author_id])

    async def on_certificates(self, session: Session, told: Certificates) -> None:
        """Take certificates in.  Raises RemoteError when one is false."""
        author_id = told.author_id
        if self._interests.of(author_id) is None or not self._shelf.feeds_of(author_id):
            return  # an author's first head brings all certificates along
        news = session.part(FollowerSide).certificate_news
        heard = news.get(author_id, 0)
        if heard >= CERTIFICATE_NEWS_MAX:
            return
        news[author_id] = heard + 1
        opened = await self._shelf.open_certificates(author_id, told.signed)
        with self._noting_certificates(session, author_id):
            self._shelf.accept_certificates(told, opened)
        known = self._shelf.certificates(author_id)
        if set(known) <= set(told.signed):
            session.part(HolderSide).certified[author_id] = known

    async def on_entries(self, session: Session, pushed: NewEntries) -> None:
        """Take live entries in.  Raises RemoteError when they are false."""
        await self._landing.settled(pushed.feed_id)
        author_id = self._shelf.author_of(pushed.feed_id)
        if author_id is None or self._interests.of(author_id) is None:
            return
        self._heed(pushed.feed_id, pushed.signed_head)
        known = self._shelf.replica(pushed.feed_id)
        if known is not None and pushed.start > known.size:
            self._asking.ask_again(session, author_id, pushed.feed_id)
            return
        try:
            before, after = self._shelf.accept_entries(pushed)
        except RollbackError as error:
            logger.debug("entries passed over", reason=str(error))
            return
        except PassingError:
            raise
        except RetryError as error:
            logger.debug("head asked for instead", reason=str(error))
            _doubt(session)
            self._asking.ask_again(session, author_id, pushed.feed_id)
            return
        except ForkError:
            self._tell_fork(pushed.feed_id)
            return
        session.knows[pushed.feed_id] = after.size
        self._whereabouts.note_head(session, after)
        session.part(FollowerSide).unproven = 0
        await self._grower.grew(before, after)

    def on_receipt(self, session: Session, receipt: Receipt) -> None:
        """Count a confirmed head, unless it proves that its author has signed two histories."""
        proof = self._contradiction(receipt)
        if proof is None:
            self._whereabouts.on_receipt(session, receipt)
        else:
            self.on_fork(session, proof)

    def on_fork(self, _: Session, proof: ForkProof) -> None:
        """Take the proof of a fork in.  Raises RemoteError when it proves nothing."""
        if self._shelf.accept_fork(proof):
            self._tell_fork(proof.feed_id)

    def _tell_fork(self, feed_id: FeedId) -> None:
        """Stop a feed at its fork, and pass the proof on."""
        proof = self._shelf.fork_proof(feed_id)
        if proof is None:
            return
        logger.warning("feed is forked", feed=feed_id.hex()[:16])
        self._fetcher.forget(feed_id)
        self._holder.tell_fork(proof)
        self._events.tell(Forked(feed_id))

    # --- inside ---

    def _says_nothing_new(self, known: Replica, offer: HeadOffer) -> bool:
        """Whether all of an offer is here: several holders may send the same."""
        opened = self._shelf.opened(offer.author_id)
        is_same = known.signed_head == offer.signed_head
        return is_same and all(each in opened for each in offer.certificates)

    @contextmanager
    def _noting_certificates(self, session: Session, author_id: AuthorId) -> Iterator[None]:
        """Tell who brought certificates that are news, whatever becomes of the head they are
        with."""
        before = self._shelf.certificates(author_id)
        try:
            yield
        finally:
            if self._shelf.certificates(author_id) != before:
                self._events.tell(CertificatesTold(session, author_id))

    def _contradiction(self, receipt: Receipt) -> ForkProof | None:
        feed_id = receipt.feed_id
        known, author_id = self._shelf.replica(feed_id), self._shelf.author_of(feed_id)
        if known is None or author_id is None or receipt.signed_head == known.signed_head:
            return None
        head = open_head(receipt.signed_head, feed_id)
        if head.size != known.size or head.root == known.head.root:
            return None
        return ForkProof(author_id, feed_id, known.signed_head, receipt.signed_head, ())

    def _heed(self, feed_id: FeedId, signed_head: bytes) -> None:
        """Of our own feed a larger head than we signed counts at once, whatever it lacks."""
        if feed_id == self._identity.feed_id:
            self._pen.heard_of(open_head(signed_head, feed_id).size)


def _doubt(session: Session) -> None:
    """Note that a peer sent something that does not follow on what we have.

    Raises:
        BadProofError: It was one time too many, with nothing in between that did.
    """
    side = session.part(FollowerSide)
    side.unproven += 1
    if side.unproven > UNPROVEN_HEADS_MAX:
        raise BadProofError("many heads that nothing proves")
