"""A key file in memory, as far as a node looks into it."""

from typing import Final

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.errors import UserError

PASSPHRASE: Final = "horse"
"""Of every key file on a street, unless a test says otherwise."""


class FakeKeyhole:
    """Implements ``core.base.lockable.Keyhole``."""

    def __init__(self, key: SigningKey, passphrase: str = PASSPHRASE) -> None:
        self._key = key
        self._passphrase = passphrase

    def is_protected(self) -> bool:
        return bool(self._passphrase)

    def feed_key(self, passphrase: str) -> SigningKey:
        if passphrase != self._passphrase:
            raise UserError("the passphrase is wrong")
        return self._key
