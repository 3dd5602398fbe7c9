"""What stands behind the door by which letters leave parcels (``node/ground/mail``)."""

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.node.ground.events import PrivateChanged
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import MAIL
from swarmfeed.node.mailboxes.collecting import Collecting
from swarmfeed.node.mailboxes.leasing import Leasing
from swarmfeed.node.mailboxes.own import OwnBoxes
from swarmfeed.node.mailboxes.posting import Posting


class MailCarrier:
    """Implements ``ground.mail.Carrier``."""

    def __init__(
        self,
        ground: Ground,
        own: OwnBoxes,
        leasing: Leasing,
        collecting: Collecting,
        posting: Posting,
    ) -> None:
        self._beside = ground.beside
        self._is_online = ground.settings.network
        self._own = own
        self._leasing = leasing
        self._collecting = collecting
        self._posting = posting

    async def put(
        self, feed_id: FeedId, parcel: bytes, token: bytes | None
    ) -> frozenset[NodeId]:
        return await self._posting.put(feed_id, parcel, token)

    def receive(self) -> None:
        if not self._own.receives and self._is_online:
            self._own.receive()
            self._collecting.begin()
            self._beside.spawn(self._leasing.look())

    def own_token(self) -> bytes | None:
        return self._own.token()

    async def renew_token(self) -> None:
        """Take another one; who keeps our boxes hears of it by ``on_private``."""
        self._own.renew_token()

    def on_private(self, event: PrivateChanged) -> None:
        """This device, or another one of the author, took another token."""
        if self._own.receives and any(row.scope == MAIL for row in event.rows):
            self._leasing.token_changed()
