"""Boxes of the real library, against the definitions word for word."""

from typing import Any

import pytest
from _reference_boxes import (
    decapsulate,
    draft_vector,
    open_box,
    public_of,
    seal_to_draft_seed,
)
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from swarmfeed.core.base.boxes import (
    EXTRA_BYTES,
    PUBLIC_BYTES,
    recovery_seed,
)
from swarmfeed.errors import BadSealError, UserError
from swarmfeed.shell import boxes as module
from swarmfeed.shell.boxes import HpkeBoxes

from tests.wycheproof import cases_of

SEED, OTHER = bytes(range(32)), bytes(range(32, 64))
ENCAPSULATED_BYTES = 1_120


@pytest.fixture(scope="module")
def boxes() -> HpkeBoxes:
    found = HpkeBoxes()
    assert found.trouble() == ""
    return found


def test_a_box_opens_for_its_key_and_its_purpose_alone(boxes: HpkeBoxes) -> None:
    public = boxes.public_of(SEED)
    box = boxes.seal(public, b"hidden", b"of a test")
    assert (len(public), len(box)) == (PUBLIC_BYTES, len(b"hidden") + EXTRA_BYTES)
    assert boxes.open(SEED, box, b"of a test") == b"hidden"
    for seed, info in ((OTHER, b"of a test"), (SEED, b"of another")):
        with pytest.raises(BadSealError):
            boxes.open(seed, box, info)


def test_equal_things_give_different_boxes(boxes: HpkeBoxes) -> None:
    public = boxes.public_of(SEED)
    assert len({boxes.seal(public, b"hidden", b"") for _ in range(8)}) == 8


@pytest.mark.parametrize("at", [0, 1_087, 1_088, 1_119, 1_120, -1])
def test_a_changed_box_does_not_open(boxes: HpkeBoxes, at: int) -> None:
    box = bytearray(boxes.seal(boxes.public_of(SEED), b"hidden", b""))
    box[at] ^= 1
    with pytest.raises(BadSealError):
        boxes.open(SEED, bytes(box), b"")


@pytest.mark.parametrize("length", [0, 1, ENCAPSULATED_BYTES, EXTRA_BYTES - 1])
def test_what_is_too_short_does_not_open(boxes: HpkeBoxes, length: int) -> None:
    with pytest.raises(BadSealError):
        boxes.open(SEED, bytes(length), b"")


def test_what_the_library_seals_opens_by_the_book(boxes: HpkeBoxes) -> None:
    box = boxes.seal(boxes.public_of(SEED), b"hidden", b"of a test")
    assert open_box(SEED, box, b"of a test") == b"hidden"


def test_what_is_sealed_by_the_book_opens_with_the_library(boxes: HpkeBoxes) -> None:
    box = seal_to_draft_seed(b"hidden", b"of a test")
    assert boxes.open(draft_vector()["seed"], box, b"of a test") == b"hidden"
    assert boxes.public_of(SEED) == public_of(SEED)


def test_the_vector_of_the_draft(boxes: HpkeBoxes) -> None:
    vector = draft_vector()
    public = boxes.public_of(vector["seed"])
    assert public.startswith(vector["public-start"])
    assert public.endswith(vector["public-end"])
    assert len(vector["encapsulated"]) == ENCAPSULATED_BYTES
    assert decapsulate(vector["seed"], vector["encapsulated"]) == vector["secret"]


def test_the_words_of_a_sheet_open_what_is_sealed_to_it(boxes: HpkeBoxes) -> None:
    seed = recovery_seed(SEED)
    assert seed not in (SEED, recovery_seed(OTHER))
    box = boxes.seal(boxes.public_of(seed), b"hidden", b"")
    assert boxes.open(recovery_seed(SEED), box, b"") == b"hidden"


def test_nothing_is_sealed_to_public_keys_that_are_none(boxes: HpkeBoxes) -> None:
    good = boxes.public_of(SEED)
    bad = [
        bytes.fromhex(case["ek"])
        for case in cases_of("mlkem_768_encaps_test")
        if case["result"] == "invalid" and len(case["ek"]) == 2 * 1_184
    ]
    assert len(bad) >= 12
    zero_points = [
        bytes.fromhex(case["public"])
        for case in cases_of("x25519_test")
        if "ZeroSharedSecret" in case["flags"]
    ]
    assert len(zero_points) == 31
    wrong = [each + good[1_184:] for each in bad] + [
        good[:1_184] + each for each in zero_points
    ]
    for public in (*wrong, b"", good[:-1], good + b"\0"):
        with pytest.raises(BadSealError):
            boxes.seal(public, b"hidden", b"")


def test_x25519_of_the_library_against_wycheproof() -> None:
    for case in cases_of("x25519_test"):
        private = X25519PrivateKey.from_private_bytes(bytes.fromhex(case["private"]))
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(case["public"]))
        if "ZeroSharedSecret" in case["flags"]:
            with pytest.raises(ValueError):
                private.exchange(public)
        else:
            assert private.exchange(public).hex() == case["shared"], case["tcId"]


def test_a_library_without_mlkem_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: bytes) -> Any:
        raise UnsupportedAlgorithm("ML-KEM is not supported by this version of OpenSSL")

    monkeypatch.setattr(module, "_keys_of", refuse)
    boxes = HpkeBoxes()
    assert "cannot do ML-KEM-768" in boxes.trouble()
    with pytest.raises(UserError, match="cannot do ML-KEM-768"):
        boxes.public_of(SEED)
