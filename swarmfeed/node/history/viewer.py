"""What is known of one feed at one moment, put together for those who decide and explain."""

from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history import slack
from swarmfeed.core.history.availability import Outlook
from swarmfeed.core.history.notice import HOLDING, SOURCES, Word
from swarmfeed.core.history.placement import FeedView, server_weight
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.demand import Demand
from swarmfeed.node.history.kept import KeptNotice
from swarmfeed.node.history.side import HistorySide, is_server

ORDINARY_FEED_BYTES: Final = 100_000
"""Size of an ordinary feed: some 1,700 posts, packed."""


class Offer(Struct, frozen=True):
    """What a feed's holders offer together."""

    unavailable: float
    """Chance that none of them is reachable, mean over the coming day."""
    copies: float
    """Copies that count as lasting."""


class Viewer:
    """Gathers notices, outlooks and demand; decides nothing."""

    def __init__(
        self,
        identity: Identity,
        sessions: Sessions,
        board: NoticeBoard,
        census: Census,
        demand: Demand,
        own_room: Callable[[], float],
    ) -> None:
        self._own = identity.node_id
        self._sessions = sessions
        self._board = board
        self._census = census
        self._demand = demand
        self._own_room = own_room
        self._rooms: dict[NodeId, float] = {}
        """Free share of each server's disk, as it reports."""

    def view(self, feed_id: FeedId, author_id: AuthorId) -> FeedView:
        """Everything `placement.decide` wants to know."""
        kept = self._board.notices(feed_id)
        holders = self._outlooks(kept, HOLDING)
        claims = self._outlooks(kept, {Word.CLAIM})
        candidates = self._candidates(author_id, kept)
        return FeedView(
            feed_id=feed_id,
            holders=holders,
            claims=claims,
            candidates=candidates,
            weights=self._weights([*holders, *candidates]),
            target=self.target(feed_id),
            source_online=any(self._is_online(each) for each in kept if _is_source(each)),
            server_online=any(
                self._is_online(each) for each in kept if each.notice.word is Word.LEASE
            ),
        )

    def target(self, feed_id: FeedId) -> float:
        """Unavailability the feed may have, from its demand and its size."""
        return slack.target(
            self._demand.rate(feed_id),
            self._demand.ordinary_rate(),
            feed_bytes(self._board.notices(feed_id)) or ORDINARY_FEED_BYTES,
            ORDINARY_FEED_BYTES,
        )

    def outlook(self, kept: KeptNotice) -> Outlook:
        """Chances of the node behind a notice."""
        serves = kept.notice.word is not Word.HAVE
        return self._census.outlook(kept.notice.node_id, server=serves)

    def offer(self, feed_id: FeedId) -> Offer:
        """What all holders offer."""
        return _offer(self._outlooks(self._board.notices(feed_id), HOLDING))

    def offer_without_us(self, feed_id: FeedId) -> Offer:
        """What all other holders offer."""
        others = [
            each for each in self._board.notices(feed_id) if each.notice.node_id != self._own
        ]
        return _offer(self._outlooks(others, HOLDING))

    def sources(self, feed_id: FeedId) -> list[KeptNotice]:
        """Other nodes the feed can be fetched from, as they say."""
        kept = self._board.notices(feed_id)
        return [each for each in kept if _is_source(each) and each.notice.node_id != self._own]

    def note_room(self, node_id: NodeId, room: float) -> None:
        """A server reports the free share of its disk, in [0, 1]."""
        self._rooms[node_id] = room

    # --- inside ---

    def _outlooks(
        self, kept: Iterable[KeptNotice], words: Iterable[Word]
    ) -> tuple[Outlook, ...]:
        return tuple(self.outlook(each) for each in kept if each.notice.word in words)

    def _candidates(
        self, author_id: AuthorId, kept: Iterable[KeptNotice]
    ) -> tuple[Outlook, ...]:
        """Servers that could add a copy: linked, watching the author, and silent so far."""
        spoke = {each.notice.node_id for each in kept if each.notice.word is not Word.DROPPED}
        linked = {
            session.node_id
            for session in self._sessions.all()
            if is_server(session) and author_id in session.part(HistorySide).watches
        }
        servers = sorted((linked | {self._own}) - spoke)
        return tuple(self._census.outlook(each, server=True) for each in servers)

    def _weights(self, servers: Iterable[Outlook]) -> Mapping[NodeId, float]:
        return {
            each.node_id: server_weight(
                self._census.mean_up(each.node_id), self._room(each.node_id)
            )
            for each in servers
            if each.server
        }

    def _room(self, node_id: NodeId) -> float:
        return self._own_room() if node_id == self._own else self._rooms.get(node_id, 1.0)

    def _is_online(self, kept: KeptNotice) -> bool:
        return kept.notice.node_id == self._own or self._census.is_online(kept.notice.node_id)


def feed_bytes(kept: Iterable[KeptNotice]) -> int:
    """Bytes of a feed as most holders say; 0 when nobody does."""
    said = [each.notice.feed_bytes for each in kept if _is_source(each)]
    return int(median(said)) if said else 0


def _is_source(kept: KeptNotice) -> bool:
    return kept.notice.word in SOURCES


def _offer(holders: Iterable[Outlook]) -> Offer:
    covered = slack.cover(holders, {})
    return Offer(slack.unavailability(covered, {}), slack.copies_of(covered))
