"""The ordeal: many spoilt copies of one home, alone and with holders online."""

import tempfile
from collections import Counter
from pathlib import Path

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.own.life import live
from ordeals.own.offline import GaveWayError, suffer
from ordeals.own.spoilings import table


def play_all(plan: Plan) -> Outcome:
    """Spoil copy after copy; a smaller plan takes rows from all over the table."""
    outcome, came = Outcome(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-own-") as name:
        folder = Path(name)
        life = live(folder / "life")
        rows = table(life)
        count = min(plan.cases, len(rows))
        for number in range(count):
            case = rows[number * len(rows) // count]
            outcome.cases += 1
            try:
                seen = suffer(life, case, folder / str(number), plan.luck(number))
            except GaveWayError as error:
                outcome.gave_way.append(f"{case.what}: {error}")
            except Exception as error:
                outcome.gave_way.append(f"{case.what}: {type(error).__name__}: {error}")
            else:
                came["signed" if not seen.refused else seen.standing.value] += 1
    outcome.figures |= {f"homes that {what}": str(n) for what, n in sorted(came.items())}
    return outcome


OWN_HISTORY = Ordeal(
    name="own-history",
    about="the own feed spoilt in every way: never two histories, nothing false said",
    cases=2_000,
    sample=40,
    play=play_all,
)
