"""How much a feed is once it is unpacked, and how much of it is shown.

A frame declares the size of its content, and that is checked before it is unpacked: so the cost
of reading a feed is known to the byte from what is on disk, however small it was packed.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from swarmfeed.core.feed.limits import INDEX_PIECE_BYTES


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


def pieces(
    start: int, end: int, runs: Sequence[tuple[int, int]], shown: int
) -> Iterator[tuple[int, int]]:
    """Cut [start, end) where a piece would be too large, and where posts begin to be shown.

    The newest piece comes first.  ``runs`` are first entries and bytes, oldest first; what
    they leave out is cut nowhere.
    """
    cuts, piece_bytes = [start], 0
    for first, size_bytes in runs:
        piece_bytes += size_bytes
        if first > start and (piece_bytes > INDEX_PIECE_BYTES or first == shown):
            cuts.append(first)
            piece_bytes = size_bytes
    yield from reversed(list(pairwise([*cuts, end])))
