"""Names of boxes and parcels: anybody works them out from what they belong to."""

from hashlib import sha256
from typing import Final

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.mailboxes.limits import BOX_ID_BYTES, PARCEL_ID_BYTES

_BOX_DOMAIN: Final = b"swarmfeed mailbox box 1"


def box_of(feed_id: FeedId, holder: NodeId) -> bytes:
    """Return the id of the one box that a holder keeps for a device, BOX_ID_BYTES."""
    return sha256(_BOX_DOMAIN + feed_id + holder).digest()[:BOX_ID_BYTES]


def parcel_id(parcel: bytes) -> bytes:
    """Return the id of a parcel, PARCEL_ID_BYTES."""
    return sha256(parcel).digest()[:PARCEL_ID_BYTES]


def hash_token(token: bytes) -> bytes:
    """Return what a holder is told of a token."""
    return sha256(token).digest()
