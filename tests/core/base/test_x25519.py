"""Agreeing on a secret: Project Wycheproof's cases, and points of small order."""

import pytest
from swarmfeed.core.base.x25519 import exchange, x25519_public
from swarmfeed.errors import BadSealError

from tests.wycheproof import cases_of


def agreed(case: dict[str, str]) -> bytes | None:
    try:
        return exchange(bytes.fromhex(case["private"]), bytes.fromhex(case["public"]))
    except BadSealError:
        return None


@pytest.mark.attack("A205")
def test_all_cases_are_judged_rightly() -> None:
    right = refused = 0
    for case in cases_of("x25519_test"):
        shared = bytes.fromhex(case["shared"])
        expected = shared if any(shared) else None
        assert agreed(case) == expected, case["tcId"]
        right += expected is not None
        refused += expected is None
    assert (right, refused) == (487, 31)


def test_both_sides_agree() -> None:
    one, other = bytes([1]) * 32, bytes([2]) * 32
    assert exchange(one, x25519_public(other)) == exchange(other, x25519_public(one))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
def test_keys_of_another_length_are_refused(public: bytes) -> None:
    with pytest.raises(BadSealError, match="bytes"):
        exchange(bytes(32), public)
