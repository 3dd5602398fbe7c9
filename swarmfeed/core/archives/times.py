"""Times as archives write them, as Unix milliseconds."""

import re
from calendar import monthrange, timegm
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun",
         "jul", "aug", "sep", "oct", "nov", "dec"), start=1)
}  # fmt: skip

_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
"""RFC 3339, and what is close to it: a space for the T, no seconds, no zone."""

_OF_X: Final = re.compile(
    r"\w{3} (\w{3}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})", re.ASCII
)
"""``Tue Jan 21 00:21:51 +0000 2025``."""

_OF_MAIL: Final = re.compile(
    r"(?:\w{3},\s*)?(\d{1,2}) (\w{3})\w* (\d{4}|\d\d) (\d\d):(\d\d)(?::(\d\d))?"
    r"\s*([+-]\d{4}|UT|GMT|Z|[ECMP][SD]T)?",
    re.ASCII | re.IGNORECASE,
)
"""RFC 822 and 5322: ``Tue, 21 Jan 2025 00:21:51 GMT``."""

_ZONES: Final = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
                 "pst": -8, "pdt": -7}  # fmt: skip
"""Hours, RFC 822, 5."""


def parse_time_of_x(text: str) -> int:
    """Read the time of a post of X, old or new.  ValueError: it is none."""
    match = _OF_X.fullmatch(text)
    if match is None:
        return parse_iso(text)
    month, day, hour, minute, second, zone, year = match.groups()
    clock = int(hour), int(minute), int(second)
    return _time_ms((int(year), _month(month), int(day)), clock, zone)


def parse_iso(text: str) -> int:
    """Read a time as RFC 3339 writes it, to the millisecond; without a zone it is UTC.

    Raises:
        ValueError: It is none.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no time")
    year, month, day, hour, minute, second, part, zone = match.groups()
    clock = int(hour or 0), int(minute or 0), int(second or 0)
    part_ms = int((part or "0")[:3].ljust(3, "0"))
    return _time_ms((int(year), int(month), int(day)), clock, zone or "Z") + part_ms


def parse_time_of_mail(text: str) -> int:
    """Read a time as RSS writes it.  ValueError: it is none."""
    match = _OF_MAIL.fullmatch(text.strip())
    if match is None:
        return parse_iso(text)
    day, month, year, hour, minute, second, zone = match.groups()
    # RFC 2822, 4.3: two digits stand for 1950 to 2049.
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)
    clock = int(hour), int(minute), int(second or 0)
    return _time_ms((full, _month(month), int(day)), clock, zone or "Z")


def _month(name: str) -> int:
    month = _MONTHS.get(name[:3].lower())
    if month is None:
        raise ValueError(f"{name} is no month")
    return month


def _time_ms(day: tuple[int, int, int], clock: tuple[int, int, int], zone: str) -> int:
    year, month, of_month = day
    hour, minute, second = clock
    if not (1970 <= year <= 9999 and 1 <= month <= 12):
        raise ValueError("no such year or month")
    if not 1 <= of_month <= monthrange(year, month)[1]:
        raise ValueError("no such day")
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("no such time of day")
    time_s = timegm((*day, *clock, 0, 0, 0)) - _zone_s(zone)
    if time_s < 0:
        raise ValueError("a time before 1970")
    return time_s * 1_000


def _zone_s(zone: str) -> int:
    if zone[0] not in "+-":
        return _ZONES.get(zone.lower(), 0) * 3_600
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError("no such time zone")
    seconds = hours * 3_600 + minutes * 60
    return seconds if zone[0] == "+" else -seconds
