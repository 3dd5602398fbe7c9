"""Ed25519 by published vectors."""

import json
from functools import partial
from pathlib import Path

import _ed25519
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.keys import (
    SigningKey,
    is_public_key,
    is_strict,
    require_strict_signatures,
    verify_signature,
)
from swarmfeed.errors import BadSignatureError

RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
        "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
        "984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

ZERO, ONE = "00" * 32, "01" + "00" * 31

SMALL_ORDER_KEYS = [
    ZERO,
    ONE,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]

KEY = SigningKey(bytes(range(32)))


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_published_signatures_are_made_and_verified(
    seed: str, public: str, message: str, signature: str
) -> None:
    """Source: RFC 8032, 7.1, tests 1 to 3."""
    key = SigningKey(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    verify_signature(key.public, bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.attack("A12")
@pytest.mark.parametrize("public", SMALL_ORDER_KEYS)
def test_keys_of_small_order_verify_nothing(public: str) -> None:
    """Under such a key one signature fits many messages.

    Source: the low order points of curve25519, as listed in libsodium's ed25519_ref10.c.
    """
    for signature in (public + ZERO, ONE + ZERO, ZERO + ZERO):
        for message in (b"", b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
            with pytest.raises(BadSignatureError):
                verify_signature(bytes.fromhex(public), message, bytes.fromhex(signature))


@pytest.mark.attack("A12")
def test_keys_that_belong_to_everybody_are_none() -> None:
    assert is_public_key(KEY.public)
    assert not is_public_key(KEY.public[:-1])
    for public in SMALL_ORDER_KEYS:
        key = bytes.fromhex(public)
        assert not is_public_key(key)
        assert not is_public_key(key[:-1] + bytes([key[-1] | 0x80]))


def openssl_takes(public: bytes, message: bytes, signature: bytes) -> bool:
    """By the rule of RFC 8032 without its cofactor: points of small order pass."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.attack("A12")
def test_openssl_follows_the_rule_where_small_points_are_refused_before() -> None:
    """As FORMAT 1 says to whoever has another library."""

    def takes(public: bytes, message: bytes, signature: bytes) -> bool:
        if not (is_public_key(public) and is_public_key(signature[:32])):
            return False
        return openssl_takes(public, message, signature)

    assert is_strict(takes)
    paths = list((Path(__file__).parents[2] / "vectors" / "signature").glob("*.json"))
    for path in paths:
        vector = json.loads(path.read_text("utf-8"))
        parts = [bytes.fromhex(vector[key]) for key in ("key", "message", "signature")]
        assert takes(*parts) == ("error" not in vector), path.stem
    assert len(paths) > 50


@pytest.mark.attack("A12")
def test_a_library_with_another_rule_is_found_out() -> None:
    require_strict_signatures()
    assert is_strict(_ed25519.is_signature)
    assert not is_strict(partial(_ed25519.is_signature, cofactor=8))
    assert not is_strict(openssl_takes)
    assert not is_strict(lambda public, message, signature: False)


@pytest.mark.attack("A12")
def test_a_changed_bit_of_key_message_or_signature_is_refused() -> None:
    parts = (KEY.public, b"swarm", KEY.sign(b"swarm"))
    whole = b"".join(parts)
    verify_signature(*parts)
    for bit in range(8 * len(whole)):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignatureError):
            verify_signature(bytes(changed[:32]), bytes(changed[32:-64]), bytes(changed[-64:]))


@pytest.mark.attack("A12")
def test_bytes_do_not_move_between_key_signature_and_message() -> None:
    signature = KEY.sign(b"swarm")
    for public, message, moved in (
        (KEY.public, b"arm", signature + b"sw"),
        (KEY.public, signature[-1:] + b"swarm", signature[:-1]),
        (KEY.public + b"x", b"swarm", signature),
        (KEY.public[:-1], b"swarm", signature),
    ):
        with pytest.raises(BadSignatureError, match=r"is \d\d bytes"):
            verify_signature(public, message, moved)


@pytest.mark.attack("A12")
@given(st.binary(max_size=80), st.binary(max_size=40), st.binary(max_size=80))
def test_garbage_raises_the_one_error(public: bytes, message: bytes, signature: bytes) -> None:
    with pytest.raises(BadSignatureError):
        verify_signature(public, message, signature)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_a_key_signs_verifies_under_its_public_key(seed: bytes, message: bytes) -> None:
    key = SigningKey(seed)
    verify_signature(key.public, message, key.sign(message))
    assert key == SigningKey(seed)


def test_a_key_does_not_show_its_seed() -> None:
    assert "seed" not in repr(KEY) and KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} bytes"):
        SigningKey(bytes(length))
