"""What an ordeal is: many seeded cases against the real thing, figures, and what gave way."""

import random
from collections.abc import Callable

from msgspec import Struct, field


class Plan(Struct, frozen=True, kw_only=True):
    """How long, and with which luck."""

    seed: int
    cases: int
    """At most so many; an ordeal that walks through a table ends with it."""

    def luck(self, case: int) -> random.Random:
        """The luck of one case: the same whichever cases ran before it."""
        return random.Random(f"{self.seed}:{case}")


class Outcome(Struct):
    """What came of it.  It went well when nothing gave way and a case ran at all."""

    cases: int = 0
    figures: dict[str, str] = field(default_factory=dict)
    """Name -> value with its unit, as it goes into docs/MEASUREMENTS.md."""
    gave_way: list[str] = field(default_factory=list)
    """A line for each case that ended otherwise than it must: what was done, what came."""

    @property
    def held(self) -> bool:
        return self.cases > 0 and not self.gave_way


class Ordeal(Struct, frozen=True, kw_only=True):
    """One kind of torture."""

    name: str
    about: str
    """One line: what is done to what."""
    cases: int
    """Cases of the whole proof."""
    sample: int
    """Cases of the sample that ``tools/test`` plays: about ten seconds of them.  0: one case
    takes longer, and a slow test plays it."""
    play: Callable[[Plan], Outcome]
    is_timed: bool = True
    """False: its sample measures nothing, but waits for what has to come, a minute and longer,
    so it can be played beside something else."""
    parts: "tuple[Ordeal, ...]" = ()
    """What can also be played alone, under names of their own."""
