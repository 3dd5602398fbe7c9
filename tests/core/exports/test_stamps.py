"""Times as formats write them are those of the calendar."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives.times import parse_iso, parse_time_of_mail
from swarmfeed.core.exports.stamps import LATEST_MS, iso, of_mail


@given(st.integers(0, LATEST_MS))
def test_they_are_those_of_the_calendar_and_are_read_again(time_ms: int) -> None:
    there = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    assert datetime.fromisoformat(iso(time_ms)) == there
    assert of_mail(time_ms) == format_datetime(there.replace(microsecond=0), usegmt=True)
    assert parse_iso(iso(time_ms)) == time_ms
    assert parse_time_of_mail(of_mail(time_ms)) == time_ms // 1_000 * 1_000


def test_whole_seconds_have_no_part_and_nothing_is_later_than_the_calendar() -> None:
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(951_782_400_001) == "2000-02-29T00:00:00.001Z"
    assert iso(10**14) == "5138-11-16T09:46:40Z"
    assert iso(9 * 10**14)[:4] == "9999"
