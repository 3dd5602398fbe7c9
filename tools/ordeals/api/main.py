"""Requests that fit a description, and requests that do not, against a real node's two APIs."""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct
from wheelhouse.programs import NotInstalled

from ordeals.api.description import Json, data_folder, fit_mastodon, fit_own, read_mastodon
from ordeals.api.probing import Errand, Probed, probe
from ordeals.api.town import Town, town
from ordeals.ordeal import Ordeal, Outcome, Plan

CASE_S: Final = 10
"""Seconds of requests that a case lasts."""

WARM_UP: Final = 0.2
"""Part of a run in which caches fill."""

ANSWERED_MIN: Final = 0.1
"""Part of all requests that have to be answered with what they ask for: where hardly any are,
only refusals were tried, as by a token that is none."""

GROWTH_BYTES_MAX: Final = 40_000_000
"""What a node may take more of memory at the end than after that: it has all that was written
meanwhile in its index, some hundred posts a minute."""


class Side(Struct, frozen=True, kw_only=True):
    """One of the two APIs."""

    name: str
    about: str

    def description(self, known: Town) -> Json | None:
        """What is asked, fitted to this node; None: there is nothing to go by."""
        if self is OWN:
            return fit_own(known.ada.get("openapi.json"), known.own_known)
        found = read_mastodon()
        return found and fit_mastodon(found, known.known)

    def headers(self, known: Town) -> dict[str, str]:
        token = known.ada.key if self is OWN else known.token
        return {"Authorization": f"Bearer {token}"}


APPS: Final = Side(name="apps", about="the client API of Mastodon, by its public description")
OWN: Final = Side(name="own", about="our own API, by the document that it gives of itself")


def play(sides: Sequence[Side], plan: Plan) -> Outcome:
    """Ask each side for its share of the time."""
    outcome = Outcome()
    seconds = plan.cases * CASE_S / len(sides)
    with (
        tempfile.TemporaryDirectory(prefix="swarmfeed-api-") as name,
        town(Path(name)) as known,
    ):
        for side in sides:
            description = side.description(known)
            if description is None:
                outcome.figures[side.name] = (
                    f"not asked: no description in {data_folder()}; set SWARMFEED_TEST_DATA"
                )
                continue
            errand = Errand(
                description=description,
                headers=side.headers(known),
                seconds=seconds,
                seed=plan.luck(0).getrandbits(64),
            )
            try:
                judge(side.name, probe(known.ada, errand), outcome)
            except (NotInstalled, OSError) as error:
                outcome.gave_way.append(f"{side.name}: {error}")
            if not known.ada.is_alive:
                outcome.gave_way.append(f"{side.name}: the node ended: {known.ada.log_end()}")
                break
    return outcome


def judge(name: str, probed: Probed, outcome: Outcome) -> None:
    """Say what came of one side."""
    outcome.cases += probed.requests
    outcome.gave_way += [f"{name}: {each}" for each in probed.found]
    statuses = ", ".join(f"{each} {count}x" for each, count in sorted(probed.statuses.items()))
    outcome.figures[f"{name}: requests"] = f"{probed.requests} ({statuses})"
    outcome.figures[f"{name}: operations"] = (
        f"{probed.operations}, each {probed.turns} times; {probed.not_made_up} times nothing"
        " of a kind, good or wrong, could be made up"
    )
    answered = sum(count for each, count in probed.statuses.items() if each.startswith("2"))
    if answered < ANSWERED_MIN * probed.requests or not answered:
        outcome.gave_way.append(
            f"{name}: of {probed.requests} requests {answered} were answered with what they"
            " ask for"
        )
    after = probed.memory[int(len(probed.memory) * WARM_UP) :]
    if not after:
        outcome.gave_way.append(f"{name}: nothing was seen of its memory")
        return
    # A stretch at either end: a moment's work is no growth.
    stretch = max(len(after) // 10, 1)
    growth = median(after[-stretch:]) - median(after[:stretch])
    outcome.figures[f"{name}: memory"] = (
        f"{max(after) / 1e6:.1f} MB at most, {growth / 1e6:+.1f} MB from warm to the end"
    )
    if growth > GROWTH_BYTES_MAX:
        outcome.gave_way.append(f"{name}: it grew by {growth / 1e6:.1f} MB")


def _ordeal(name: str, about: str, sides: Sequence[Side]) -> Ordeal:
    return Ordeal(name=name, about=about, cases=60, sample=0, play=partial(play, sides))


API: Final = Ordeal(
    name="api",
    about="requests made up from descriptions against both APIs; a case is ten seconds",
    cases=120,
    sample=0,
    play=partial(play, (APPS, OWN)),
    parts=tuple(_ordeal(f"api/{each.name}", each.about, (each,)) for each in (APPS, OWN)),
)
