"""Times as formats write them."""

from email.utils import formatdate
from typing import Final

from swarmfeed.core.base.limits import TIME_MS_MAX

LATEST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: no format goes further."""


def iso(time_ms: int) -> str:
    """``2025-01-21T00:21:51.123Z`` (RFC 3339); whole seconds have no part."""
    seconds, part_ms = _parts(time_ms)
    days, of_day = divmod(seconds, 86_400)
    year, month, day = _date(days)
    clock = f"{of_day // 3_600:02}:{of_day // 60 % 60:02}:{of_day % 60:02}"
    part = f".{part_ms:03}" if part_ms else ""
    return f"{year:04}-{month:02}-{day:02}T{clock}{part}Z"


def of_mail(time_ms: int) -> str:
    """``Tue, 21 Jan 2025 00:21:51 GMT`` (RFC 5322)."""
    return formatdate(_parts(time_ms)[0], usegmt=True)


def _parts(time_ms: int) -> tuple[int, int]:
    """Seconds since 1970, and milliseconds."""
    assert 0 <= time_ms <= TIME_MS_MAX, "times of posts are in these bounds"
    return divmod(min(time_ms, LATEST_MS), 1_000)


def _date(days: int) -> tuple[int, int, int]:
    """Year, month and day.  Source: H. Hinnant, chrono-compatible low-level date algorithms."""
    days += 719_468  # since 1 March of the year 0: so leap days end years
    era, of_era = divmod(days, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (month <= 2), month, day
