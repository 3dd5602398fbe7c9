"""Values as people read them: times, sizes, counts, short addresses."""

from datetime import UTC, datetime
from typing import Final

from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.texts import Text, format_size
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId

from webui.languages import date_and_time, language_now

FAR_AHEAD: Final = Text("far in the future")

YEAR_9999_MS: Final = 253_370_764_800_000
"""Start of the last year a calendar here knows; an author's clock may say anything."""


def iso_time(time_ms: int) -> str:
    """Return a time for machines, or nothing beyond the calendar."""
    if time_ms >= YEAR_9999_MS:
        return ""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")


def local_time(time_ms: int) -> str:
    """Return a time of day in this machine's zone: ``20 Nov 2026, 10:43``."""
    if time_ms >= YEAR_9999_MS:
        return FAR_AHEAD()
    local = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()
    return date_and_time(local)


def count(number: int) -> str:
    """Return a number with its thousands apart: ``12,345``."""
    return language_now().number(number, ",")


def size(size_bytes: int) -> str:
    """Return a size of two digits at least: ``1.4 MB``, ``14 MB``."""
    return format_size(size_bytes, tenths_below=10)


def percent(part: int, whole: int) -> int:
    """Return a share, 0 to 100; 100 only when nothing is missing."""
    if part >= whole:
        return 100
    return max(part * 100 // whole, 0)


def short(key: FeedId | NodeId) -> str:
    """Return an address shortened for the eye: its first and last characters."""
    return _shortened(format_address(key))


def short_author(author_id: AuthorId) -> str:
    """Return the address of a person, shortened in the same way."""
    return _shortened(format_author(author_id))


def _shortened(address: str) -> str:
    return f"{address[:8]}…{address[-6:]}"


EVERY: Final = {
    86400: Text("{number} d"),
    3600: Text("{number} h"),
    60: Text("{number} min"),
    1: Text("{number} s"),
}
"""Intervals, by the seconds of their unit."""


def every(every_s: int) -> str:
    """Return an interval in words: ``30 s``, ``5 min``, ``6 h``."""
    unit_s = next((each for each in EVERY if every_s and every_s % each == 0), 1)
    return EVERY[unit_s](number=every_s // unit_s)


def sentence_case(text: str) -> str:
    """Return a part of a sentence as a heading of its own: it begins with a capital."""
    return text[:1].upper() + text[1:]
