"""TLS for the peer link.  Beside ``page_certificate`` the only module that imports the X.509 of
``cryptography``.

There are no certificate authorities: a node's certificate is signed by its own node key, and
all that anybody reads from it is that key.  TLS 1.3 proves that the server holds it; whoever
dials compares it with the node id the server claims.
"""

import os
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from swarmfeed.core.asks.troubles import refusal
from swarmfeed.core.base.keys import is_public_key
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.errors import BadEncodingError

_DESCRIPTORS: Final = Path("/proc/self/fd")
"""What this process has open, as paths, where the system shows that."""

NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "swarmfeed node")])
"""The same for every node: a certificate must not say more than the key."""

VALID_FROM: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Fixed, so that the certificate does not tell when a node was set up."""

VALID_UNTIL: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: the value for "no well-defined expiration date"."""

READ_BYTES: Final = 32 * 1024
"""What each link reads at once.  Python's 256 KiB are taken for as long as a link lives: of
200 leaves 48 MB.  64 MiB in a row take a twentieth more of the processor so."""

CERTIFICATE_DER_BYTES_MAX: Final = 8_192
"""Longest certificate that is looked into; ours has about 220 bytes."""


# There is no other way to say it: whoever opens a link with TLS gets a buffer of this size.
SSLProtocol.max_size = READ_BYTES


def make_certificate(seed: bytes) -> bytes:
    """Return a node's certificate in DER; the same seed gives the same bytes."""
    return _make_certificate(seed).public_bytes(Encoding.DER)


def server_context(seed: bytes, folder: Path) -> ssl.SSLContext:
    """Return TLS 1.3 for accepting links with the certificate of a node key's seed.

    The ssl module reads keys only from files: one in memory where the system has such, else
    one in ``folder`` with mode 0600 that is removed at once.

    Raises:
        PassingError: There is no room for it now.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Nobody resumes: a peer reconnects rarely, and tickets cost memory and a write each.
    context.num_tickets = 0
    key = Ed25519PrivateKey.from_private_bytes(seed)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem += _make_certificate(seed).public_bytes(Encoding.PEM)
    try:
        with _private_file(folder, pem) as path:
            context.load_cert_chain(path)
    except OSError as error:
        if isinstance(error, ssl.SSLError):
            raise
        raise refusal(error, folder) or error from error
    return context


def client_context() -> ssl.SSLContext:
    """Return TLS 1.3 for dialling: any certificate passes, the caller compares its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def read_node_id(certificate_der: bytes) -> NodeId:
    """Return the Ed25519 key in a peer's certificate.

    Raises:
        BadEncodingError: Not a certificate, or one with another kind of key, or of small order.
    """
    if len(certificate_der) > CERTIFICATE_DER_BYTES_MAX:
        raise BadEncodingError(f"certificate of {len(certificate_der)} bytes")
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
    except Exception as error:
        # The library's errors (InvalidVersion, UnsupportedAlgorithm, ...) share no base.
        raise BadEncodingError(f"not a certificate: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadEncodingError("the certificate's key is not Ed25519")
    public = key.public_bytes_raw()
    if not is_public_key(public):
        # OpenSSL takes such a key, with which everybody can sign.
        raise BadEncodingError("the certificate's key belongs to everybody")
    return NodeId(public)


def hash_certificate(certificate_der: bytes) -> Hash:
    """Return SHA-256 of a certificate in DER."""
    return Hash(sha256(certificate_der).digest())


def _make_certificate(seed: bytes) -> x509.Certificate:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
        .sign(key, algorithm=None)
    )


@contextmanager
def _private_file(folder: Path, content: bytes) -> Iterator[Path]:
    """A file that only this process can open, gone afterwards."""
    in_memory = hasattr(os, "memfd_create") and _DESCRIPTORS.is_dir()
    path = folder / f".link-{token_hex(8)}.pem"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.memfd_create("link") if in_memory else os.open(path, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            # Also where the disk is full, and no key ever touches one.
            yield _DESCRIPTORS / str(descriptor) if in_memory else path
    finally:
        if not in_memory:
            path.unlink(missing_ok=True)
