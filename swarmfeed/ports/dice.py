"""Bytes that nobody can guess."""

from collections.abc import Callable

Dice = Callable[[int], bytes]
"""Returns that many random bytes."""
