"""Numbers of bytes as people type them, in powers of a thousand as disks are sold."""

import re
from typing import Final

from swarmfeed.core.base.texts import Text
from swarmfeed.errors import UserError

NO_SIZE: Final = Text("'{typed}' is not a size such as 500M or 20G")

TYPED_SHOWN: Final = 20
"""How many characters of what is no size are said again."""

_UNITS: Final = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_SIZE: Final = re.compile(r"(\d{1,15})(?:[.,](\d))? ?([KMGT]?)B?", re.IGNORECASE | re.ASCII)


def parse_size(typed: str) -> int:
    """Read ``500M``, ``20 GB`` or ``1.5T``; a comma stands for a point.

    Raises:
        UserError: It is something else.
    """
    match = _SIZE.fullmatch(typed.strip())
    if match is None:
        raise UserError(NO_SIZE(typed=typed[:TYPED_SHOWN]))
    tenths = int(match[1]) * 10 + int(match[2] or 0)
    return tenths * _UNITS[match[3].upper()] // 10


def exact_size(size_bytes: int) -> str:
    """Return the shortest text that ``parse_size`` reads as so many bytes."""
    for unit in ("T", "G", "M", "K"):
        tenths, rest = divmod(size_bytes * 10, _UNITS[unit])
        if size_bytes >= _UNITS[unit] and not rest:
            whole, tenth = divmod(tenths, 10)
            shown = "kB" if unit == "K" else f"{unit}B"
            return f"{whole}.{tenth} {shown}" if tenth else f"{whole} {shown}"
    return str(size_bytes)
