"""Signed heads in a dictionary that several nodes share."""

from dataclasses import dataclass, field

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.net.krpc import HEAD_SALT, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import BadSignatureError, RetryError


@dataclass
class FakeDht:
    """What all boards of a test see."""

    items: dict[FeedId, tuple[bytes, int, bytes]] = field(default_factory=dict)
    node_count: int = 8
    """How many nodes take an item; 0 is a DHT that nobody answers in."""


class FakeHeadBoard:
    """Implements ``ports.HeadBoard``."""

    def __init__(self, dht: FakeDht) -> None:
        self._dht = dht
        self._started = False

    async def start(self) -> None:
        self._started = True

    async def stop(self) -> None:
        self._started = False

    async def put(
        self, feed_id: FeedId, signed_head: bytes, size: int, signature: bytes
    ) -> int:
        if len(signed_head) > KRPC_VALUE_BYTES_MAX:
            return 0
        try:
            buffer = signed_buffer(signed_head, size, HEAD_SALT)
            verify_signature(feed_id, buffer, signature)
        except BadSignatureError:
            return 0
        self._require_start()
        known = self._dht.items.get(feed_id)
        if self._dht.node_count == 0 or (known is not None and known[1] > size):
            return 0
        # Nodes say yes to an item of the same number, and keep the one they have.
        if known is None or known[1] < size:
            self._dht.items[feed_id] = (signed_head, size, signature)
        return self._dht.node_count

    async def get(self, feed_id: FeedId) -> tuple[bytes, int, bytes] | None:
        self._require_start()
        return self._dht.items.get(feed_id) if self._dht.node_count else None

    def _require_start(self) -> None:
        if not self._started:
            raise RetryError("not started")
