"""XChaCha20-Poly1305 against Wycheproof's vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.aead import NONCE_BYTES, TAG_BYTES, seal, unseal
from swarmfeed.errors import BadSealError

from tests.wycheproof import cases_of

KEY, NONCE = bytes(range(32)), bytes(range(NONCE_BYTES))


def test_every_case_of_wycheproof() -> None:
    """Also nonces of another length, which the library would read beyond, or not to the end."""
    cases, seen = cases_of("xchacha20_poly1305_test"), {"valid": 0, "invalid": 0}
    assert len(cases) == 315
    for case in cases:
        key, nonce, context, plain, text, tag = (
            bytes.fromhex(case[name]) for name in ("key", "iv", "aad", "msg", "ct", "tag")
        )
        seen[case["result"]] += 1
        if case["result"] == "valid":
            assert seal(key, nonce, plain, context) == text + tag, case["tcId"]
            assert unseal(key, nonce, text + tag, context) == plain
        else:
            with pytest.raises((BadSealError, ValueError)):
                unseal(key, nonce, text + tag, context)
    assert min(seen.values()) > 40


@given(plain=st.binary(max_size=300), at=st.integers(0, 299), bit=st.integers(0, 7))
def test_whatever_bit_is_changed_nothing_opens(plain: bytes, at: int, bit: int) -> None:
    sealed = bytearray(seal(KEY, NONCE, plain, b"of a test"))
    assert len(sealed) == len(plain) + TAG_BYTES
    assert unseal(KEY, NONCE, bytes(sealed), b"of a test") == plain
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(BadSealError):
        unseal(KEY, NONCE, bytes(sealed), b"of a test")


@pytest.mark.parametrize("length", range(TAG_BYTES))
def test_what_is_too_short_to_have_a_tag_opens_to_nothing(length: int) -> None:
    with pytest.raises(BadSealError):
        unseal(KEY, NONCE, bytes(length), b"")


def test_it_opens_only_for_what_it_was_sealed_for() -> None:
    sealed = seal(KEY, NONCE, b"hidden", b"for one thing")
    for key, nonce, context in (
        (bytes(32), NONCE, b"for one thing"),
        (KEY, bytes(NONCE_BYTES), b"for one thing"),
        (KEY, NONCE, b"for another"),
    ):
        with pytest.raises(BadSealError):
            unseal(key, nonce, sealed, context)
