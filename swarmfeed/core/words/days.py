"""Days, months and years that a person types, as times: by UTC, the same for everybody."""

import re
from calendar import monthrange, timegm
from typing import Final

from swarmfeed.core.words.folding import fold

_TYPED: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")

YEAR_MIN: Final = 1970
"""Times are counted from its beginning."""


def parse_days(typed: str) -> tuple[int, int] | None:
    """Return when a day, month or year begins and when it has ended: [first, end) in Unix ms.

    Returns:
        None for what is none of them: ``2026-02-30``, ``yesterday``.
    """
    match = _TYPED.fullmatch(fold(typed))
    if match is None or int(match[1]) < YEAR_MIN:
        return None
    year, first_month, last_month = (
        int(match[1]),
        int(match[2] or 1),
        int(match[2] or 12),
    )
    if not 1 <= first_month <= 12:
        return None
    days = monthrange(year, last_month)[1]
    first_day, last_day = int(match[3] or 1), int(match[3] or days)
    if not 1 <= first_day <= days:
        return None
    first_s = timegm((year, first_month, first_day, 0, 0, 0))
    end_s = timegm((year, last_month, last_day, 24, 0, 0))
    return first_s * 1_000, end_s * 1_000
