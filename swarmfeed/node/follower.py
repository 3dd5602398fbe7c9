"""What a follower takes in: heads, live entries, holders, receipts, forks.

    want --> Have, HeadOffer, Holders --> tail shown at once --> chunks fetched --> receipt
                NewEntries as they are written ---------------------------------> receipt

A peer that sends something false is shut out (the error goes up to its session); an old or
unwanted message is only passed over.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial

import structlog

from swarmfeed.core.feed import Replica
from swarmfeed.core.head import open_head, open_receipt
from swarmfeed.core.limits import (
    AUTHORS_PER_WANT_MAX,
    CHUNK_ENTRIES,
    FEEDS_HELD_MAX,
    UNPROVEN_HEADS_MAX,
)
from swarmfeed.core.messages import (
    AskHolders,
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    Message,
    NewEntries,
    NotHeld,
    Receipt,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.core.types import AuthorId, FeedId
from swarmfeed.errors import (
    BadProofError,
    BadSignatureError,
    DamageError,
    ForkError,
    RetryError,
    RollbackError,
)
from swarmfeed.node.changes import Changes
from swarmfeed.node.fetcher import Fetcher
from swarmfeed.node.holder import Holder
from swarmfeed.node.identity import Identity
from swarmfeed.node.indexer import Indexer
from swarmfeed.node.interests import Interests
from swarmfeed.node.sessions import Holding, Session, Sessions
from swarmfeed.node.shelf import Shelf
from swarmfeed.ports import Clock, Index, KnownHolder

logger = structlog.get_logger()


class Follower:
    """Keeps feeds of interest up to date."""

    def __init__(
        self,
        shelf: Shelf,
        sessions: Sessions,
        holder: Holder,
        fetcher: Fetcher,
        indexer: Indexer,
        index: Index,
        interests: Interests,
        identity: Identity,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._shelf = shelf
        self._sessions = sessions
        self._holder = holder
        self._fetcher = fetcher
        self._indexer = indexer
        self._index = index
        self._interests = interests
        self._identity = identity
        self._changes = changes
        self._clock = clock
        self._beside: set[asyncio.Task[None]] = set()
        self.on_replica: Callable[[Replica | None, Replica], None] | None = None
        """Told of each newer replica of somebody's feed."""

    # --- asking ---

    def ask(self, session: Session, author_ids: Iterable[AuthorId]) -> None:
        """Want these authors from one peer."""
        authors = tuple(author_ids)
        session.outbox.put(("ask", authors), partial(self._send_wants, session, authors))

    def ask_all(self, author_ids: Iterable[AuthorId]) -> None:
        """Want these authors from every peer."""
        authors = tuple(author_ids)
        for session in self._sessions.all():
            self.ask(session, authors)

    async def on_open(self, session: Session) -> None:
        if session.link is not None and session.peer.outgoing:
            link, now_ms = session.link, self._clock.now_ms()
            await self._indexer.run_in_thread(
                lambda: self._index.save_peer(link, seen_at_ms=now_ms)
            )
        self.ask(session, self._interests.all())
        self._changes.tell("status", peers=len(self._sessions.all()))

    async def _send_wants(self, session: Session, authors: Sequence[AuthorId]) -> None:
        for at in range(0, len(authors), AUTHORS_PER_WANT_MAX):
            batch = authors[at : at + AUTHORS_PER_WANT_MAX]
            wanted = [WantedAuthor(each, self._wanted_feeds(each)) for each in batch]
            for author in wanted:
                session.asked.update((each.feed_id, each.size) for each in author.feeds)
            await session.send(Want(tuple(wanted)))

    # --- taking in ---

    async def on_message(self, session: Session, message: Message) -> None:  # a table of cases
        """Handle one message.  Raises RemoteError when the peer broke the rules."""
        match message:
            case Want():
                self._holder.answer_want(session, message)
            case HeadOffer():
                await self._on_offer(session, message)
            case NewEntries():
                await self._on_entries(session, message)
            case Have():
                await self._on_have(session, message)
            case Holders():
                self._on_holders(session, message)
            case Receipt():
                await self._on_receipt(session, message)
            case ForkProof():
                self._on_fork(message)
            case AskHolders():
                self._holder.answer_holders(session, message.author_id)
            case NotHeld():
                logger.debug("not held there", author=message.author_id.hex()[:16])

    async def _on_offer(self, session: Session, offer: HeadOffer) -> None:
        if self._interests.of(offer.author_id) is None:
            return
        before = self._shelf.replica(offer.feed_id)
        try:
            after = self._shelf.accept_offer(offer)
        except RollbackError as error:
            logger.debug("head passed over", reason=str(error))
            return
        except RetryError as error:
            logger.debug("head asked for again", reason=str(error))
            _doubt(session)
            self._ask_again(session, offer.author_id, offer.feed_id)
            return
        except ForkError:
            self._tell_fork(offer.feed_id)
            return
        session.knows[offer.feed_id] = after.size
        _note_size(session, after)
        session.unproven = 0
        if before is None:
            await self._note_holder(session, offer.feed_id)
        await self.advanced(before, after)

    async def _on_entries(self, session: Session, pushed: NewEntries) -> None:
        author_id = self._shelf.author_of(pushed.feed_id)
        if author_id is None or self._interests.of(author_id) is None:
            return
        known = self._shelf.replica(pushed.feed_id)
        if known is not None and pushed.start > known.size:
            self._ask_again(session, author_id, pushed.feed_id)
            return
        try:
            before, after = self._shelf.accept_entries(pushed)
        except RollbackError as error:
            logger.debug("entries passed over", reason=str(error))
            return
        except RetryError as error:
            logger.debug("head asked for instead", reason=str(error))
            _doubt(session)
            self._ask_again(session, author_id, pushed.feed_id)
            return
        except ForkError:
            self._tell_fork(pushed.feed_id)
            return
        session.knows[pushed.feed_id] = after.size
        _note_size(session, after)
        session.unproven = 0
        await self.advanced(before, after)

    async def advanced(self, before: Replica | None, after: Replica) -> None:
        """A newer replica is on disk: show it, pass it on, fetch the rest, confirm it."""
        feed_id = after.feed_id
        author_id = self._shelf.author_of(feed_id)
        assert author_id is not None, "every replica on the shelf has an author"
        if self.on_replica is not None:
            self.on_replica(before, after)
        self._holder.push(before, after)
        if self._interests.is_read(author_id):
            await self._index_new(author_id, before, after)
            if self._shelf.is_complete(feed_id):
                self._fetcher.forget(feed_id)
            else:
                self._fetcher.want(feed_id)
        self._holder.confirm(feed_id)

    async def _index_new(
        self, author_id: AuthorId, before: Replica | None, after: Replica
    ) -> None:
        """Index the newest entries at once, and chunks that we made ourselves."""
        feed_id = after.feed_id
        if before is None:
            await self._indexer.run_in_thread(
                lambda: self._index.reserve(feed_id, author_id, after.size)
            )
        start = max(after.tail_start, before.size if before else 0)
        if before is not None and before.size < after.tail_start:
            if self._is_held_small(before.size, after):
                start = before.size  # the entry that seals a chunk is as new as any other
            else:
                self._index_made_here(author_id, before, after)
        if start < after.size:
            try:
                await self._indexer.index_now(feed_id, author_id, start, after.size)
            except DamageError as error:
                # A newer head came in between, and sealed them in a chunk that is on its way.
                logger.debug("entries not indexed yet", reason=str(error))

    def _is_held_small(self, start: int, after: Replica) -> bool:
        """Whether [start, after.size) is on disk, and few enough to wait for."""
        ranges = self._shelf.held_ranges(after.feed_id)
        return after.size - start <= CHUNK_ENTRIES and any(
            first <= start and after.tail_start <= end for first, end in ranges
        )

    def _index_made_here(self, author_id: AuthorId, before: Replica, after: Replica) -> None:
        for first, end in self._shelf.held_ranges(after.feed_id):
            if before.size < end <= after.tail_start:
                self._indexer.add(after.feed_id, author_id, max(first, before.size), end)

    async def _on_have(self, session: Session, have: Have) -> None:
        feed_id, before = have.feed_id, session.holds.get(have.feed_id)
        holding = Holding(have.size, have.complete)
        if before == holding or (before is None and len(session.holds) >= FEEDS_HELD_MAX):
            return
        session.holds[feed_id] = holding
        # Of a feed we do not know yet this is said before its first head: see _on_offer.
        if self._shelf.author_of(feed_id) is not None:
            await self._note_holder(session, feed_id)

    async def _note_holder(self, session: Session, feed_id: FeedId) -> None:
        """Remember a holder of a feed that we know, tell others, and fetch from it."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or feed_id not in session.holds:
            return
        self._holder.announce_holder(author_id, feed_id, session)
        self._fetcher.plan()
        await self._remember_holder(session, feed_id)

    def _on_holders(self, session: Session, message: Holders) -> None:
        """Dial holders of an author we care about, then let the fetch begin.

        Only of feeds that are that author's, and one list of a feed at a time from one peer:
        a flood of lists has no effect.
        """
        feed_id = message.feed_id
        is_wanted = self._interests.of(message.author_id) is not None
        is_theirs = self._shelf.author_of(feed_id) == message.author_id
        if not is_wanted or not is_theirs or feed_id in session.meeting:
            return
        records = [
            each
            for each in message.holders
            if each.node_id != self._identity.node_id
            and self._sessions.find(each.node_id) is None
        ]
        session.meeting.add(feed_id)
        self.spawn(self._meet(session, feed_id, records))

    async def _meet(
        self, session: Session, feed_id: FeedId, records: Sequence[HolderRecord]
    ) -> None:
        try:
            await self._remember_hearsay(feed_id, records)
            if await self._sessions.dial_some(each.link for each in records) == 0:
                self._fetcher.gathered(feed_id)
        finally:
            session.meeting.discard(feed_id)

    async def _remember_hearsay(self, feed_id: FeedId, records: Iterable[HolderRecord]) -> None:
        """Remember holders that others named: behind all that told us themselves.

        They never take the place of what is known first hand, so a peer cannot make us forget
        true holders by naming false ones.
        """
        known = {each.node_id for each in self._index.holders(feed_id)}
        new = [
            KnownHolder(each.node_id, each.link, each.swarm, each.size, each.complete, 0)
            for each in records
            if each.node_id not in known
        ]

        def save() -> None:
            for each in new:
                self._index.save_holder(feed_id, each)

        if new:
            await self._indexer.run_in_thread(save)

    async def _on_receipt(self, session: Session, receipt: Receipt) -> None:
        """A peer confirms that it holds all entries of a head."""
        feed_id = receipt.feed_id
        if self._shelf.replica(feed_id) is None:
            return
        head = open_head(receipt.signed_head, feed_id)
        opened = open_receipt(receipt.signed_head, receipt.cosignature)
        if opened.node_id != session.node_id:
            raise BadSignatureError("a receipt of another node")
        if head.size <= session.receipts.get(feed_id, 0):
            return
        session.receipts[feed_id] = head.size
        session.knows[feed_id] = max(head.size, session.knows.get(feed_id, 0))
        await self._on_have(session, Have(feed_id=feed_id, size=head.size, complete=True))
        await self._indexer.run_in_thread(
            lambda: self._index.save_receipt(feed_id, opened.node_id, head.size, opened.time_s)
        )
        if feed_id == self._identity.feed_id:
            self._changes.tell("receipt", size=head.size)

    def _on_fork(self, proof: ForkProof) -> None:
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
        self._changes.tell("status", forked=1)

    # --- inside ---

    def _ask_again(self, session: Session, author_id: AuthorId, feed_id: FeedId) -> None:
        """Ask for news from the size we have now, unless we just did."""
        known = self._shelf.replica(feed_id)
        if known is not None and session.asked.get(feed_id) != known.size:
            self.ask(session, [author_id])

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside, and keep hold of it until it ends."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def stop(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _wanted_feeds(self, author_id: AuthorId) -> tuple[WantedFeed, ...]:
        found = []
        for feed_id in self._shelf.feeds_of(author_id):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                found.append(WantedFeed(feed_id, replica.size))
        return tuple(found)

    async def _remember_holder(self, session: Session, feed_id: FeedId) -> None:
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
        await self._indexer.run_in_thread(lambda: self._index.save_holder(feed_id, known))


def _note_size(session: Session, after: Replica) -> None:
    """Who sends a head holds it: from now on the peer is a source up to its size."""
    before = session.holds.get(after.feed_id)
    complete = before is not None and before.complete
    if before is None or before.size < after.size:
        session.holds[after.feed_id] = Holding(after.size, complete)


def _doubt(session: Session) -> None:
    """Note that a peer sent something that does not follow on what we have.

    Raises:
        BadProofError: It was one time too many, with nothing in between that did.
    """
    session.unproven += 1
    if session.unproven > UNPROVEN_HEADS_MAX:
        raise BadProofError("many heads that nothing proves")
