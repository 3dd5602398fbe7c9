"""How many examples a property is shown that needs fewer than others."""

from hypothesis import settings


def at_most(count: int) -> int:
    """As many as the profile of the run asks, but no more than ``count``."""
    return min(count, settings().max_examples)
