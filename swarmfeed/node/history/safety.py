"""How safe the own posts are without this machine: the asking side of history servers."""

from swarmfeed.core.asks.sentences import what_is_confirmed
from swarmfeed.core.asks.upkeep import Safety
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.sentences import how_safe
from swarmfeed.core.history.slack import COPIES_MIN
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.viewer import Viewer
from swarmfeed.ports import Index


class SafetyTeller:
    """Says in one sentence what would be left if this machine were gone."""

    def __init__(
        self,
        identity: Identity,
        shelf: Shelf,
        index: Index,
        board: NoticeBoard,
        viewer: Viewer,
    ) -> None:
        self._identity = identity
        self._shelf = shelf
        self._index = index
        self._board = board
        self._viewer = viewer

    def tell(self) -> Safety | None:
        """The worst of the own feeds; None while nothing was written."""
        feeds = self._shelf.feeds_of(self._identity.author_id)
        told = [self._tell(each) for each in feeds]
        return min(told, key=lambda each: (each.safe, each.reachable), default=None)

    def _tell(self, feed_id: FeedId) -> Safety:
        others = [
            each.notice.word
            for each in self._board.notices(feed_id)
            if each.notice.node_id != self._identity.node_id
        ]
        friends, servers = others.count(Word.HAVE), others.count(Word.LEASE)
        offer, target = self._viewer.offer_without_us(feed_id), self._viewer.target(feed_id)
        safe = offer.unavailable <= target and offer.copies >= COPIES_MIN
        if friends + servers == 0:
            # Holders sign that every quarter of an hour; receipts come at once.
            sentence = what_is_confirmed(self._confirmed_by())
        else:
            sentence = how_safe(
                friends=friends,
                servers=servers,
                reachable=1 - offer.unavailable,
                copies_missing=COPIES_MIN - offer.copies,
                safe=safe,
            )
        return Safety(
            friends=friends,
            servers=servers,
            reachable=1 - offer.unavailable,
            copies=offer.copies,
            copies_needed=COPIES_MIN,
            safe=safe,
            sentence=sentence,
        )

    def _confirmed_by(self) -> int | None:
        """Other nodes with receipts for all of the least held own feed; None: nothing there."""
        feeds = self._shelf.feeds_of(self._identity.author_id)
        held = {each: self._shelf.replica(each) for each in feeds}
        counts = (self._receipts(each, known.size) for each, known in held.items() if known)
        return min(counts, default=None)

    def _receipts(self, feed_id: FeedId, size: int) -> int:
        if self._shelf.is_forked(feed_id):
            return 0  # they confirmed another history, perhaps
        return sum(each >= size for each in self._index.receipts(feed_id).values())
