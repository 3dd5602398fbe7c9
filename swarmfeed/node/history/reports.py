"""What people are told about a history server: how it is, and why it does what it does."""

from collections import Counter
from collections.abc import Callable

from swarmfeed.core.asks.views import Explanation, HistoryFeed, HistoryStatus, HolderOutlook
from swarmfeed.core.base.limits import HISTORY_FEEDS_SHOWN
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history.rows import CustodyState
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.auditor import Auditor
from swarmfeed.node.history.board import Kept, NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.custodian import Custodian, replica_bytes
from swarmfeed.node.history.demand import Demand
from swarmfeed.node.history.server import HistoryServer
from swarmfeed.node.history.viewer import Viewer
from swarmfeed.ports import Index

_NOT_LOOKED = "not looked at yet"

_STATES = {
    CustodyState.LEASED: "leased",
    CustodyState.CLAIMED: "claimed",
    CustodyState.LEAVING: "leaving",
}


class HistoryReporter:
    """Puts numbers and reasons together; changes nothing."""

    def __init__(
        self,
        identity: Identity,
        shelf: Shelf,
        index: Index,
        interests: Interests,
        sessions: Sessions,
        board: NoticeBoard,
        census: Census,
        demand: Demand,
        auditor: Auditor,
        allotment: Allotment,
        viewer: Viewer,
        custodian: Custodian,
        server: HistoryServer,
        out_bytes: Callable[[], int],
    ) -> None:
        self._identity = identity
        self._shelf = shelf
        self._index = index
        self._interests = interests
        self._sessions = sessions
        self._board = board
        self._census = census
        self._demand = demand
        self._auditor = auditor
        self._allotment = allotment
        self._viewer = viewer
        self._custodian = custodian
        self._server = server
        self._out_bytes = out_bytes

    def status(self) -> HistoryStatus:
        """All numbers, and each feed with the reason why it is held."""
        custodies = self._custodian.all()
        states = Counter(each.state for each in custodies.values())
        tally = self._custodian.tally
        watched = {
            feed_id: author_id
            for author_id in self._server.watched()
            for feed_id in self._board.feeds_of(author_id)
        }
        held = {feed_id: custody.author_id for feed_id, custody in custodies.items()}
        ranked = sorted(held) + sorted(watched.keys() - held.keys())
        return HistoryStatus(
            choice=self._server.choice,
            leaving=self._server.leaving,
            sentence=self._sentence(len(custodies)),
            used_bytes=self._allotment.used_bytes(),
            feeds_leased=states[CustodyState.LEASED],
            feeds_claimed=states[CustodyState.CLAIMED],
            feeds_leaving=states[CustodyState.LEAVING],
            feeds_watched=len(watched.keys() | held.keys()),
            servers=sum(each.is_server for each in self._sessions.all()),
            in_bytes=tally.in_bytes,
            out_bytes=self._out_bytes(),
            taken=tally.taken,
            released=tally.released,
            evicted=tally.evicted,
            refused=tally.refused,
            audits_passed=self._auditor.passed,
            audits_failed=self._auditor.failed,
            feeds=tuple(
                self._feed(each, (held | watched)[each])
                for each in ranked[:HISTORY_FEEDS_SHOWN]
            ),
        )

    def explain(self, author_id: AuthorId) -> list[Explanation]:
        """Everything that goes into the decision on each feed of an author."""
        feeds = {*self._board.feeds_of(author_id), *self._shelf.feeds_of(author_id)}
        return [
            Explanation(
                feed=self._feed(feed_id, author_id),
                quota_bytes=self._allotment.quota_bytes(author_id),
                holders=tuple(self._holder(each) for each in self._board.notices(feed_id)),
            )
            for feed_id in sorted(feeds)
        ]

    # --- inside ---

    def _sentence(self, held: int) -> str:
        if self._server.choice is None:
            return "This node is no history server: it holds what its owner reads."
        if self._server.leaving:
            return f"Leaving: {held} feeds are held until other servers have taken them."
        if not self._allotment.has_friends():
            return "In service, but the operator follows nobody yet: nobody is in scope."
        scope = {
            "friends": "those the operator follows",
            "community": "whom the operator follows, and whom they follow",
            "open": "anybody who asks",
        }[self._server.choice.scope]
        return f"In service for {scope}: {held} feeds held or on their way."

    def _feed(self, feed_id: FeedId, author_id: AuthorId) -> HistoryFeed:
        custody, look = self._custodian.find(feed_id), self._server.look_of(feed_id)
        replica, own = self._shelf.replica(feed_id), self._board.own(feed_id)
        offer = look.offer if look is not None else self._viewer.offer(feed_id)
        unavailable = look.memory.unavailable if look is not None else None
        known = self._index.author(author_id)
        return HistoryFeed(
            author_id=author_id,
            author_name=known.name if known else "",
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
            reason=look.reason if look is not None else _NOT_LOOKED,
        )

    def _state(self, feed_id: FeedId, author_id: AuthorId) -> str:
        custody = self._custodian.find(feed_id)
        if custody is not None:
            return _STATES[custody.state]
        if author_id == self._identity.author_id:
            return "own"
        return "followed" if self._interests.is_read(author_id) else "watched"

    def _holder(self, kept: Kept) -> HolderOutlook:
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
