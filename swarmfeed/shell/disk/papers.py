"""What lies beside a feed's journal: its author's certificates, and the proof of a fork."""

from pathlib import Path
from typing import Final

from swarmfeed.core.base.bencoding import Fields, decode
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    CERTIFICATES_MAX,
    CONSISTENCY_HASHES_MAX,
    HEAD_BYTES_MAX,
)
from swarmfeed.core.base.types import Hash
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.shell.disk.durable import read_file

_CERTIFICATES_BYTES_MAX: Final = CERTIFICATES_MAX * (CERTIFICATE_BYTES_MAX + 8)
_FORK_BYTES_MAX: Final = 2 * HEAD_BYTES_MAX + CONSISTENCY_HASHES_MAX * 40

Fork = tuple[bytes, bytes, tuple[Hash, ...]]
"""Two signed heads that contradict each other, and the proof of it."""


def read_certificates(path: Path) -> tuple[bytes, ...]:
    """Return signed certificates, none without a file.  DamageError, PassingError."""
    try:
        content = read_file(path, _CERTIFICATES_BYTES_MAX)
        value = decode(content, limit_bytes=_CERTIFICATES_BYTES_MAX)
    except FileNotFoundError:
        return ()
    except RemoteError as error:
        raise DamageError(f"{path} is damaged: {error}") from error
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, bytes))


def read_fork(path: Path) -> Fork | None:
    """Return the proof of a fork, None without a file.  DamageError, PassingError."""
    try:
        content = read_file(path, _FORK_BYTES_MAX)
        fields = Fields(decode(content, limit_bytes=_FORK_BYTES_MAX), "fork")
        proof = fields.take_bytes_list(b"p", count_max=CONSISTENCY_HASHES_MAX, length=32)
        return (
            fields.take_bytes(b"a", bytes_max=HEAD_BYTES_MAX),
            fields.take_bytes(b"b", bytes_max=HEAD_BYTES_MAX),
            tuple(Hash(item) for item in proof),
        )
    except FileNotFoundError:
        return None
    except RemoteError as error:
        raise DamageError(f"{path} is damaged: {error}") from error
