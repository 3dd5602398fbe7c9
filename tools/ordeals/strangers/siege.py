"""What a siege is: one way of besieging a real node, as large as is asked for."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

from ordeals.ordeal import Outcome

WHOLE: Final = 100
"""Cases of the whole proof: a case is a hundredth of each siege's full size."""


class Terms(Struct, frozen=True, kw_only=True):
    """On which terms a siege is laid."""

    folder: Path
    """An own, empty one; it goes afterwards."""
    luck: Random
    cases: int
    """Hundredths of the full size, from 1."""

    @property
    def is_whole(self) -> bool:
        return self.cases >= WHOLE

    def of(self, whole: int, least: int = 1) -> int:
        """That part of ``whole`` that is asked for, but no less than ``least``."""
        return max(least, whole * self.cases // WHOLE)


class Siege(Struct, frozen=True, kw_only=True):
    """One kind of siege; ``lay`` ends all that it started, however it goes."""

    name: str
    about: str
    """One line: who does what to what."""
    lay: Callable[[Terms], Outcome]
    """Counts a case for each thing that was tried."""
