"""Real nodes elect supernodes; half of these die, one goes silent, then all die; they write.

Rounds go faster than in earnest, pings and patience do not.  What is written after each of
these moments, by some that have no parent then, is shown by all in the end, once.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from swarmfeed.core.net.limits import CLOSE_PING_S, CLOSE_SILENT_S

from ordeals.layer.town import LOOK_EVERY_S, Size, Town
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Refused

COLD_ROUNDS: Final = 12
HALF_ROUNDS: Final = 16
ALL_ROUNDS: Final = 16
NOTICED_S: Final = CLOSE_PING_S + CLOSE_SILENT_S
"""Until nobody counts on a supernode that says nothing, if no node is kept waiting."""
LATE_STEPS: Final = 3
"""To read its last word, to ping, to give it up: a node may be late for each, by as much as the
slowest of them took for an answer in the same time."""
SILENT_PATIENCE_S: Final = 60
READ_S: Final = 60
"""Until what was written is everywhere, once all have parents."""
WAITED_S: Final = 300
"""For anything, in a small town: it is played beside all tests, and takes seconds alone."""

PATIENCE: Final = 3
"""How many times as long is waited, so that what gave way is measured."""


class Life(Struct, kw_only=True):
    """What became of one town."""

    town: Town
    size: Size
    took: dict[str, float] = field(default_factory=dict)
    gave_way: list[str] = field(default_factory=list)

    def chapter(self, name: str, most: int) -> None:
        """Some write, a few without parents; then each leaf has two, and all show it all."""
        self.town.write()
        self.wait_for_parents(name, most)
        self.wait_for_posts(name)

    def wait_for_parents(self, name: str, most: int) -> None:
        """Each leaf has two parents after so many rounds."""
        round_s = self.size.round_s
        most_s = most * round_s if self.size.whole else WAITED_S
        self._wait(name, self.town.is_whole, most_s, round_s)

    def wait_for_posts(self, name: str) -> None:
        """Each shows what all wrote, and once."""
        most_s = READ_S if self.size.whole else WAITED_S
        self._wait(f"{name}, read s", self.town.read, most_s, 1)
        self.gave_way += [f"{name}: {each}" for each in self.town.missing()]
        self.gave_way += [f"{name}: {each}" for each in self.town.doubles()]

    def silence_one(self) -> None:
        """A supernode is stopped in mid-air; it dies when all have noticed."""
        silent = self.town.serving()[0]
        node_id = self.town.silence(silent)
        try:
            self._wait_for_silence(node_id)
        finally:
            silent.process.kill()
            silent.process.wait()

    def _wait_for_silence(self, node_id: str) -> None:
        """Nobody counts on it, as soon as its silence can be noticed on this machine."""
        counting = list(self.town.living)
        self.town.slowest_s()

        def nobody_does() -> bool:
            counting[:] = self.town.counting_on(node_id, counting)
            return not counting

        took_s = self.town.time(nobody_does, SILENT_PATIENCE_S)
        slowest_s = self.town.slowest_s()
        most_s = NOTICED_S + LATE_STEPS * slowest_s + LOOK_EVERY_S  # as late it may be seen
        self._judge("silent s", took_s, most_s, 1)
        self.took["slowest answer in that time, s"] = slowest_s
        if self.town.counting_on(node_id, self.town.living):
            self.gave_way.append("somebody counts on the silent one again")

    def _wait(self, what: str, look: Callable[[], bool], most_s: float, unit_s: float) -> None:
        self._judge(what, self.town.time(look, PATIENCE * most_s), most_s, unit_s)

    def _judge(self, what: str, took_s: float | None, most_s: float, unit_s: float) -> None:
        if took_s is None or took_s > most_s:
            shown = "never" if took_s is None else f"{took_s / unit_s:.1f}"
            self.gave_way.append(f"{what}: {shown}, bound {most_s / unit_s:.1f}")
        if took_s is not None:
            self.took[what] = took_s / unit_s


def play(size: Size, plan: Plan) -> Outcome:
    """Let a town of nodes live through all of it, once for each case."""
    outcome, took = Outcome(), dict[str, list[float]]()
    for case in range(plan.cases):
        with tempfile.TemporaryDirectory(prefix="swarmfeed-layer-") as name:
            town = Town(Path(name), size, plan.luck(case))
            life = Life(town=town, size=size)
            try:
                _live(life)
            except Refused as error:
                life.gave_way.append(str(error))
            finally:
                town.close()
        outcome.cases += 1
        outcome.gave_way += [f"case {case}: {each}" for each in life.gave_way]
        for what, figure in life.took.items():
            took.setdefault(what, []).append(figure)
    for what, figures in took.items():
        outcome.figures[what] = ", ".join(f"{each:.1f}" for each in figures)
    return outcome


def _live(life: Life) -> None:
    town = life.town
    town.settle()
    if life.size.whole:
        life.chapter("cold", COLD_ROUNDS)
    else:
        life.wait_for_parents("cold", COLD_ROUNDS)
    servers = town.serving()
    life.took["supernodes"] = len(servers)
    town.end(servers[: len(servers) // 2])
    life.chapter("half", HALF_ROUNDS)
    if life.size.whole:
        life.silence_one()
    life.took["died at last"] = town.end_serving()
    life.chapter("all", ALL_ROUNDS)
    life.took["posts"] = len(town.said)


TOWN: Final = Size(nodes=30, speed=4)
VILLAGE: Final = Size(nodes=8, speed=20, whole=False)
"""What ``tools/test`` has time for."""

LAYER: Final = Ordeal(
    name="layer",
    about=f"{TOWN.nodes} nodes elect who serves; half of those are killed, one is silent, all"
    " die; every post is everywhere, once",
    cases=5,
    sample=0,
    play=partial(play, TOWN),
)
LAYER_SMALL: Final = Ordeal(
    name="layer-small",
    about=f"the same with {VILLAGE.nodes} nodes, none of them silent",
    cases=10,
    sample=1,
    is_timed=False,
    play=partial(play, VILLAGE),
)
