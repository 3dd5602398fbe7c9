"""The certificate by which apps reach the page's API with https.

It signs itself and nothing else (``CA:FALSE``), and names this machine alone: who trusts it
trusts one server, and whoever stole its key could be no other.

Source: RFC 5280, sections 4.2.1.3 (key usage), 4.2.1.6 (names), 4.2.1.9 (basic constraints),
4.2.1.12 (extended key usage); Apple's "Requirements for trusted certificates in iOS 13 and
macOS 10.15" (825 days at most).
"""

import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from swarmfeed.core.asks.troubles import refusal
from swarmfeed.core.net.limits import CERTIFICATE_DAYS, CERTIFICATE_LEFT_DAYS

NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "swarmfeed on this machine")])

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
"""What every certificate names."""

ALPN: Final = ("http/1.1",)


class PageCertificate(Struct, frozen=True, kw_only=True):
    """What is told of it; the key stands in a file of its own."""

    pem: bytes
    fingerprint: str
    """SHA-256 as browsers show it: 32 pairs of digits with colons."""


def make_certificate(names: Sequence[str], now: datetime) -> bytes:
    """Return a new key and its certificate, both in PEM.

    Args:
        names: Host names and addresses beside OWN_NAMES.
        now: With its time zone.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    found = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day before: clocks of one machine and of a browser beside it may differ.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS - 1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_only(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_general(names)), critical=False)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + found.public_bytes(Encoding.PEM)


def read_certificate(pem: bytes, names: Sequence[str], now: datetime) -> PageCertificate | None:
    """Return what is told of a certificate; None when another one has to be made.

    That is so where it cannot be read, names other machines, or ends within
    CERTIFICATE_LEFT_DAYS.
    """
    try:
        found = x509.load_pem_x509_certificate(pem)
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return None
    is_ours = set(said) == set(_general(names))
    lasts = found.not_valid_after_utc - now > timedelta(days=CERTIFICATE_LEFT_DAYS)
    if not (is_ours and lasts and found.not_valid_before_utc <= now):
        return None
    digest = sha256(found.public_bytes(Encoding.DER)).digest()
    return PageCertificate(
        pem=found.public_bytes(Encoding.PEM), fingerprint=digest.hex(":").upper()
    )


def open_context(path: Path) -> ssl.SSLContext | None:
    """Return TLS for accepting, with key and certificate in a file; None: they are none.

    Raises:
        PassingError: The file cannot be read now.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(list(ALPN))
    try:
        context.load_cert_chain(path)
    except ssl.SSLError:
        return None
    except OSError as error:
        raise refusal(error, path) or error from error
    return context


def _signs_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for each in dict.fromkeys((*OWN_NAMES, *names)):
        try:
            found.append(x509.IPAddress(ip_address(each)))
        except ValueError:
            found.append(x509.DNSName(each))
    return found
