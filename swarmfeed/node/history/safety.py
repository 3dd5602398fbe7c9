"""How safe the own posts are without this machine: the asking side of history servers."""

from swarmfeed.core.asks.views import Safety
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.slack import COPIES_MIN
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.viewer import Viewer


class SafetyTeller:
    """Says in one sentence what would be left if this machine were gone."""

    def __init__(
        self, identity: Identity, shelf: Shelf, board: NoticeBoard, viewer: Viewer
    ) -> None:
        self._identity = identity
        self._shelf = shelf
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
        return Safety(
            friends=friends,
            servers=servers,
            reachable=1 - offer.unavailable,
            copies=offer.copies,
            copies_needed=COPIES_MIN,
            safe=safe,
            sentence=_sentence(friends, servers, 1 - offer.unavailable, safe=safe),
        )


def _sentence(friends: int, servers: int, reachable: float, *, safe: bool) -> str:
    if friends + servers == 0:
        return "Nobody else holds your posts yet: keep this machine running."
    advice = "safe to quit" if safe else "not yet enough to quit for good"
    holders, share = _held_by(friends, servers), _percent(reachable)
    return f"Held by {holders}; reachable {share} of the coming day; {advice}."


def _held_by(friends: int, servers: int) -> str:
    parts = []
    if friends:
        parts.append("1 friend" if friends == 1 else f"{friends} friends")
    if servers:
        parts.append("1 history server" if servers == 1 else f"{servers} history servers")
    return " and ".join(parts)


def _percent(share: float) -> str:
    """Rounded down: 100 % is never promised."""
    return f"{int(min(share, 0.9999) * 10_000) / 100:.2f} %"
