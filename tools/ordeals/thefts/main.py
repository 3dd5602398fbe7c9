"""Plays every theft in turn, each time in another order."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from structlog.testing import capture_logs

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.thefts.scenes import SCENES, play_scene


def play(plan: Plan) -> Outcome:
    """One case is one theft in one order."""
    outcome, names, played = Outcome(), list(SCENES), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-thefts-") as folder:
        for case in range(plan.cases):
            name = names[case % len(names)]
            try:
                with capture_logs():  # nobody reads what nodes say of a thousand thefts
                    play_scene(Path(folder) / str(case), name, plan.luck(case))
            except AssertionError as error:
                outcome.gave_way.append(f"case {case}, {name}: {error}")
            played[name] += 1
            outcome.cases += 1
    outcome.figures |= {f"orders of {name}": str(count) for name, count in played.items()}
    return outcome


THEFTS: Final = Ordeal(
    name="thefts",
    about="whatever a thief of the author key signs, after the move the owner is back",
    cases=1_000,
    sample=10,
    play=play,
)
