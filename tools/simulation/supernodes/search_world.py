"""A layer that keeps an index through churn, missed postings and liars, and what asking costs.

Each key has one posting, put where a policy puts it while the first list of supernodes holds.
Then some leave, as many come, owners change, and one question is asked for each key.  A liar
takes what it is given, shows nothing and gives nothing on.
"""

from collections.abc import Sequence
from random import Random
from typing import Final

from msgspec import Struct
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import CAPACITIES
from swarmfeed.core.supernode.placement import Keeper

from simulation.supernodes.push_world import AGAIN_MS, LINE_MS, LINE_SIGMA, LOST

CLASS_SHARES: Final = (50, 35, 15)
"""Of a hundred supernodes, those of each class."""


class SearchSetting(Struct, frozen=True, kw_only=True):
    """One world."""

    seed: int
    nodes: int
    supernodes: int
    liars: float = 0.1
    missing: float = 0.02
    """Chance that a posting does not come to one of those it is put to."""
    churn: float = 0.1
    """Share of all that left, and came, between the post and the question."""
    keys: int = 400


class Asked(Struct, frozen=True, kw_only=True):
    """What became of one question."""

    found: bool
    ms: float
    """Until the first true answer is there; 0 where there is none."""
    messages: int


class SearchWorld:
    """Supernodes before and after, and who of them lies."""

    def __init__(self, setting: SearchSetting) -> None:
        self.setting = setting
        self.dice = Random(setting.seed)
        self.before = [self._keeper(number) for number in range(setting.supernodes)]
        gone = set(self.dice.sample(range(setting.supernodes), self._share(setting.churn)))
        stay = [each for number, each in enumerate(self.before) if number not in gone]
        new = [self._keeper(setting.supernodes + number) for number in range(len(gone))]
        self.after = [*stay, *new]
        everybody = [each.node_id for each in (*self.before, *new)]
        share = int(setting.liars * len(everybody))
        self.liars = frozenset(self.dice.sample(everybody, share))
        self.living = frozenset(each.node_id for each in self.after)

    def came(self) -> bool:
        """Whether a posting came to one of those it was put to."""
        return self.dice.random() >= self.setting.missing

    def tells(self, node: NodeId) -> bool:
        """Whether a node is there and honest."""
        return node in self.living and node not in self.liars

    def line_ms(self) -> float:
        """How long one message takes."""
        again = AGAIN_MS if self.dice.random() < LOST else 0
        return self.dice.lognormvariate(0, LINE_SIGMA) * LINE_MS + again

    def lines_ms(self, count: int) -> float:
        return sum(self.line_ms() for _ in range(count))

    def _share(self, share: float) -> int:
        return int(share * self.setting.supernodes)

    def _keeper(self, number: int) -> Keeper:
        return Keeper(
            node_id=NodeId(self.dice.randbytes(32)),
            network=str(number),
            capacity=self.dice.choices(CAPACITIES, CLASS_SHARES)[0],
        )


def search_figures(asked: Sequence[Asked], post_bytes: float) -> dict[str, float]:
    """Return means, under the names of the JSON file."""
    times = sorted(each.ms for each in asked if each.found) or [0.0]
    return {
        "recall": sum(each.found for each in asked) / len(asked),
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[min(int(0.99 * len(times)), len(times) - 1)],
        "messages_per_search": sum(each.messages for each in asked) / len(asked),
        "bytes_per_post": post_bytes,
    }
