"""The key file, as far as a running node looks into it to take its feed key back."""

from pathlib import Path

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.shell.disk.keyfile import is_protected, open_keys


class FileKeyhole:
    """Implements ``core.base.lockable.Keyhole``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_protected(self) -> bool:
        return is_protected(self._path)

    def feed_key(self, passphrase: str) -> SigningKey:
        return SigningKey(open_keys(self._path, passphrase).feed_seed)
