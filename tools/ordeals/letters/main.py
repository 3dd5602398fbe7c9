"""Two people who are never there together write to each other by mailboxes, and lose nothing.

Turn by turn one of them is there alone: what the other wrote has come, in order and once; they
write, are killed now and then, and go once all of it waits somewhere.  After the first turn one
of the three machines that keep letters leaves for good; another one loses, repeats and reorders
all along.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from ordeals.letters.town import GONE, KEEPERS, WAIT_S, Town
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Refused

WRITERS: Final = ("anna", "ben")
KILLED: Final = 0.5
"""Chance that somebody is killed once while they write."""


def play(turns: int, letters: int, plan: Plan) -> Outcome:
    """Play so many cases; each has ``turns`` turns of both, and ``letters`` letters in each."""
    outcome, took = Outcome(), list[float]()
    for case in range(plan.cases):
        started_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="swarmfeed-letters-") as name:
            luck = plan.luck(case)
            town = Town(Path(name))
            try:
                found = live(town, luck, turns, letters)
            except Refused as error:
                found = [str(error)]
            finally:
                town.close()
        outcome.cases += 1
        outcome.gave_way += [f"case {case}: {each}" for each in found]
        outcome.figures[f"kills, case {case}"] = str(town.kills)
        took.append(time.monotonic() - started_s)
    outcome.figures["letters each way"] = str(turns * letters)
    outcome.figures["seconds"] = ", ".join(f"{each:.0f}" for each in took)
    return outcome


def live(town: Town, luck: Random, turns: int, letters: int) -> list[str]:
    """Let both have their turns; returns what gave way."""
    town.settle()
    said: dict[str, list[str]] = {name: [] for name in WRITERS}
    gave_way = list[str]()
    for turn in range(turns + 1):
        if turn == 1:
            town.kill(GONE)
        for name, other in (WRITERS, WRITERS[::-1]):
            town.start(name)
            if turn == 0:
                town.follow(name, other, *KEEPERS)
            # In the first turn nobody could seal to who had not been there yet.
            if turn > 0:
                gave_way += _read(town, name, other, said[other])
            if turn < turns:
                _write(town, luck, name, other, said[name], letters)
                _leave(town, name, other, turn)
            town.stop(name)
    return gave_way


def _read(town: Town, name: str, other: str, said: list[str]) -> list[str]:
    """What the other wrote has come, in order and once."""
    texts = partial(_texts, town, name, other)
    try:
        _wait(lambda: len(texts()) >= len(said))
    except Refused:
        return [f"{name} has {len(texts())} of {len(said)} letters by {other}"]
    shown = texts()
    return [] if shown == said else [f"{name} shows {shown} of {other}, not {said}"]


def _texts(town: Town, name: str, other: str) -> list[str]:
    return [each["text"] for each in town.letters(name, other, own=False)]


def _write(
    town: Town, luck: Random, name: str, other: str, said: list[str], letters: int
) -> None:
    killed_at = luck.randrange(letters) if luck.random() < KILLED else -1
    for number in range(letters):
        text = f"{len(said)} of {name}"
        town.write(name, other, text)
        said.append(text)
        if number == killed_at:
            town.kill(name)
            town.start(name)


def _leave(town: Town, name: str, other: str, turn: int) -> None:
    """Go once all that was written waits somewhere, or arrived."""
    if turn == 0:
        # Before they have keys of each other, nothing can be sealed: but they can be read.
        _wait(lambda: town.holders(name) == len(KEEPERS))
    if turn > 0 or name != WRITERS[0]:
        _wait(lambda: all(each["state"] != "waits" for each in _own(town, name, other)))


def _own(town: Town, name: str, other: str) -> list[dict[str, str]]:
    return town.letters(name, other, own=True)


def _wait(look: Callable[[], bool]) -> None:
    """Return when something is true.  Refused when nobody would wait longer."""
    deadline_s = time.monotonic() + WAIT_S
    while not look():
        if time.monotonic() > deadline_s:
            raise Refused("it did not come about")
        time.sleep(0.1)


LETTERS: Final = Ordeal(
    name="letters",
    about="100 letters each way between two who are never there together; of three mailboxes"
    " one leaves for good and one lies; both are killed at random",
    cases=3,
    sample=0,
    play=partial(play, 10, 10),
)
