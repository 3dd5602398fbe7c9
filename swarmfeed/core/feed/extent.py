"""How much a feed is once it is unpacked, and how much of it is shown.

A frame declares the size of its content, and that is checked before it is unpacked: so the cost
of reading a feed is known to the byte from what is on disk, however small it was packed.
"""

from collections.abc import Iterable


def first_within(runs: Iterable[tuple[int, int]], budget_bytes: int) -> int:
    """Return the first entry that is shown: from there on all fits into a budget.

    Args:
        runs: First entry and bytes of each run of entries that is held, newest first.
        budget_bytes: For all that is shown; the newest run is, whatever it takes.
    """
    first, used = 0, 0
    for number, (start, size_bytes) in enumerate(runs):
        used += size_bytes
        if used > budget_bytes and number > 0:
            return first
        first = start
    return 0
