"""Ranges of places, as messages have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.push.words import read_place, read_places, write_place, write_places
from swarmfeed.core.supernode.broadcast import EVERYWHERE, NOWHERE, PLACES, Places
from swarmfeed.errors import BadEncodingError


@given(st.integers(0, PLACES - 1), st.integers(1, PLACES))
def test_a_range_is_read_as_it_was_written(low: int, high: int) -> None:
    places = Places(low, max(low + 1, high))
    assert read_places(write_places(places)) == places
    assert read_place(write_place(low)) == low


def test_nowhere_is_nothing_and_everywhere_has_both_ends() -> None:
    assert write_places(NOWHERE) == b""
    assert read_places(b"") == NOWHERE
    assert write_places(EVERYWHERE) == bytes(8) + b"\xff" * 8


@pytest.mark.parametrize("raw", [b"1", bytes(8), bytes(15), bytes(17), b"\1" * 8 + bytes(8)])
def test_other_bytes_are_no_range(raw: bytes) -> None:
    with pytest.raises(BadEncodingError):
        read_places(raw)
