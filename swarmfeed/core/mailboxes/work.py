"""Work that a stranger does for one parcel into one box on one day.

    SHA-256("swarmfeed mailbox work 1" || box id || day (4) || parcel id || number (8))

begins with WORK_BITS zero bits.  Days count from 1970; the holder takes its own day and those
beside it, for clocks differ.
"""

from hashlib import sha256
from typing import Final

from swarmfeed.core.mailboxes.limits import DAY_S, WORK_BITS, WORK_BYTES

_DOMAIN: Final = b"swarmfeed mailbox work 1"
_ABOVE: Final = (1 << (256 - WORK_BITS)).to_bytes(32, "big")
"""The least hash that does not begin with so many zero bits."""


def day_of(now_s: int) -> int:
    return now_s // DAY_S


def find_work(box: bytes, day: int, parcel: bytes, numbers: range) -> bytes | None:
    """Return the first of some numbers that shows the work, WORK_BYTES; None: none does.

    Args:
        parcel: Its id.
    """
    start = sha256(_start(box, day, parcel))
    for number in numbers:
        tried, end = start.copy(), number.to_bytes(WORK_BYTES, "big")
        tried.update(end)
        if tried.digest() < _ABOVE:
            return end
    return None


def is_work(box: bytes, today: int, parcel: bytes, work: bytes) -> bool:
    """Whether a number shows the work for a parcel, as of today."""
    days = (day for day in (today, today - 1, today + 1) if day >= 0)
    return len(work) == WORK_BYTES and any(
        sha256(_start(box, day, parcel) + work).digest() < _ABOVE for day in days
    )


def _start(box: bytes, day: int, parcel: bytes) -> bytes:
    return _DOMAIN + box + day.to_bytes(4, "big") + parcel
