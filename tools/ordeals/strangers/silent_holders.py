"""Twelve holders say they have it all, and give nothing, or a block, or a trickle."""

from typing import Final

from msgspec import Struct
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import Endpoint

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import besieged
from ordeals.strangers.readers import Fetched, fetch_anew, write
from ordeals.strangers.siege import Siege, Terms
from ordeals.strangers.silence import MANNERS, company

LIARS: Final = 12
POSTS: Final = 60_000
FIRST_S_MAX: Final = 3.0
WHOLE_TIMES_MAX: Final = 2.0
UPLOAD_LIMIT: Final = "2MB"
"""Of the honest holder, a second, in the whole proof: as a home's line, so that the whole takes
seconds and twice that can be told from a race."""

RACE_S: Final = 4.0
"""What a race may take that no backlog makes longer: it counts in a sample, where all comes at
once."""


def lay(terms: Terms) -> Outcome:
    """Fetch without them, then with each kind of them, and with all kinds mixed."""
    outcome = Outcome()
    limit = ("--upload-limit", UPLOAD_LIMIT) if terms.is_whole else ()
    with (
        besieged(terms.folder, options=limit) as node,
        company(terms.folder / "liars") as liars,
    ):
        who = write(node, terms.of(POSTS, least=600), terms.luck)
        honest = Endpoint(*node.ports()["link"])
        offer = liars.learn(honest, parse_link(who).author_id)
        calm = fetch_anew(terms.folder, "calm", who)
        outcome.figures["without"] = str(calm)
        bars = _Bars() if terms.is_whole else _Bars.of_sample(calm)
        kinds = [*MANNERS, "mixed"] if terms.is_whole else ["mixed"]
        for kind in kinds:
            manners = MANNERS if kind == "mixed" else (kind,)
            joined = [liars.join(offer, manners[n % len(manners)]) for n in range(LIARS)]
            named = [option for each in joined for option in ("--peer", str(each.at))]
            fetched = fetch_anew(terms.folder, kind.replace(" ", "-"), who, *named)
            outcome.cases += 1
            outcome.figures[f"{LIARS} {kind}"] = str(fetched)
            _judge(kind, fetched, calm, bars, outcome)
    return outcome


class _Bars(Struct, frozen=True, kw_only=True):
    """What first bytes may take, and a race at the end."""

    first_s: float = FIRST_S_MAX
    race_s: float = 0.0

    @classmethod
    def of_sample(cls, calm: Fetched) -> "_Bars":
        return cls(first_s=FIRST_S_MAX + calm.busy_s, race_s=RACE_S + calm.busy_s)


def _judge(kind: str, fetched: Fetched, calm: Fetched, bars: _Bars, outcome: Outcome) -> None:
    if fetched.first_s > bars.first_s:
        outcome.gave_way.append(f"{kind}: {fetched}, bar {bars.first_s:.1f} s")
    whole_s_max = max(calm.whole_s * WHOLE_TIMES_MAX, calm.whole_s + bars.race_s)
    if fetched.whole_s > whole_s_max:
        outcome.gave_way.append(f"{kind}: {fetched}, and without: {calm}")


SILENT_HOLDERS: Final = Siege(
    name="silent-holders",
    about="twelve holders that say they have it all give nothing, or next to nothing",
    lay=lay,
)
