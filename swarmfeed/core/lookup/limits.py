"""Bounds of searches in the network, with unit and reason."""

from typing import Final

# --- what is noticed -----------------------------------------------------------------------

SETTLED_MS: Final = 60_000
"""How old a post must be before a supernode that lacks it may be wondered at: push takes
seconds, and a crashed layer half a minute."""
