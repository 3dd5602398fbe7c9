"""The ordeal: many spoilt copies of one home, alone and with holders online."""

import tempfile
from collections import Counter
from pathlib import Path

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.own import online
from ordeals.own import spoilings as offline
from ordeals.own.life import live
from ordeals.own.offline import GaveWayError, suffer
from ordeals.own.online import Beside, Town
from ordeals.own.spoilings import Spoiling


def play_all(plan: Plan) -> Outcome:
    """Spoil copy after copy; a smaller plan takes rows from all over the table."""
    outcome, came = Outcome(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-own-") as name:
        folder = Path(name)
        life = live(folder / "life")
        town = Town(life, folder)
        rows: list[Spoiling | Beside] = [*offline.table(life), *online.table(life)]
        count = min(plan.cases, len(rows))
        for number in range(count):
            case = rows[number * len(rows) // count]
            outcome.cases += 1
            try:
                if isinstance(case, Beside):
                    town.suffer(case, number, plan.luck(number))
                    came[f"beside a holder: {case.ends}"] += 1
                else:
                    seen = suffer(life, case, folder / str(number), plan.luck(number))
                    came["alone: " + (seen.ruling.value if seen.refused else "signs")] += 1
            except GaveWayError as error:
                outcome.gave_way.append(f"{case.what}: {error}")
            except Exception as error:
                outcome.gave_way.append(f"{case.what}: {type(error).__name__}: {error}")
    outcome.figures |= {what: str(n) for what, n in sorted(came.items())}
    return outcome


OWN_HISTORY = Ordeal(
    name="own-history",
    about="the own feed spoilt in every way: never two histories, nothing false said",
    cases=2_000,
    sample=40,
    play=play_all,
)
