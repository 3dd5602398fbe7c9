"""A ledger unreadable without this device's keys: letters, and what came from the web.

    name of a page = HMAC-SHA256(name key, 0 || page)[:16], in hex
    name of a row  = HMAC-SHA256(name key, 1 || name of the page || key)[:16]
    row            = nonce (24) || XChaCha20-Poly1305 under the row key of {"k": key,
                     "v": value}, padded to steps of 64 bytes; both names are associated data

Both keys come from the device's seed (in the key file) by HKDF, others for each file.  Whoever
has the file sees how many pages and rows there are, and about how long they are.

It is a ledger (``ledger.py``), and as durable; what is erased is overwritten.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from swarmfeed.core.base.aead import NONCE_BYTES, seal, unseal
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.padding import LENGTH_BYTES, pad, unpad
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import RemoteError
from swarmfeed.ports import Dice
from swarmfeed.shell.store.aside import LEDGERS_MAX, open_or_begin_anew
from swarmfeed.shell.store.ledger import SqliteLedger

logger = structlog.get_logger()

_NAME_BYTES: Final = 16
_STEP_BYTES: Final = 64
_ROW_BYTES_MAX: Final = 8 * 1024 * 1024


class SealedLedger:
    """Implements ``ports.Ledger``, with everything in it sealed."""

    def __init__(self, ledger: SqliteLedger, seed: bytes, dice: Dice, what: str) -> None:
        """Take a file and this device's seed, 32 bytes; ``what`` tells files apart."""
        self._ledger = ledger
        self._dice = dice
        self._name_key = hkdf(seed, info=f"swarmfeed {what} names 1".encode())
        self._row_key = hkdf(seed, info=f"swarmfeed {what} rows 1".encode())

    def read(self, page: str) -> dict[bytes, bytes]:
        """As in ``ports.Ledger``.  Raises DamageError."""
        hidden, found, unread = self._page(page), {}, 0
        for name, value in self._ledger.read(hidden).items():
            try:
                key, plain = self._open(hidden, name, value)
                found[key] = plain
            except RemoteError:
                unread += 1
        if unread:
            logger.info("sealed rows of other keys are passed over", rows=unread)
        return found

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        """As in ``ports.Ledger``."""
        sealed: dict[str, dict[bytes, bytes | None]] = {}
        for page, rows in changes.items():
            hidden = self._page(page)
            sealed[hidden] = {
                name: None if value is None else self._seal(hidden, name, key, value)
                for key, value in rows.items()
                for name in (self._row(hidden, key),)
            }
        self._ledger.write(sealed)

    def check_writable(self) -> None:
        self._ledger.check_writable()

    def was_lost(self) -> bool:
        return self._ledger.was_lost()

    def close(self) -> None:
        self._ledger.close()

    def _page(self, page: str) -> str:
        return hmac.digest(self._name_key, b"\0" + page.encode(), sha256)[:_NAME_BYTES].hex()

    def _row(self, hidden: str, key: bytes) -> bytes:
        text = b"\1" + hidden.encode() + key
        return hmac.digest(self._name_key, text, sha256)[:_NAME_BYTES]

    def _seal(self, hidden: str, name: bytes, key: bytes, value: bytes) -> bytes:
        plain, nonce = encode({"k": key, "v": value}), self._dice(NONCE_BYTES)
        total = -(-(len(plain) + LENGTH_BYTES) // _STEP_BYTES) * _STEP_BYTES
        return nonce + seal(self._row_key, nonce, pad(plain, total), hidden.encode() + name)

    def _open(self, hidden: str, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        nonce = value[:NONCE_BYTES].ljust(NONCE_BYTES, b"\0")
        context = hidden.encode() + name
        plain = unpad(unseal(self._row_key, nonce, value[NONCE_BYTES:], context))
        fields = decode_fields(plain, "row", limit_bytes=_ROW_BYTES_MAX)
        return fields.take_bytes(b"k"), fields.take_bytes(b"v")


def open_sealed(path: Path, seed: bytes, dice: Dice, what: str, lost: Text) -> SealedLedger:
    """Open the file, or make it; a damaged one is set aside, and a new one begun.

    Args:
        lost: Says so, with the name it is ``kept`` by.

    Raises:
        PassingError: It cannot even be read now.
    """

    def open_it() -> SealedLedger:
        return SealedLedger(SqliteLedger(path), seed, dice, what)

    return open_or_begin_anew(path, open_it, lost, kept_max=LEDGERS_MAX)
