"""Padding to a power of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.padding import pad, power_of_two, unpad
from swarmfeed.errors import BadEncodingError


@given(st.binary(max_size=600))
def test_what_was_padded_comes_back(content: bytes) -> None:
    total = power_of_two(16, len(content) + 4)
    padded = pad(content, total)
    assert len(padded) == total and total & (total - 1) == 0
    assert unpad(padded) == content


def test_a_power_of_two_is_the_lowest_that_is_enough() -> None:
    assert [power_of_two(4, n) for n in (0, 1, 4, 5, 8, 9)] == [4, 4, 4, 8, 8, 16]


@pytest.mark.parametrize("bad", [b"", b"\0\0\0", b"\0\0\0\2a", b"\0\0\0\1ab", b"\0\0\0\0\0\1"])
def test_anything_else_is_refused(bad: bytes) -> None:
    with pytest.raises(BadEncodingError):
        unpad(bad)


def test_what_does_not_fit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError):
        pad(bytes(13), 16)
