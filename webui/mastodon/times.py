"""Times as apps read them."""

from datetime import UTC, datetime
from typing import Final

LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: later times cannot be written as apps read them."""

SOMETIME: Final = 0
"""Since when somebody is here is not known of others; Mastodon wants a day."""


def iso(time_ms: int) -> str:
    """Return a time as ``2026-11-20T12:00:00.000Z``."""
    at = datetime.fromtimestamp(min(time_ms, LAST_MS) // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{min(time_ms, LAST_MS) % 1000:03d}Z"
