"""The door by which a parcel is left for a device that cannot be reached now.

The role that has boxes kept fills it; who writes letters calls it, and knows nothing of boxes.
What such a box had for this device comes as the event ``ParcelCame``.
"""

from typing import Protocol

from swarmfeed.core.base.types import FeedId, NodeId


class Carrier(Protocol):
    """Leaves parcels where devices find them."""

    async def put(
        self, feed_id: FeedId, parcel: bytes, token: bytes | None
    ) -> frozenset[NodeId]:
        """As ``Mailing.put``."""
        ...

    def receive(self) -> None:
        """As ``Mailing.receive``."""
        ...

    def own_token(self) -> bytes | None:
        """As ``Mailing.own_token``."""
        ...

    async def renew_token(self) -> None:
        """As ``Mailing.renew_token``."""
        ...


class Mailing:
    """Where parcels are left, once a role brings that."""

    def __init__(self) -> None:
        self._carrier: Carrier | None = None

    def connect(self, carrier: Carrier) -> None:
        """Leave parcels by ``carrier``.  A second one is a bug: ValueError."""
        if self._carrier is not None:
            raise ValueError("parcels are carried already")
        self._carrier = carrier

    async def put(
        self, feed_id: FeedId, parcel: bytes, token: bytes | None = None
    ) -> frozenset[NodeId]:
        """Leave a parcel for the device that writes a feed.

        Args:
            token: What its owner told its contacts; None: we are none.

        Returns:
            Machines that confirmed that they keep it, on disk and synced; none: nobody now.
        """
        if self._carrier is None:
            return frozenset()
        return await self._carrier.put(feed_id, parcel, token)

    def receive(self) -> None:
        """Parcels for this device are opened here from now on: have boxes kept for it, and look
        into them."""
        if self._carrier is not None:
            self._carrier.receive()

    def own_token(self) -> bytes | None:
        """What contacts leave parcels for this person with; None: there is no box yet."""
        return None if self._carrier is None else self._carrier.own_token()

    async def renew_token(self) -> None:
        """Take the token that is known now no longer: somebody who has it is to be kept out."""
        if self._carrier is not None:
            await self._carrier.renew_token()
