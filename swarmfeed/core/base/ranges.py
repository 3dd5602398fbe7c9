"""Half-open ranges of entries."""

from collections.abc import Iterable, Sequence
from itertools import groupby


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


def widest(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those that do not lie within another one, in ascending order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(ranges, key=lambda each: (each[0], -each[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same numbers in as few ranges as there can be, in ascending order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(each for each in ranges if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def runs(descending: Sequence[int]) -> list[range]:
    """Return indices as ranges without holes, in their order."""
    groups = groupby(enumerate(descending), key=lambda each: each[0] + each[1])
    found = []
    for _, group in groups:
        indices = [index for _, index in group]
        found.append(range(indices[-1], indices[0] + 1))
    return found
