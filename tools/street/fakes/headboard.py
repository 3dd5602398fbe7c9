"""Signed heads in a dictionary that several nodes share."""

from dataclasses import dataclass, field

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.net.krpc import HEAD_SALT, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import BadSignatureError, RetryError


@dataclass
class FakeDht:
    """What all boards of a test see."""

    items: dict[bytes, tuple[bytes, int, bytes]] = field(default_factory=dict)
    """Heads, by feed id."""
    others: dict[tuple[bytes, bytes], tuple[bytes, int, bytes]] = field(default_factory=dict)
    """Items under other salts, by key and salt."""
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
        self, key: bytes, value: bytes, seq: int, signature: bytes, salt: bytes = HEAD_SALT
    ) -> int:
        if len(value) > KRPC_VALUE_BYTES_MAX:
            return 0
        try:
            verify_signature(key, signed_buffer(value, seq, salt), signature)
        except BadSignatureError:
            return 0
        self._require_start()
        known = self._find(key, salt)
        if self._dht.node_count == 0 or (known is not None and known[1] > seq):
            return 0
        # Nodes say yes to an item of the same number, and keep the one they have.
        if known is None or known[1] < seq:
            self._keep(key, salt, (value, seq, signature))
        return self._dht.node_count

    async def get(self, key: bytes, salt: bytes = HEAD_SALT) -> tuple[bytes, int, bytes] | None:
        self._require_start()
        return self._find(key, salt) if self._dht.node_count else None

    def _find(self, key: bytes, salt: bytes) -> tuple[bytes, int, bytes] | None:
        if salt == HEAD_SALT:
            return self._dht.items.get(key)
        return self._dht.others.get((key, salt))

    def _keep(self, key: bytes, salt: bytes, item: tuple[bytes, int, bytes]) -> None:
        if salt == HEAD_SALT:
            self._dht.items[key] = item
        else:
            self._dht.others[key, salt] = item

    def _require_start(self) -> None:
        if not self._started:
            raise RetryError("not started")
