"""What a follower takes in: heads, live entries, forks; and whom it asks for them.

    want --> Have, HeadOffer, Holders --> tail shown at once --> chunks fetched --> receipt
                NewEntries as they are written ---------------------------------> receipt

A peer that sends something false is shut out (the error goes up to its session); an old or
unwanted message is only passed over.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import structlog

from swarmfeed.core.base.limits import (
    AUTHORS_PER_WANT_MAX,
    CERTIFICATE_NEWS_MAX,
    CHUNK_ENTRIES,
    UNPROVEN_HEADS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Have,
    HeadOffer,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.errors import (
    BadProofError,
    DamageError,
    ForkError,
    RetryError,
    RollbackError,
)
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.feeds.whereabouts import Whereabouts
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.sessions import Session, Sessions
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Clock, Index

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
        whereabouts: Whereabouts,
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
        self._whereabouts = whereabouts
        self._changes = changes
        self._clock = clock
        self.on_replica: Callable[[Replica | None, Replica], None] | None = None
        """Told of each newer replica of somebody's feed."""
        self.on_complete: Callable[[FeedId], None] = _nothing
        """Told when all of a feed is here with its newest head."""
        self.on_other: Callable[[Session, Message], None] = _nothing
        """Takes messages that are not about following or holding."""
        self.may_fetch: Callable[[FeedId], bool] = _always
        """Whether chunks of a feed that is kept whole may be fetched."""

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

    async def on_message(  # noqa: C901, PLR0912  # a table
        self, session: Session, message: Message
    ) -> None:
        """Handle one message.  Raises RemoteError when the peer broke the rules."""
        match message:
            case Want():
                self._holder.answer_want(session, message)
            case HeadOffer():
                await self._on_offer(session, message)
            case Certificates():
                self._on_certificates(session, message)
            case NewEntries():
                await self._on_entries(session, message)
            case Have():
                await self._whereabouts.on_have(session, message)
            case Holders():
                self._whereabouts.on_holders(session, message)
            case Receipt():
                await self._whereabouts.on_receipt(session, message)
            case ForkProof():
                self._on_fork(message)
            case NotHeld():
                logger.debug("not held there", author=message.author_id.hex()[:16])
            case Wake():
                self._holder.wake(session, message.feed_id)
            case _:
                self.on_other(session, message)

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
        self._whereabouts.note_head(session, after)
        session.unproven = 0
        if before is None:
            await self._whereabouts.note_holder(session, offer.feed_id)
        await self.advanced(before, after)

    def _on_certificates(self, session: Session, told: Certificates) -> None:
        author_id = told.author_id
        if self._interests.of(author_id) is None or not self._shelf.feeds_of(author_id):
            return  # an author's first head brings all certificates along
        heard = session.certificate_news.get(author_id, 0)
        if heard >= CERTIFICATE_NEWS_MAX:
            return
        session.certificate_news[author_id] = heard + 1
        self._shelf.accept_certificates(told)
        known = self._shelf.certificates(author_id)
        if set(known) <= set(told.signed):
            session.certified[author_id] = known

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
        self._whereabouts.note_head(session, after)
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
        if self._interests.is_kept_whole(author_id):
            self._complete(feed_id)
        self._holder.confirm(feed_id)

    def _complete(self, feed_id: FeedId) -> None:
        """Fetch what is missing of a feed that is kept whole."""
        if self._shelf.is_complete(feed_id):
            self._fetcher.forget(feed_id)
            self.on_complete(feed_id)
        elif self.may_fetch(feed_id):
            self._fetcher.want(feed_id)

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

    def _wanted_feeds(self, author_id: AuthorId) -> tuple[WantedFeed, ...]:
        found = []
        for feed_id in self._shelf.feeds_of(author_id):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                found.append(WantedFeed(feed_id, replica.size))
        return tuple(found)


def _nothing(*_: object) -> None:
    """Nobody listens."""


def _always(_: FeedId) -> bool:
    return True


def _doubt(session: Session) -> None:
    """Note that a peer sent something that does not follow on what we have.

    Raises:
        BadProofError: It was one time too many, with nothing in between that did.
    """
    session.unproven += 1
    if session.unproven > UNPROVEN_HEADS_MAX:
        raise BadProofError("many heads that nothing proves")
