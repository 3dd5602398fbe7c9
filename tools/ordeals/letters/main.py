"""Two people who are never there together write to each other by mailboxes, and lose nothing.

Turn by turn one of them is there alone: what the other wrote has come, in order and once; they
write, are killed now and then, and go once all of it waits somewhere.  After the first turn one
of the three machines that keep letters leaves for good; another one loses, repeats and reorders
all along.  Later each gets a second device, which take turns, and one goes on from an old copy
of its home.
"""

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from ordeals.letters.story import Course, Story
from ordeals.letters.town import Town
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Refused


def play(course: Course, plan: Plan) -> Outcome:
    """Play so many cases."""
    outcome, took = Outcome(), list[float]()
    for case in range(plan.cases):
        started_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="swarmfeed-letters-") as name:
            story = Story(Town(Path(name)), plan.luck(case), course)
            try:
                story.play()
            except Refused as error:
                story.gave_way.append(str(error))
            finally:
                story.town.close()
        outcome.cases += 1
        outcome.gave_way += [f"case {case}: {each}" for each in story.gave_way]
        outcome.figures[f"kills, case {case}"] = str(story.town.kills)
        each_way = " and ".join(str(len(each.said)) for each in story.people)
        outcome.figures[f"letters each way, case {case}"] = each_way
        took.append(time.monotonic() - started_s)
    outcome.figures["seconds"] = ", ".join(f"{each:.0f}" for each in took)
    return outcome


LETTERS: Final = Ordeal(
    name="letters",
    about="100 letters each way between two who are never there together, 30 of them at once;"
    " of three mailboxes one leaves for good and one lies; both are killed at random",
    cases=3,
    sample=0,
    play=partial(play, Course(turns=8, letters=10, many=30)),
)
LETTERS_DEVICES: Final = Ordeal(
    name="letters-devices",
    about="the same, and each gets a second device, and one goes on from an old copy",
    cases=1,
    sample=0,
    play=partial(play, Course(turns=9, letters=10, backed_up=2, joined=3, restored=7)),
)
LETTERS_SMALL: Final = Ordeal(
    name="letters-small",
    about="a few letters each way, by mailboxes of which one leaves and one lies; kill -9",
    cases=10,
    sample=1,
    is_timed=False,
    play=partial(play, Course(turns=2, letters=3)),
)
