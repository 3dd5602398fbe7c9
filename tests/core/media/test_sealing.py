"""Files for some people only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.media.limits import PART_BYTES
from swarmfeed.core.media.sealing import (
    SEALED_PART_BYTES,
    open_part,
    padme,
    seal_parts,
    sealed_bytes,
)
from swarmfeed.errors import BadSealError

KEY = bytes(range(32))
CONTENT = bytes(at % 251 for at in range(3 * PART_BYTES + 100))
PARTS = list(
    seal_parts(
        KEY,
        (CONTENT[at : at + PART_BYTES] for at in range(0, len(CONTENT), PART_BYTES)),
        len(CONTENT),
    )
)


def test_each_part_opens_alone() -> None:
    for number in (2, 0, 3, 1):
        content = CONTENT[number * PART_BYTES : (number + 1) * PART_BYTES]
        assert open_part(KEY, PARTS[number], number, len(CONTENT)) == content
    assert sum(map(len, PARTS)) == sealed_bytes(len(CONTENT))
    assert {len(part) for part in PARTS[:-1]} == {SEALED_PART_BYTES}


@pytest.mark.attack("A236")
def test_no_part_stands_for_another_or_for_the_last() -> None:
    for part, number in (
        (PARTS[1], 0),
        (PARTS[0], 3),
        (PARTS[3], 0),
        (b"", 0),
        (PARTS[0][:9], 0),
    ):
        with pytest.raises(BadSealError):
            open_part(KEY, part, number, len(CONTENT))
    with pytest.raises(BadSealError):  # cut: the last one that is left is not the last one
        open_part(KEY, PARTS[2], 2, 3 * PART_BYTES)
    with pytest.raises(BadSealError):
        open_part(KEY[::-1], PARTS[0], 0, len(CONTENT))


@given(st.integers(1, 2**40))
def test_a_padded_length_is_little_more_and_says_little(length: int) -> None:
    padded = padme(length)
    assert length <= padded <= length * 1.12 + 1
    assert padme(padded) == padded
    assert len(bin(padded).rstrip("0")) - 3 <= length.bit_length().bit_length()
