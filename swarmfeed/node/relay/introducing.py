"""Our own locator: whose device this is, and by way of whom it is reached."""

from collections.abc import Iterable

from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.locator import Locator, sign_locator
from swarmfeed.node.ground.identity import Identity


def own_locator(identity: Identity, relays: Iterable[NodeId], now_ms: int) -> bytes | None:
    """Return it signed; None: the key is locked away, and for so long nobody is told."""
    locator = Locator(
        author_id=identity.author_id,
        feed_id=identity.feed_id,
        node_id=identity.node_id,
        made_ms=now_ms,
        relays=tuple(relays),
    )
    try:
        return sign_locator(locator, identity.feed_key.sign)
    except LockedError:
        return None
