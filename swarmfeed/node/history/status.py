"""What people are told about a history server: how it is, and why it does what it does."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence

from swarmfeed.core.asks.history import Explanation, HistoryFeed, HistoryStatus, HolderOutlook
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.limits import HISTORY_FEEDS_SHOWN
from swarmfeed.core.history.rows import CustodyState
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.auditor import Auditor
from swarmfeed.node.history.custodian import Custodian, replica_bytes
from swarmfeed.node.history.kept import KeptNotice
from swarmfeed.node.history.server import HistoryServer
from swarmfeed.node.history.side import is_server
from swarmfeed.node.history.sight import Sight
from swarmfeed.ports import KnownAuthor

_STATES = {
    CustodyState.LEASED: "leased",
    CustodyState.CLAIMED: "claimed",
    CustodyState.LEAVING: "leaving",
}


class HistoryReporter:
    """Puts numbers and reasons together; changes nothing."""

    def __init__(
        self,
        ground: Ground,
        sight: Sight,
        allotment: Allotment,
        server: HistoryServer,
        custodian: Custodian,
        auditor: Auditor,
        seeder: Seeder,
    ) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._interests = ground.interests
        self._sessions = ground.sessions
        self._allotment = allotment
        self._office = server.office
        self._board = sight.board
        self._census = sight.census
        self._demand = sight.demand
        self._viewer = sight.viewer
        self._server = server
        self._custodian = custodian
        self._auditor = auditor
        self._seeder = seeder

    async def status(self) -> HistoryStatus:
        """All numbers, and each feed with the reason why it is held.

        Names are read in a thread, and others run between parts: a thousand feeds take a while.
        """
        authors = self._authors()
        feeds = await self._all(list(authors.items())[:HISTORY_FEEDS_SHOWN])
        custodies, tally = self._custodian.all(), self._custodian.tally
        states = Counter(each.state for each in custodies.values())
        return HistoryStatus(
            choice=self._office.choice,
            leaving=self._office.leaving,
            sentence=self._sentence(len(custodies)),
            used_bytes=self._allotment.used_bytes(),
            feeds_leased=states[CustodyState.LEASED],
            feeds_claimed=states[CustodyState.CLAIMED],
            feeds_leaving=states[CustodyState.LEAVING],
            feeds_watched=len(authors),
            servers=sum(is_server(each) for each in self._sessions.all()),
            in_bytes=tally.in_bytes,
            out_bytes=self._seeder.out_bytes(),
            taken=tally.taken,
            released=tally.released,
            evicted=tally.evicted,
            refused=tally.refused,
            audits_passed=self._auditor.passed,
            audits_failed=self._auditor.failed,
            feeds=tuple(feeds),
        )

    async def explain(self, author_id: AuthorId) -> tuple[Explanation, ...]:
        """Everything that goes into the decision on each feed of an author."""
        feeds = {*self._board.feeds_of(author_id), *self._shelf.feeds_of(author_id)}
        told = await self._all([(each, author_id) for each in sorted(feeds)])
        return tuple(
            Explanation(
                feed=each,
                quota_bytes=self._allotment.quota_bytes(author_id),
                holders=tuple(map(self._holder, self._board.notices(each.feed_id))),
            )
            for each in told
        )

    # --- inside ---

    def _authors(self) -> dict[FeedId, AuthorId]:
        """Whose every feed is that is held or watched; those that are held come first."""
        custodies = self._custodian.all()
        held = {feed_id: custodies[feed_id].author_id for feed_id in sorted(custodies)}
        watched = {
            feed_id: author_id
            for author_id in self._server.watched()
            for feed_id in self._board.feeds_of(author_id)
        }
        return held | {each: watched[each] for each in sorted(watched.keys() - held.keys())}

    async def _all(self, feeds: Sequence[tuple[FeedId, AuthorId]]) -> list[HistoryFeed]:
        names = await asyncio.to_thread(self._names, {author_id for _, author_id in feeds})
        return [
            self._feed(feed_id, author_id, names[author_id])
            async for feed_id, author_id in in_turns(feeds)
        ]

    def _names(self, authors: Iterable[AuthorId]) -> dict[AuthorId, str]:
        return {each: (self._index.author(each) or KnownAuthor()).name for each in authors}

    def _sentence(self, held: int) -> str:
        choice = self._office.choice
        if choice is None:
            return sentences.NO_SERVER()
        if self._office.leaving:
            return sentences.LEAVING(feeds=held)
        if not self._allotment.has_friends():
            return sentences.NOBODY_IN_SCOPE()
        return sentences.IN_SERVICE[choice.scope](feeds=held)

    def _feed(self, feed_id: FeedId, author_id: AuthorId, name: str) -> HistoryFeed:
        custody, look = self._custodian.find(feed_id), self._server.look_of(feed_id)
        replica, own = self._shelf.replica(feed_id), self._board.own(feed_id)
        offer = look.offer if look is not None else self._viewer.offer(feed_id)
        unavailable = look.memory.unavailable if look is not None else None
        return HistoryFeed(
            author_id=author_id,
            author_name=name,
            feed_id=feed_id,
            state=self._state(feed_id, author_id),
            size=replica.size if replica else 0,
            bytes_held=replica_bytes(replica) if replica else 0,
            since_ms=custody.since_ms if custody else 0,
            until_ms=own.notice.until_ms if own else 0,
            copies=offer.copies,
            unavailable=offer.unavailable if unavailable is None else unavailable,
            target=look.target if look is not None else self._viewer.target(feed_id),
            requests_per_day=self._demand.rate(feed_id),
            reason=look.reason if look is not None else sentences.NOT_LOOKED(),
        )

    def _state(self, feed_id: FeedId, author_id: AuthorId) -> str:
        custody = self._custodian.find(feed_id)
        if custody is not None:
            return _STATES[custody.state]
        if author_id == self._identity.author_id:
            return "own"
        return "followed" if self._interests.is_read(author_id) else "watched"

    def _holder(self, kept: KeptNotice) -> HolderOutlook:
        outlook, notice = self._viewer.outlook(kept), kept.notice
        is_self = notice.node_id == self._identity.node_id
        return HolderOutlook(
            node_id=notice.node_id,
            word=notice.word.value,
            is_self=is_self,
            online=is_self or self._census.is_online(notice.node_id),
            up=sum(outlook.up) / len(outlook.up),
            lasting=outlook.held,
            domain=outlook.domain or "",
            until_ms=notice.until_ms,
            reason=notice.reason,
        )
