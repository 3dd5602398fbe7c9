"""Where in a timeline posts are missing: between two of one feed, or behind its last one."""

from collections.abc import Sequence

from swarmfeed.core.base.ranges import subtract

Ranges = Sequence[tuple[int, int]]
"""Half-open, in whatever order."""


def missing_between(held: Ranges, older: int, newer: int) -> int:
    """How many entries between two are not held."""
    return sum(end - start for start, end in subtract(older + 1, newer, sorted(held)))


def missing_below(held: Ranges, newer: int) -> int:
    """How many entries are missing in a row where going down from one meets the first that
    is not held; 0: all below is here."""
    runs = list(subtract(0, newer, sorted(held)))
    return runs[-1][1] - runs[-1][0] if runs else 0
