"""The whole table, case by case: cells, databases, shapes, a real full disk, no descriptors."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from ordeals.failures.cells import CELLS, Cell, Seen, Stage
from ordeals.failures.databases import SPOILINGS, play_spoiling
from ordeals.failures.descriptors import FILES_MAX, play_descriptors
from ordeals.failures.full_disk import DISK_MB, play_full_disk
from ordeals.failures.once import play_once
from ordeals.failures.shapes import SHAPES, Shape, make_whole, play_shape
from ordeals.failures.stores import STORES
from ordeals.failures.victim import build_refuser
from ordeals.ordeal import Ordeal, Outcome, Plan

CASES: Final = len(CELLS) + len(SPOILINGS) + len(SHAPES) + len(STORES) + 2
SAMPLE: Final = 2


class Case(Struct, frozen=True, kw_only=True):
    """One row of the table."""

    name: str
    play: Callable[[], Seen]


class Theatre:
    """What cases share, made when the first of them needs it."""

    def __init__(self, folder: Path, opened: ExitStack) -> None:
        self._folder = folder
        self._opened = opened
        self._stage: Stage | None = None
        self._whole: Path | None = None

    def cases(self) -> Iterator[Case]:
        """Every case; a sample ends within the cells, which cost least."""
        yield from (Case(name=each.name, play=partial(self._play_cell, each)) for each in CELLS)
        for spoiling in SPOILINGS:
            spoil = partial(play_spoiling, self._folder, spoiling)
            yield Case(name=spoiling.name, play=spoil)
        for shape in SHAPES:
            yield Case(name=shape.name, play=partial(self._play_shape, shape))
        for name in STORES:
            once = partial(self._play_once, name)
            yield Case(name=f"one call refused x {name}", play=once)
        # Its people have the names of those in the cells, who are there still.
        full = partial(play_full_disk, self._folder / "full")
        yield Case(name=f"a real disk of {DISK_MB} MB, full", play=full)
        few = partial(play_descriptors, self._folder)
        yield Case(name=f"a limit of {FILES_MAX} open files, reached", play=few)

    def _play_cell(self, cell: Cell) -> Seen:
        if self._stage is None:
            try:
                refuser = build_refuser(self._folder)
            except (OSError, subprocess.CalledProcessError) as error:
                return Seen(wrong=[f"no C compiler here, so nothing can be refused: {error}"])
            self._stage = Stage(self._folder, refuser)
            self._opened.callback(self._stage.close)
        return self._stage.play(cell)

    def _play_once(self, name: str) -> Seen:
        try:
            return play_once(self._folder, build_refuser(self._folder), name)
        except (OSError, subprocess.CalledProcessError) as error:
            return Seen(wrong=[f"no C compiler here, so nothing can be refused: {error}"])

    def _play_shape(self, shape: Shape) -> Seen:
        self._whole = self._whole or make_whole(self._folder)
        return play_shape(self._folder, self._whole, shape)


def play(plan: Plan) -> Outcome:
    """Play the table in an order of the seed; what each case showed is a figure."""
    outcome = Outcome()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="failures-")))
        cases = list(Theatre(folder, opened).cases())
        if plan.cases < len(cases):
            cases = _chosen(cases, plan)
        for case in cases:
            seen = case.play()
            outcome.cases += 1
            outcome.figures[case.name] = _shorten(seen, folder)
            outcome.gave_way += [f"{case.name}: {line}" for line in seen.wrong]
    return outcome


def _chosen(cases: list[Case], plan: Plan) -> list[Case]:
    """So many of them by luck; of few, those that a node meets while it runs."""
    if plan.cases <= SAMPLE:
        cases = [each for each in cases if each.name.endswith("running")]
    return plan.luck(0).sample(cases, plan.cases)


def _shorten(seen: Seen, folder: Path) -> str:
    told = dict.fromkeys(line.replace(f"{folder}/", "") for line in seen.shown)
    return " | ".join(told) or "nothing: it goes on"


FAILURES: Final = Ordeal(
    name="failures",
    about="what a system can refuse, at each place of a home: nothing lost, all goes on",
    cases=CASES,
    sample=SAMPLE,
    play=play,
)
