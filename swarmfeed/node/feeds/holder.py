"""What a holder says: heads on request, news as they come, receipts for what it keeps."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.limits import (
    AUTHORS_WANTED_MAX,
    CHUNK_ENTRIES,
    FEEDS_HELD_MAX,
    HOLDERS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.limits import FEEDS_ANSWERED_AT_ONCE
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
)
from swarmfeed.errors import DamageError, PassingError, RemoteError
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import BacklogAsked, CertificatesGrew, FellAsleep
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.ports import KnownHolder

logger = structlog.get_logger()

Remembered = Mapping[FeedId, Sequence[KnownHolder]]
"""Holders that are known from before, by feed."""


class HolderSide(Struct):
    """What the holder remembers of a peer."""

    wants: set[AuthorId] = field(default_factory=set)
    """Authors whose news the peer asked for."""
    unanswered: OrderedDict[AuthorId, None] = field(default_factory=OrderedDict)
    """Those among them that it asked for and was told nothing about since: first come first."""
    confirmed: dict[FeedId, int] = field(default_factory=dict)
    """Size we sent a receipt for."""
    announced: dict[FeedId, bool] = field(default_factory=dict)
    """Feeds others were told of that the peer holds, and whether as complete."""
    named: set[NodeId] = field(default_factory=set)
    """Holders that the peer was told of, of any feed."""
    certified: dict[AuthorId, tuple[bytes, ...]] = field(default_factory=dict)
    """Certificates the peer knows of an author, by what was sent either way."""


class Holder:
    """Serves what is on the shelf."""

    def __init__(self, ground: Ground, seeder: Seeder) -> None:
        self._shelf, self._prover = ground.shelf, ground.prover
        self._interests, self._sessions = ground.interests, ground.sessions
        self._index = ground.shells.index
        self._identity = ground.identity
        self._clock = ground.shells.clock
        self._events = ground.events
        self._leisure = ground.leisure
        self._confirming = ground.leisure.each(self._confirm_now)
        self._seeder = seeder
        self._is_passing = ground.settings.is_passing

    async def answer_want(self, session: Session, want: Want) -> None:
        """Send newer heads of the wanted authors, and remember to send news."""
        self._sessions.stay(session)
        for wanted in want.authors:
            self._note_wanted(session, wanted)
            await breathe()

    def on_wake(self, session: Session, message: Wake) -> None:
        """Load a feed's torrents for somebody who is about to fetch, and say so."""
        feed_id = message.feed_id
        if (replica := self._shelf.replica(feed_id)) and self._seeder.wake(feed_id):
            session.outbox.put(("awake", feed_id), partial(self._send_have, session, replica))

    def tell_asleep(self, event: FellAsleep) -> None:
        """Tell who may come for a feed that it has to be woken first."""
        feed_id = event.feed_id
        if (replica := self._shelf.replica(feed_id)) is None:
            return
        for session in self._who_want(self._shelf.author_of(feed_id)):
            session.outbox.put(("awake", feed_id), partial(self._send_have, session, replica))

    def push(self, before: Replica | None, after: Replica) -> bool:
        """Tell everyone who wants the author what is new; the sender knows it already.

        Returns whether there is anybody to be told.
        """
        feed_id, is_told = after.feed_id, False
        for session in self._who_want(self._shelf.author_of(feed_id)):
            if session.knows.get(feed_id, 0) < after.size:
                saying = partial(self._push_to, session, before, after)
                session.outbox.put(("news", feed_id), saying)
                is_told = True
        return is_told

    def confirm(self, feed_id: FeedId) -> None:
        """Send a receipt for the newest head, at leisure, to all who hold or want the feed."""
        self._confirming.put(feed_id)

    def announce_holder(self, author_id: AuthorId, feed_id: FeedId, by: Session) -> None:
        """Tell those who want an author of one more holder: once, and once it is complete.

        Not again as the feed grows: with n followers that would be n * n messages a post.
        Nor of each of a thousand small feeds: see ``_worth_naming``.
        """
        record = self._record(by, feed_id)
        announced = by.part(HolderSide).announced
        if record is None or announced.get(feed_id) in (True, record.complete):
            return
        announced[feed_id] = record.complete
        news = Holders(author_id, feed_id, (record,))
        for each in self._who_want(author_id):
            if each is not by and self._worth_naming(each, feed_id, (record,)):
                each.outbox.put(("holder", feed_id, by.node_id), partial(each.send, news))

    def tell_fork(self, proof: ForkProof) -> None:
        """Pass the proof of a fork on to everyone who wants the author."""
        for each in self._who_want(proof.author_id):
            each.outbox.put(("fork", proof.feed_id), partial(each.send, proof))

    def tell_certificates(self, event: CertificatesGrew) -> None:
        """Tell everyone who wants an author what its certificates say now, and which feeds
        count that did not before."""
        author_id = event.author_id
        for each in self._who_want(author_id):
            saying = partial(self._tell_of_author, each, author_id)
            each.outbox.put(("certificates", author_id), saying)

    async def offer(self, session: Session, replica: Replica) -> None:
        """Say what we hold, and send the newest head with all that goes with it.

        What we hold goes first: whoever gets the head asks for its chunks at once.  Of a feed
        that does not count any more nothing is said: nobody could check it, and whoever tried
        would take us for a liar.
        """
        author_id = self._shelf.author_of(replica.feed_id)
        if author_id is None or not self._shelf.is_certified(replica.feed_id):
            return
        await self._send_have(session, replica)
        try:
            known_size = session.knows.get(replica.feed_id, 0)
            proof = await self._prover.consistency(replica, known_size)
        except (DamageError, PassingError, RemoteError) as error:
            # A gap in our own copy: somebody else has to prove it.
            logger.info("no consistency proof", reason=str(error))
            return
        if not self._shelf.is_certified(replica.feed_id):
            return  # the feed was let go while this waited: nobody is told to fetch it here
        session.knows[replica.feed_id] = replica.size
        await session.send(
            HeadOffer(
                author_id=author_id,
                feed_id=replica.feed_id,
                signed_head=replica.signed_head,
                certificates=self._shelf.certificates(author_id),
                chunk_list=replica.chunk_list,
                tail=replica.tail,
                consistency=proof,
            )
        )

    def known_holders(
        self, asker: Session, feed_id: FeedId, found: Sequence[KnownHolder] | None = None
    ) -> tuple[HolderRecord, ...]:
        """Linked holders first, then remembered ones, if not ``found`` before; never the asker
        or ourselves."""
        records = {}
        for session in self._sessions.all():
            if (record := self._record(session, feed_id)) is not None:
                records[session.node_id] = record
        for each in self._index.holders(feed_id) if found is None else found:
            known = HolderRecord(each.node_id, each.link, each.swarm, each.size, each.complete)
            records.setdefault(each.node_id, known)
        records.pop(asker.node_id, None)
        records.pop(self._identity.node_id, None)
        return tuple(filter(asker.may_know, records.values()))[:HOLDERS_MAX]

    # --- inside ---

    def _confirm_now(self, feed_id: FeedId) -> None:
        if feed_id == self._identity.feed_id or not self._shelf.is_complete(feed_id):
            return
        author_id = self._shelf.author_of(feed_id)
        for session in self._sessions.all():
            if author_id in session.part(HolderSide).wants or feed_id in session.holds:
                saying = partial(self._confirm_to, session, feed_id)
                session.outbox.put_soon(("receipt", feed_id), saying)

    def _note_wanted(self, session: Session, wanted: WantedAuthor) -> None:
        wants, author_id = session.part(HolderSide).wants, wanted.author_id
        if author_id not in wants and len(wants) >= AUTHORS_WANTED_MAX:
            return
        wants.add(author_id)
        named = self._note_known(session, wanted)
        for feed_id in self._shelf.feeds_of(author_id):
            if feed_id not in named:
                session.knows[feed_id] = 0
                self._events.tell(BacklogAsked(session, feed_id))
        session.part(HolderSide).unanswered[author_id] = None
        session.outbox.put(("wants",), partial(self._answer_some, session))

    def _note_known(self, session: Session, wanted: WantedAuthor) -> set[FeedId]:
        """Note how much the asker has of feeds, and of those that may come here: as soon as one
        does, its head would be sent to everybody who has it already.  Returns which it named.
        """
        may_come = self._interests.of(wanted.author_id) is not None
        for each in wanted.feeds:
            is_here = self._shelf.replica(each.feed_id) is not None
            if is_here or (may_come and len(session.knows) < FEEDS_HELD_MAX):
                session.knows[each.feed_id] = each.size
        return {each.feed_id for each in wanted.feeds}

    def _who_want(self, author_id: AuthorId | None) -> list[Session]:
        sessions = self._sessions.all()
        return [each for each in sessions if author_id in each.part(HolderSide).wants]

    async def _answer_some(self, session: Session) -> None:
        """Answer what a peer wants, a few feeds in one go; the rest when it is its turn again.

        Who holds those few is asked of the index at once: one by one it costs four times that.
        """
        unanswered = session.part(HolderSide).unanswered
        chosen, feeds = list[AuthorId](), list[FeedId]()
        while unanswered and max(len(chosen), len(feeds)) < FEEDS_ANSWERED_AT_ONCE:
            chosen.append(unanswered.popitem(last=False)[0])
            feeds += self._shelf.feeds_of(chosen[-1])
        if unanswered:
            session.outbox.put(("wants",), partial(self._answer_some, session))
        are_many = len(feeds) >= FEEDS_ANSWERED_AT_ONCE
        remembered = self._index.holders_by_feed(feeds)
        with self._leisure.serving():
            for author_id in chosen:
                await self._answer_author(session, author_id, remembered, are_many)
                await breathe()

    async def _answer_author(
        self, session: Session, author_id: AuthorId, remembered: Remembered, are_many: bool
    ) -> None:
        feeds = self._shelf.feeds_of(author_id)
        if not feeds:
            await session.send(NotHeld(author_id))
        for feed_id in feeds:
            await breathe()
            if (replica := self._shelf.replica(feed_id)) is None:
                continue  # it was let go meanwhile
            if session.knows.get(feed_id, 0) < replica.size:
                await self.offer(session, replica)
            else:
                await self._send_have(session, replica)
            if self._shelf.replica(feed_id) is None:
                continue  # and while that was sent
            if (fork := self._shelf.fork_proof(feed_id)) is not None:
                await session.send(fork)
            holders = remembered.get(feed_id, ())
            await self._send_holders(session, author_id, feed_id, holders)
            if are_many:  # who waits for their heads does not look at receipts
                self.confirm(feed_id)
            else:
                await self._confirm_to(session, feed_id)
        await self._send_certificates(session, author_id)

    async def _tell_of_author(self, session: Session, author_id: AuthorId) -> None:
        if not self._shelf.has_more_than_joins(author_id):
            return  # a join comes with the first head of its feed, and takes nothing back
        for feed_id in self._shelf.feeds_of(author_id):
            await breathe()
            replica = self._shelf.replica(feed_id)
            if replica is not None and session.knows.get(feed_id, 0) < replica.size:
                await self.offer(session, replica)
        await self._send_certificates(session, author_id)

    async def _send_certificates(self, session: Session, author_id: AuthorId) -> None:
        """Send the certificates of an author, if there are some that no head may carry.

        A join comes with the first head of its feed.  A leave comes when its feed ends, and
        then there may be no newer head ever.
        """
        signed = self._shelf.certificates(author_id)
        certified = session.part(HolderSide).certified
        if certified.get(author_id) == signed:
            return
        if self._shelf.has_more_than_joins(author_id):
            certified[author_id] = signed
            await session.send(Certificates(author_id, signed))

    async def _confirm_to(self, session: Session, feed_id: FeedId) -> None:
        """Send a receipt, once for each head, if every entry under it is on our disk."""
        replica = self._shelf.replica(feed_id)
        if replica is None or feed_id == self._identity.feed_id or self._is_passing:
            return
        confirmed = session.part(HolderSide).confirmed
        if confirmed.get(feed_id, 0) >= replica.size or not self._shelf.is_complete(feed_id):
            return
        confirmed[feed_id] = replica.size
        line = sign_receipt(
            replica.signed_head,
            self._identity.node_id,
            self._clock.now_ms() // 1000,
            self._identity.node_key.sign,
        )
        await session.send(Receipt(feed_id, replica.signed_head, line))

    async def _send_have(self, session: Session, replica: Replica) -> None:
        if self._shelf.replica(replica.feed_id) is None:
            return  # the feed was let go while this waited
        feed_id, size = replica.feed_id, replica.size
        complete, awake = self._shelf.is_complete(feed_id), self._seeder.is_awake(feed_id)
        await session.send(Have(feed_id=feed_id, size=size, complete=complete, awake=awake))

    async def _send_holders(
        self,
        session: Session,
        author_id: AuthorId,
        feed_id: FeedId,
        remembered: Sequence[KnownHolder],
    ) -> None:
        known = self.known_holders(session, feed_id, remembered)
        worth = self._worth_naming(session, feed_id, known)
        if worth or self._has_chunks(feed_id):
            await session.send(Holders(author_id, feed_id, worth))

    async def _push_to(self, session: Session, before: Replica | None, after: Replica) -> None:
        start = session.knows.get(after.feed_id, 0)
        if start >= after.size or self._shelf.replica(after.feed_id) is None:
            return
        recent = self._recent(before, after, start)
        if before is None or not recent:
            await self.offer(session, after)
            return
        session.knows[after.feed_id] = after.size
        if after.chunk_list != before.chunk_list:
            await self._send_have(session, after)
        await session.send(
            NewEntries(
                feed_id=after.feed_id,
                start=start,
                stored=recent,
                signed_head=after.signed_head,
                chunk_list=b"" if after.chunk_list == before.chunk_list else after.chunk_list,
            )
        )

    def _recent(self, before: Replica | None, after: Replica, start: int) -> tuple[bytes, ...]:
        """Entries [start, after.size), if few are new since ``before`` and all are here."""
        if before is None or not before.tail_start <= start or start == 0:
            return ()
        if after.size - start > CHUNK_ENTRIES:
            return ()
        try:
            # From the logs, because an entry that seals a chunk is in no tail any more.
            recent = self._shelf.read_entries(after.feed_id, start, after.size)
        except (DamageError, PassingError):
            return ()
        return recent if len(recent) == after.size - start else ()

    def _worth_naming(
        self, session: Session, feed_id: FeedId, known: tuple[HolderRecord, ...]
    ) -> tuple[HolderRecord, ...]:
        """Holders to tell a peer of: of a feed without chunks, those it was not told of yet.

        Nothing is to be fetched there: who was named once is dialled, and says what it holds.
        """
        named = session.part(HolderSide).named
        if not self._has_chunks(feed_id):
            known = tuple(each for each in known if each.node_id not in named)
        known = tuple(filter(session.may_know, known))
        if session.knows.get(feed_id):  # else it may pass over what it is told of the feed
            named.update(each.node_id for each in known)
        return known

    def _has_chunks(self, feed_id: FeedId) -> bool:
        replica = self._shelf.replica(feed_id)
        return replica is not None and bool(replica.records)

    def _record(self, session: Session, feed_id: FeedId) -> HolderRecord | None:
        holding = session.holds.get(feed_id)
        if holding is None or session.link is None or session.swarm is None:
            return None
        return HolderRecord(
            session.node_id, session.link, session.swarm, holding.size, holding.complete
        )
