"""Sizes as people type them, and as they are written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.sizes import exact_size, parse_size
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("typed", "size_bytes"),
    [
        ("0", 0),
        ("812", 812),
        ("500M", 500_000_000),
        ("20 GB", 20_000_000_000),
        ("1.5T", 1_500_000_000_000),
        ("1,5 gb", 1_500_000_000),
        (" 500 kB ", 500_000),
    ],
)
def test_a_size_is_read_in_powers_of_a_thousand(typed: str, size_bytes: int) -> None:
    assert parse_size(typed) == size_bytes


@pytest.mark.parametrize("typed", ["", "much", "-1", "1.55G", "1 PB", "٣ GB", "1" * 16, "1e9"])
def test_what_is_no_size_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="is not a size such as 500M or 20G"):
        parse_size(typed)


@given(st.integers(0, 10**14))
def test_what_is_written_is_read_as_it_was(size_bytes: int) -> None:
    assert parse_size(exact_size(size_bytes)) == size_bytes


def test_a_size_is_written_as_short_as_it_goes() -> None:
    written = [exact_size(each) for each in (0, 999, 500_000, 1_500_000_000, 1_234_567)]
    assert written == ["0", "999", "500 kB", "1.5 GB", "1234567"]
