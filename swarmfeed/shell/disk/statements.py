"""What stands beside a feed on disk: certificates of its author, and the proof of a fork.

certificates    [signed certificate, ...]
fork            {"a": signed head, "b": signed head, "p": consistency proof}
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from swarmfeed.core.base.bencoding import Fields, decode, encode
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    CERTIFICATES_MAX,
    CONSISTENCY_HASHES_MAX,
    HEAD_BYTES_MAX,
)
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.shell.disk.durable import read_file, write_file
from swarmfeed.shell.disk.journal import base_frame

Fork = tuple[bytes, bytes, tuple[Hash, ...]]
"""Two signed heads that contradict each other, and their proof."""

_CERTIFICATES_BYTES_MAX: Final = CERTIFICATES_MAX * (CERTIFICATE_BYTES_MAX + 8)
_FORK_BYTES_MAX: Final = 2 * HEAD_BYTES_MAX + CONSISTENCY_HASHES_MAX * 40


def read_certificates(folder: Path) -> tuple[bytes, ...]:
    """Return signed certificates, none where there is no file.  Raises DamageError."""
    path = folder / "certificates"
    try:
        return open_certificates(path, read_file(path, _CERTIFICATES_BYTES_MAX))
    except FileNotFoundError:
        return ()


def open_certificates(path: Path, content: bytes) -> tuple[bytes, ...]:
    """Return the signed certificates in a file.  Raises DamageError, with the ``path``."""
    try:
        value = decode(content, limit_bytes=_CERTIFICATES_BYTES_MAX)
    except RemoteError as error:
        raise DamageError(f"{path} is damaged: {error}") from error
    items = value if isinstance(value, list) else [value]
    signed = tuple(item for item in items if isinstance(item, bytes))
    if not isinstance(value, list) or len(signed) < len(items):
        raise DamageError(f"{path} is damaged: it is not a list of certificates")
    return signed


def write_certificates(folder: Path, signed: Sequence[bytes]) -> None:
    write_file(folder / "certificates", encode(list(signed)))


def first_files(replica: Replica, certificates: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files that a new feed's folder begins with, by name."""
    frame = base_frame(replica.chunk_list, replica.tail, replica.signed_head)
    return {"certificates": encode(list(certificates)), "journal": frame}


def read_fork(folder: Path) -> Fork | None:
    """Return the proof of a fork, if one is kept.  Raises DamageError."""
    path = folder / "fork"
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


def write_fork(folder: Path, fork: Fork) -> None:
    first, second, proof = fork
    write_file(folder / "fork", encode({b"a": first, b"b": second, b"p": list(proof)}))
