"""Dice that fall alike in every run: simulations and records have to be repeatable."""

from random import Random


class FakeDice:
    """Is a ``ports.Dice``."""

    def __init__(self, seed: int = 0) -> None:
        self._luck = Random(f"dice {seed}")

    def __call__(self, count: int) -> bytes:
        return self._luck.randbytes(count)
