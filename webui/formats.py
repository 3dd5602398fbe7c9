"""Values as people read them: times, sizes, counts, short addresses."""

from datetime import UTC, datetime
from typing import Final

from swarmfeed.core.base.address import format_address

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
        return "far in the future"
    local = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def count(number: int) -> str:
    """Return a number with its thousands apart: ``12,345``."""
    return f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    """Return ``1 post`` or ``2 posts``."""
    return f"{number:,} {one if number == 1 else many}"


def size(size_bytes: int) -> str:
    """Return a size in decimal units: ``1.4 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def percent(part: int, whole: int) -> int:
    """Return a share, 0 to 100; 100 only when nothing is missing."""
    if part >= whole:
        return 100
    return max(part * 100 // whole, 0)


def short(key: bytes) -> str:
    """Return an address shortened for the eye: its first and last characters."""
    address = format_address(key)
    return f"{address[:8]}…{address[-6:]}"


def every(every_s: int) -> str:
    """Return an interval in words: ``30 s``, ``5 min``, ``6 h``."""
    for unit_s, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if every_s >= unit_s and every_s % unit_s == 0:
            return f"{every_s // unit_s} {unit}"
    return f"{every_s} s"
