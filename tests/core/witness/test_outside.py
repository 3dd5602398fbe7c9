"""Witnesses on the web as people write them, and what is posted to them."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.witness.cosignature import sign_cosignature
from swarmfeed.core.witness.limits import NOTE_SIGNATURES_MAX, WITNESS_URL_CHARS_MAX
from swarmfeed.core.witness.outside import (
    HasSize,
    OutsideWitness,
    Saw,
    read_outside_witness,
    read_reply,
    write_request,
)
from swarmfeed.errors import BadSignatureError, RemoteError, UserError

from tests.core.witness.test_book import MAX, NODE, NODE_KEY, head, leaves
from tests.core.witness.test_checkpoints import posted

EXAMPLE = "witness.example.com/w1"
KEY = b"\x04" + bytes.fromhex(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
)
"""Of kind 4; the public key of RFC 8032, 7.1, test 1."""
KEY_HASH = sha256(EXAMPLE.encode() + b"\n" + KEY).digest()[:4].hex()
VERIFIER = f"{EXAMPLE}+{KEY_HASH}+{b64encode(KEY).decode()}"
OWN = f"swarmfeed-witness/{format_address(NODE)}"


def own() -> OutsideWitness:
    return read_outside_witness(f"http://127.0.0.1:8000#{OWN}")


def test_where_a_witness_is_and_its_key_are_read() -> None:
    read = read_outside_witness(f"https://Witness.example.com/prefix/#{VERIFIER}")
    assert str(read.place) == "https://witness.example.com:443/prefix/add-checkpoint"
    assert (read.name, read.key, read.key_hash.hex()) == (EXAMPLE, KEY[1:], KEY_HASH)
    assert (own().name, own().key) == (OWN, NODE)
    assert str(own().place) == "http://127.0.0.1:8000/add-checkpoint"
    assert (
        str(read_outside_witness(f"http://[::1]#{OWN}").place)
        == "http://[::1]:80/add-checkpoint"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://witness.example",
        f"ftp://witness.example#{VERIFIER}",
        f"witness.example#{VERIFIER}",
        f"https://#{VERIFIER}",
        f"https://me:secret@witness.example#{VERIFIER}",
        f"https://witness.example/?a=b#{VERIFIER}",
        f"https://witness.example:99999#{VERIFIER}",
        f"https://wit ness.example#{VERIFIER}",
        f"https://witness.example/a\r\nHost: b#{VERIFIER}",
        f"https://witness.exämple#{VERIFIER}",
        f"https://witness.example/{'a' * WITNESS_URL_CHARS_MAX}#{VERIFIER}",
        f"https://witness.example#{VERIFIER[:-1]}",
        f"https://witness.example#other{VERIFIER}",
        "https://witness.example#" + VERIFIER.replace(KEY_HASH, "00000000"),
        f"https://witness.example#{OWN[:-1]}",
        f"https://witness.example#{OWN[:-1]}{'a' if OWN[-1] != 'a' else 'b'}",
        f"https://witness.example#{EXAMPLE}+{KEY_HASH}+{b64encode(b'A' + KEY[1:]).decode()}",
    ],
)
def test_what_is_no_witness_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(UserError):
        read_outside_witness(typed)


@pytest.mark.parametrize("old", range(MAX + 1))
def test_what_is_posted_is_what_a_client_of_rfc_6962_posts(old: int) -> None:
    hashes = leaves(0)

    def subtree(start: int, end: int) -> Hash:
        return root_hash(hashes[start:end])

    proof = full_consistency_proof(old, MAX, subtree) if 0 < old < MAX else []
    assert write_request(old, MAX, proof, head(MAX)) == posted(MAX, old)


@pytest.mark.attack("A227")
def test_its_line_is_found_among_others_and_verified() -> None:
    line = sign_cosignature(head(7), NODE, 1_700_000_000, NODE_KEY.sign)
    others = b"\xe2\x80\x94 witness.example/w1 AAAA\n"
    assert read_reply(own(), 200, others + line + b"\n", head(7)) == Saw(1_700_000_000)
    many = others * NOTE_SIGNATURES_MAX + line + b"\n"
    altered = line[:-10] + (b"A" if line[-10:-9] != b"A" else b"B") + line[-9:]
    for body, of in ((line, head(8)), (many, head(7)), (altered, head(7))):
        with pytest.raises(BadSignatureError):
            read_reply(own(), 200, body, of)
    raw = b64decode(line.rsplit(b" ", 1)[1])
    renamed = line.rsplit(b" ", 1)[0] + b" " + b64encode(bytes(4) + raw[4:])
    with pytest.raises(BadSignatureError):
        read_reply(own(), 200, renamed, head(7))


def test_its_size_is_read_and_nothing_else_of_a_conflict() -> None:
    assert read_reply(own(), 409, b"12\n", head(7)) == HasSize(12)
    for body in (b"", b"-1\n", b"012\n", b"12\n\n", b"1" * 12, b"9999999999\n"):
        with pytest.raises(RemoteError):
            read_reply(own(), 409, body, head(7))
