"""Project Wycheproof's cases for the primitives in use that no other test is about.

Signatures go through our code and the reference's; ChaCha20-Poly1305 seals what is in a box
(FORMAT 13), inside the library that makes them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import _ed25519
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.errors import BadSealError, BadSignatureError
from swarmfeed.shell.boxes import HpkeEnvelopes

from tests.wycheproof import cases_of


def signatures() -> Iterator[tuple[int, bytes, bytes, bytes, bool]]:
    """Number, key, message, signature, and whether it is one."""
    for case in cases_of("ed25519_test"):
        key = bytes.fromhex(case["publicKey"]["pk"])
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        yield case["tcId"], key, message, signature, case["result"] == "valid"


def wrong(takes: Callable[[bytes, bytes, bytes], bool]) -> list[int]:
    return [
        number
        for number, key, message, signature, valid in signatures()
        if takes(key, message, signature) != valid
    ]


def takes(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        verify_signature(key, message, signature)
    except BadSignatureError:
        return False
    return True


@pytest.mark.attack("A12")
def test_all_151_signatures_are_judged_rightly() -> None:
    assert len([*signatures()]) == 151
    assert wrong(takes) == []


@pytest.mark.slow
def test_the_reference_judges_them_rightly_too() -> None:
    assert wrong(_ed25519.is_signature) == []


def opens(case: dict[str, Any]) -> bool:
    """Whether what was sealed opens, and to what it should."""
    raw = {key: bytes.fromhex(case[key]) for key in ("key", "iv", "aad", "msg", "ct", "tag")}
    try:
        cipher = ChaCha20Poly1305(raw["key"])
        return cipher.decrypt(raw["iv"], raw["ct"] + raw["tag"], raw["aad"]) == raw["msg"]
    except (InvalidTag, ValueError):
        return False


def test_all_325_sealed_texts_are_judged_rightly() -> None:
    cases = cases_of("chacha20_poly1305_test")
    assert len(cases) == 325
    assert [case["tcId"] for case in cases if opens(case) != (case["result"] == "valid")] == []


ENVELOPES = HpkeEnvelopes()


def raw(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def decapsulated(case: dict[str, Any]) -> bool:
    """Whether a text gives a secret, which is the one it should give."""
    seed, text, secret = raw(case, "seed", "c", "K")
    try:
        return ENVELOPES.decapsulate(seed, text) == secret
    except BadSealError:
        return False


def encapsulated(case: dict[str, Any]) -> bool:
    """Whether something can be sealed to a public key."""
    try:
        secret, text = ENVELOPES.encapsulate(*raw(case, "ek"))
    except BadSealError:
        return False
    return (len(text), len(secret)) == (1_088, 32)


def test_all_100_seeds_give_their_public_keys() -> None:
    cases = cases_of("mlkem_768_keygen_seed_test")
    assert len(cases) == 100
    for case in cases:
        seed, public = raw(case, "seed", "ek")
        assert ENVELOPES.mlkem_public(seed) == public, case["tcId"]


@pytest.mark.parametrize(
    ("file", "count", "does"),
    [("mlkem_768_test", 193, decapsulated), ("mlkem_768_encaps_test", 265, encapsulated)],
)
@pytest.mark.attack("A205")
def test_all_texts_and_keys_of_mlkem_are_judged_rightly(
    file: str, count: int, does: Callable[[dict[str, Any]], bool]
) -> None:
    cases = cases_of(file)
    assert len(cases) == count
    assert [each["tcId"] for each in cases if does(each) != (each["result"] == "valid")] == []
