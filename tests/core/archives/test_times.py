"""Times of other places, to the millisecond."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives.times import parse_iso, parse_time_of_mail, parse_time_of_x


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("2025-01-21T00:21:51Z", 1_737_418_911_000),
        ("2025-01-21T00:21:51.1239Z", 1_737_418_911_123),
        ("2025-01-21 02:21:51+02:00", 1_737_418_911_000),
        ("2025-01-20T19:21:51-0500", 1_737_418_911_000),
        ("2025-01-21T00:21", 1_737_418_860_000),
        ("2025-01-21", 1_737_417_600_000),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_iso(text: str, time_ms: int) -> None:
    assert parse_iso(text) == time_ms


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 21 Jan 2025 00:21:51 GMT",
        "21 Jan 25 00:21:51 +0000",
        "Mon, 20 Jan 2025 19:21:51 EST",
        "Tue, 21 January 2025 00:21:51",
        "2025-01-21T00:21:51Z",
    ],
)
def test_mail(text: str) -> None:
    assert parse_time_of_mail(text) == 1_737_418_911_000


def test_x() -> None:
    assert parse_time_of_x("Tue Jan 21 00:21:51 +0000 2025") == 1_737_418_911_000
    assert parse_time_of_x("2012-03-31 12:30:00 +0000") == 1_333_197_000_000


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2025-13-01", "2025-02-30", "1969-12-31", "2025-01-21T25:00:00Z",
     "2025-01-21T00:00:00+99:00", "99999-01-01", "Tue Foo 21 00:21:51 +0000 2025"],
)  # fmt: skip
def test_no_times(text: str) -> None:
    for parse in (parse_iso, parse_time_of_mail, parse_time_of_x):
        with pytest.raises(ValueError, match=r"."):
            parse(text)


@given(st.text(max_size=40))
def test_garbage_is_a_value_error(text: str) -> None:
    for parse in (parse_iso, parse_time_of_mail, parse_time_of_x):
        with suppress(ValueError):
            assert parse(text) >= 0
