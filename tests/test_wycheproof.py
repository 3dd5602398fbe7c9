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
from swarmfeed.errors import BadSignatureError

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
