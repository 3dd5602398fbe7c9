"""The certificate for https: whom it names, how long, and what it cannot be used for."""

import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from swarmfeed.core.net.limits import CERTIFICATE_DAYS, CERTIFICATE_LEFT_DAYS
from swarmfeed.shell.wire.page_certificate import (
    OWN_NAMES,
    make_certificate,
    open_context,
    read_certificate,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_it_names_this_machine_and_what_was_told_beside() -> None:
    made = x509.load_pem_x509_certificate(make_certificate(["192.168.1.5", "::2"], NOW))
    said = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == ["localhost"]
    addresses = list(map(str, said.get_values_for_type(x509.IPAddress)))
    assert addresses == ["127.0.0.1", "::1", "192.168.1.5", "::2"]


@pytest.mark.attack("A294")
def test_whoever_stole_its_key_can_vouch_for_nobody_else() -> None:
    made = x509.load_pem_x509_certificate(make_certificate([], NOW))
    basic = made.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = made.extensions.get_extension_for_class(x509.KeyUsage)
    assert (basic.critical, basic.value.ca) == (True, False)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.crl_sign) == (
        True,
        False,
        False,
    )


def test_it_is_told_by_the_fingerprint_that_browsers_show() -> None:
    pem = make_certificate([], NOW)
    found = read_certificate(pem, [], NOW)
    assert found is not None
    assert b"PRIVATE" not in found.pem
    parts = found.fingerprint.split(":")
    assert (len(parts), {len(each) for each in parts}) == (32, {2})
    assert found.fingerprint == found.fingerprint.upper()
    shown = sha256(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)).digest()
    assert bytes.fromhex(found.fingerprint.replace(":", "")) == shown


@pytest.mark.parametrize(
    ("names", "later"),
    [
        (["192.168.1.5"], timedelta()),
        ([], timedelta(days=CERTIFICATE_DAYS - CERTIFICATE_LEFT_DAYS)),
        ([], timedelta(days=-2)),
    ],
)
def test_another_one_is_made_where_it_would_not_do(names: list[str], later: timedelta) -> None:
    pem = make_certificate([], NOW)
    assert read_certificate(pem, [], NOW + timedelta(days=CERTIFICATE_DAYS - 32)) is not None
    assert read_certificate(pem, names, NOW + later) is None


def test_no_day_more_than_browsers_take() -> None:
    made = x509.load_pem_x509_certificate(make_certificate([], NOW))
    lasts = made.not_valid_after_utc - made.not_valid_before_utc
    assert lasts == timedelta(days=CERTIFICATE_DAYS)


@pytest.mark.parametrize("spoilt", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_made_anew(spoilt: bytes, tmp_path: Path) -> None:
    (tmp_path / "tls.pem").write_bytes(spoilt)
    assert read_certificate(spoilt, [], NOW) is None
    assert open_context(tmp_path / "tls.pem") is None


def test_a_certificate_without_its_key_opens_nothing(tmp_path: Path) -> None:
    found = read_certificate(make_certificate([], NOW), [], NOW)
    assert found is not None
    (tmp_path / "tls.pem").write_bytes(found.pem)
    assert open_context(tmp_path / "tls.pem") is None


def test_old_ways_of_tls_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tls.pem").write_bytes(make_certificate(OWN_NAMES, NOW))
    context = open_context(tmp_path / "tls.pem")
    assert context is not None
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
