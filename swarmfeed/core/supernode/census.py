"""What other nodes are like, from the records that come by: a sample, never a gossiped average.

A liar moves what its share of the records moves, and no further than CLAMP from what was
expected.
"""

from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.supernode.formulas import blended, clamped, counted_nodes, weight
from swarmfeed.core.supernode.limits import (
    AGES_KEPT_MAX,
    COUNT_BITS,
    PRIOR_ELIGIBLE,
    PRIOR_WEIGHT_CUBED,
)
from swarmfeed.core.supernode.records import Record


class Others(Struct, frozen=True, kw_only=True):
    """What is known of all nodes."""

    samples: float
    """Records it rests on, at most AGES_KEPT_MAX."""
    mean_weight: float
    """Mean of eligible * capacity**3 * ramp, within CLAMP of what was expected."""
    eligible_share: float
    """0 to 1."""
    nodes: float
    """Different nodes seen lately, by a linear count; infinite when too many to tell."""


class NodeSample:
    """A sliding sample of AGES_KEPT_MAX records: 50 bytes, whatever is said."""

    def __init__(self) -> None:
        self._samples = 0.0
        self._weight = 0.0
        self._eligible = 0.0
        self._bits = 0
        self._older_bits = 0
        self._since = 0

    def add(self, records: Iterable[Record], now_s: int) -> None:
        """Take what was heard of nodes, serving or not."""
        for record in records:
            self._samples = min(self._samples + 1, AGES_KEPT_MAX)
            own = weight(record.eligible, record.capacity, record.age_s(now_s))
            self._weight += (own - self._weight) / self._samples
            self._eligible += (record.eligible - self._eligible) / self._samples
            self._bits |= 1 << _bit_of(record)
            self._since += 1
        if self._since >= AGES_KEPT_MAX:
            # Nodes that left are forgotten after two turns.
            self._older_bits, self._bits, self._since = self._bits, 0, 0

    def others(self) -> Others:
        """What the sample says."""
        ones = (self._bits | self._older_bits).bit_count()
        return Others(
            samples=self._samples,
            mean_weight=clamped(blended(self._weight, self._samples, PRIOR_WEIGHT_CUBED)),
            eligible_share=blended(self._eligible, self._samples, PRIOR_ELIGIBLE),
            nodes=counted_nodes(COUNT_BITS - ones),
        )


def _bit_of(record: Record) -> int:
    # Of a hash, so that nobody makes keys that all set one bit or many.
    return sha256(record.node_id).digest()[0] % COUNT_BITS
