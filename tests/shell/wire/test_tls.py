import asyncio
import errno
import os
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.errors import BadEncodingError, PassingError
from swarmfeed.shell.wire import tls
from swarmfeed.shell.wire.tls import (
    READ_BYTES,
    client_context,
    hash_certificate,
    make_certificate,
    read_node_id,
    server_context,
)

from tests.examples import at_most

SEED = b"s" * 32


def other_certificate() -> bytes:
    """A certificate with a key that is not Ed25519."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_the_certificate_holds_the_node_key_and_is_always_the_same() -> None:
    der = make_certificate(SEED)
    assert read_node_id(der) == SigningKey(SEED).public
    assert hash_certificate(der) == hash_certificate(make_certificate(SEED))
    assert der != make_certificate(b"t" * 32)


def test_the_certificate_is_valid_and_signed_by_its_own_key() -> None:
    certificate = x509.load_der_x509_certificate(make_certificate(SEED))
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_after_utc.year == 9999


def test_no_key_file_stays_behind(tmp_path: Path) -> None:
    server_context(SEED, tmp_path)
    assert os.listdir(tmp_path) == []


def test_no_key_file_stays_behind_when_the_seed_is_bad(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32"):
        server_context(b"short", tmp_path)
    assert os.listdir(tmp_path) == []


def test_only_tls_1_3_is_spoken(tmp_path: Path) -> None:
    assert client_context().minimum_version is ssl.TLSVersion.TLSv1_3
    assert server_context(SEED, tmp_path).minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.attack("A33")
def test_a_certificate_with_another_kind_of_key_is_refused() -> None:
    with pytest.raises(BadEncodingError, match="Ed25519"):
        read_node_id(other_certificate())


@pytest.mark.attack("A12")
@pytest.mark.parametrize("key", [b"\x01" + bytes(31), bytes(32), b"\xec" + b"\xff" * 31])
def test_a_key_of_small_order_is_no_node(key: bytes) -> None:
    der = make_certificate(SEED).replace(SigningKey(SEED).public, key)
    with pytest.raises(BadEncodingError, match="belongs to everybody"):
        read_node_id(der)


@pytest.mark.attack("A33")
@settings(max_examples=at_most(60))
@given(st.integers(0, 10_000), st.binary(max_size=4))
def test_a_damaged_certificate_gives_a_key_or_the_documented_error(
    at: int, damage: bytes
) -> None:
    der = bytearray(make_certificate(SEED))
    at %= len(der)
    der[at : at + len(damage)] = damage
    with suppress(BadEncodingError):
        assert len(read_node_id(bytes(der))) == 32


@pytest.mark.attack("A10")
@pytest.mark.parametrize("data", [b"", b"\x30", bytes(9_000), b"\x30\x84\x7f\xff\xff\xff"])
def test_what_is_not_a_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(BadEncodingError):
        read_node_id(data)


@pytest.mark.attack("A26")
@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no memory files")
def test_the_key_touches_no_disk_so_that_a_full_one_does_not_matter(tmp_path: Path) -> None:
    server_context(bytes(32), tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []


def test_where_files_in_memory_are_missing_the_key_is_gone_from_the_disk_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_DESCRIPTORS", tmp_path / "missing")
    server_context(bytes(32), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.attack("A26")
def test_a_key_for_which_there_is_no_room_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "memfd_create", full, raising=False)
    with pytest.raises(PassingError, match="too many files are open"):
        server_context(bytes(32), tmp_path)


def test_a_link_reads_in_small_pieces_and_loses_nothing(tmp_path: Path) -> None:
    """The buffer for them is there as long as the link: a supernode has hundreds."""
    data, pieces, came = os.urandom(300_000), list[bytes](), asyncio.Event()

    class Reader(asyncio.Protocol):
        def data_received(self, piece: bytes) -> None:
            pieces.append(piece)
            if sum(map(len, pieces)) == len(data):
                came.set()

    async def send() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            Reader, "127.0.0.1", 0, ssl=server_context(SEED, tmp_path)
        )
        host, port = server.sockets[0].getsockname()
        _, writer = await asyncio.open_connection(host, port, ssl=client_context())
        writer.write(data)
        await asyncio.wait_for(came.wait(), 30)
        writer.close()
        server.close()

    asyncio.run(send())
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= READ_BYTES
