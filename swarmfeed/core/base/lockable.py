"""A key that can be locked away while its owner goes on: then it signs nothing new.

What it signed before it may still say again: those signatures are known already.  A lock lets
go of the key; Python gives no way to make sure that no copy of it stays in memory.
"""

from collections import OrderedDict
from typing import Final, Protocol

from swarmfeed.core.base.keys import SigningKey

KNOWN_MAX: Final = 64
"""Signatures that are remembered: an own head and deposit are put into the DHT again and again,
and each of them has a handful."""


class Keyhole(Protocol):
    """Where a key that was locked away is taken back from."""

    def is_protected(self) -> bool:
        """Whether that takes a passphrase.  Raises UserError."""
        ...

    def feed_key(self, passphrase: str) -> SigningKey:
        """The key; takes half a second.

        Raises:
            UserError: The passphrase is wrong.
        """
        ...


class LockedError(Exception):
    """The key is locked away, and this would be something new."""


class LockableKey:
    """A key pair whose secret part comes and goes; the public one stays."""

    __slots__ = ("_key", "_known", "keyhole", "public")

    def __init__(self, key: SigningKey, keyhole: Keyhole | None = None) -> None:
        self.public: Final = key.public
        """32 bytes."""
        self.keyhole: Final = keyhole
        """None where it cannot be taken back: then nobody locks it."""
        self._key: SigningKey | None = key
        self._known: OrderedDict[bytes, bytes] = OrderedDict()

    @property
    def is_locked(self) -> bool:
        return self._key is None

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes.

        Raises:
            LockedError: It is locked, and this was not among the last that were signed.
        """
        if message in self._known:
            self._known.move_to_end(message)
            return self._known[message]
        signature = self._open().sign(message)
        self._known[message] = signature
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return signature

    def lock(self) -> None:
        """Let go of the secret part."""
        self._key = None

    def unlock(self, key: SigningKey) -> None:
        """Take it back.

        Raises:
            ValueError: It is another key.
        """
        if key.public != self.public:
            raise ValueError("another key than the one that was locked")
        self._key = key

    def _open(self) -> SigningKey:
        if self._key is None:
            raise LockedError("the key is locked away")
        return self._key
