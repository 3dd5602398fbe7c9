"""Private state as one SQLite file: what stands in it nobody reads without this device's keys.

    name of a row = HMAC-SHA256(name key, scope || 0 || key)[:16]
    row           = nonce (24) || XChaCha20-Poly1305 under the row key of the padded row,
                    with the name as associated data

Both keys come from the device's seed (in the key file) by HKDF.  Whoever has the file sees how
many rows there are, their sizes in steps of 64 bytes, and when SQLite wrote them.

It is a ledger (``ledger.py``) with one page, and as durable: checksums, write-ahead log, fsync.
"""

import hmac
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from swarmfeed.core.asks.state_sentences import PRIVATE_SET_ASIDE
from swarmfeed.core.base.aead import NONCE_BYTES, seal, unseal
from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.padding import LENGTH_BYTES, pad, unpad
from swarmfeed.core.state.rows import Name, PrivateRow, decode_row, encode_row
from swarmfeed.errors import RemoteError
from swarmfeed.shell.store.aside import LEDGERS_MAX, open_or_begin_anew
from swarmfeed.shell.store.ledger import SqliteLedger

logger = structlog.get_logger()

PAGE: Final = "rows"
NAME_BYTES: Final = 16
STEP_BYTES: Final = 64
"""Rows are as long as a multiple of this, so that a name or a mute is as long as any."""


class SealedRows:
    """Implements ``ports.PrivateFile``."""

    def __init__(self, ledger: SqliteLedger, seed: bytes) -> None:
        """Take a file and this device's seed, 32 bytes."""
        self._ledger = ledger
        self._name_key = hkdf(seed, info=b"swarmfeed private names 1")
        self._row_key = hkdf(seed, info=b"swarmfeed private rows 1")

    def read(self) -> list[PrivateRow]:
        """As in ``ports.PrivateFile``.  Raises DamageError."""
        found, unread = [], 0
        for name, value in self._ledger.read(PAGE).items():
            try:
                found.append(self._open(name, value))
            except RemoteError:
                unread += 1
        if unread:
            logger.info("private rows of other keys are passed over", rows=unread)
        return found

    def write(self, rows: Iterable[PrivateRow], gone: Iterable[Name] = ()) -> None:
        """As in ``ports.PrivateFile``."""
        changes: dict[bytes, bytes | None] = {self._hide(name): None for name in gone}
        for row in rows:
            name = self._hide(row.name)
            changes[name] = self._seal(name, row)
        self._ledger.write({PAGE: changes})

    def was_lost(self) -> bool:
        return self._ledger.was_lost()

    def close(self) -> None:
        self._ledger.close()

    def _hide(self, name: Name) -> bytes:
        scope, key = name
        text = scope.encode() + b"\0" + key
        return hmac.digest(self._name_key, text, sha256)[:NAME_BYTES]

    def _seal(self, name: bytes, row: PrivateRow) -> bytes:
        encoded, nonce = encode_row(row), os.urandom(NONCE_BYTES)
        total = -(-(len(encoded) + LENGTH_BYTES) // STEP_BYTES) * STEP_BYTES
        return nonce + seal(self._row_key, nonce, pad(encoded, total), name)

    def _open(self, name: bytes, value: bytes) -> PrivateRow:
        nonce = value[:NONCE_BYTES].ljust(NONCE_BYTES, b"\0")
        return decode_row(unpad(unseal(self._row_key, nonce, value[NONCE_BYTES:], name)))


def open_private(path: Path, seed: bytes) -> SealedRows:
    """Open the file, or make it; a damaged one is set aside, and a new one begun.

    Raises:
        PassingError: It cannot even be read now.
    """

    def open_it() -> SealedRows:
        return SealedRows(SqliteLedger(path), seed)

    return open_or_begin_anew(path, open_it, PRIVATE_SET_ASIDE, kept_max=LEDGERS_MAX)


def seal_anew(path: Path, old_seed: bytes, new_seed: bytes) -> None:
    """Have the rows of a file open with another seed: the home goes on as another device."""
    old = open_private(path, old_seed)
    try:
        rows = old.read()
    finally:
        old.close()
    new = open_private(path, new_seed)
    try:
        new.write(rows)
    finally:
        new.close()
