"""All sieges, laid one after the other."""

import tempfile
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.bare_connects import BARE_CONNECTS
from ordeals.strangers.bomb import BOMB
from ordeals.strangers.claimed_endpoint import CLAIMED_ENDPOINT
from ordeals.strangers.false_holders import FALSE_HOLDERS
from ordeals.strangers.half_sent import HALF_SENT
from ordeals.strangers.noisy_peer import NOISY_PEER
from ordeals.strangers.siege import WHOLE, Siege, Terms
from ordeals.strangers.silent_holders import SILENT_HOLDERS

SIEGES: Final[tuple[Siege, ...]] = (
    BARE_CONNECTS,
    HALF_SENT,
    SILENT_HOLDERS,
    FALSE_HOLDERS,
    CLAIMED_ENDPOINT,
    BOMB,
    NOISY_PEER,
)
"""All there are; a new one is a line here."""

SAMPLE: Final = 5
"""Hundredths of the whole that ``tools/test`` plays."""


def lay_all(sieges: Sequence[Siege], plan: Plan) -> Outcome:
    """Lay the sieges in turn; one that ends in an error gave way, and the next is laid."""
    whole = Outcome()
    for siege in sieges:
        laid = _lay(siege, plan)
        whole.cases += laid.cases
        whole.figures |= {f"{siege.name}: {name}": each for name, each in laid.figures.items()}
        whole.gave_way += [f"{siege.name}: {line}" for line in laid.gave_way]
        if laid.cases == 0 and not laid.gave_way:
            whole.gave_way.append(f"{siege.name}: nothing was tried")
    return whole


def _lay(siege: Siege, plan: Plan) -> Outcome:
    luck = plan.luck(sum(siege.name.encode()))
    with tempfile.TemporaryDirectory(prefix="siege-") as folder:
        try:
            return siege.lay(Terms(folder=Path(folder), luck=luck, cases=plan.cases))
        except Exception as error:
            traceback.print_exc()
            return Outcome(gave_way=[f"ended with {type(error).__name__}: {error}"])


def ordeal_of(sieges: Sequence[Siege]) -> Ordeal:
    """One ordeal of all, and of each alone: ``strangers/NAME``."""

    def made(name: str, about: str, some: Sequence[Siege]) -> Ordeal:
        play = partial(lay_all, some)
        return Ordeal(name=name, about=about, cases=WHOLE, sample=SAMPLE, play=play)

    whole = made("strangers", "strangers and peers besiege real nodes", sieges)
    parts = tuple(made(f"strangers/{each.name}", each.about, (each,)) for each in sieges)
    return Ordeal(
        name=whole.name,
        about=whole.about,
        cases=whole.cases,
        sample=whole.sample,
        play=whole.play,
        parts=parts,
    )


STRANGERS: Final = ordeal_of(SIEGES)
