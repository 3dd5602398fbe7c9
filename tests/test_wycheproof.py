"""Project Wycheproof's cases for the primitives in use, through our code and the reference's.

Source: C2SP/wycheproof, testvectors_v1, Apache-2.0; copied to ``tests/vectors/wycheproof``.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _ed25519
import pytest
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.errors import BadSignatureError

FOLDER = Path(__file__).parent / "vectors" / "wycheproof"


def groups(name: str) -> list[dict[str, Any]]:
    found = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    counted = sum(len(group["tests"]) for group in found["testGroups"])
    assert counted == found["numberOfTests"]
    return list(found["testGroups"])


def signatures() -> Iterator[tuple[int, bytes, bytes, bytes, bool]]:
    """Number, key, message, signature, and whether it is one."""
    for group in groups("ed25519_test"):
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            yield test["tcId"], key, message, signature, test["result"] == "valid"


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
