"""Where a followed link leads, as it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.net.given import Given, decode_given, encode_given
from swarmfeed.core.net.limits import GIVEN_KEPT_MS
from swarmfeed.errors import BadEncodingError

ANNA = AuthorId(b"a" * 32)


@given(st.integers(0, TIME_MS_MAX))
def test_what_was_kept_is_read(at_ms: int) -> None:
    assert decode_given(encode_given(Given(ANNA, at_ms))) == Given(ANNA, at_ms)


@pytest.mark.parametrize("value", [b"", bytes(39), bytes(41), b"a" * 32 + b"\xff" * 8])
def test_a_damaged_row_is_none(value: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_given(value)


def test_it_counts_for_a_week_and_while_the_clock_is_behind() -> None:
    kept = Given(ANNA, 1_000)
    assert kept.counts(0) and kept.counts(999 + GIVEN_KEPT_MS)
    assert not kept.counts(1_000 + GIVEN_KEPT_MS)
