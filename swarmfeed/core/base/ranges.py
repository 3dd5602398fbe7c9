"""Half-open ranges of entries."""

from collections.abc import Iterable


def subtract(start: int, end: int, done: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what of [start, end) is in none of ``done``.

    Args:
        done: Ranges in ascending order that do not overlap.
    """
    left = []
    for first, stop in done:
        if first >= end or stop <= start:
            continue
        if start < first:
            left.append((start, first))
        start = max(start, stop)
    if start < end:
        left.append((start, end))
    return left
