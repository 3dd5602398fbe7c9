"""Views, samplers, what is known of others: `sampling` and `census` of the core, as arrays."""

from typing import Any

import numpy as np
from swarmfeed.core.supernode.limits import (
    AGES_KEPT_MAX,
    COUNT_BITS,
    PRIOR_ELIGIBLE,
    PRIOR_WEIGHT_CUBED,
    PULLED_MAX,
    SAMPLERS,
    VIEW_MAX,
)

from simulation.supernodes.compiled import compiled
from simulation.supernodes.formulas import NODES_COUNTED, blended, clamped
from simulation.supernodes.seats import NOBODY

_MIX_1, _MIX_2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Hash 32 bits to 32 bits (Wellons, hash-prospector: lowbias32)."""
    found = numbers.astype(np.uint32)
    found ^= found >> np.uint32(16)
    found *= _MIX_1
    found ^= found >> np.uint32(15)
    found *= _MIX_2
    found ^= found >> np.uint32(16)
    return found


class Samples:
    """The views and samplers of many nodes."""

    def __init__(self, count: int, luck: np.random.Generator) -> None:
        self.view = np.full((count, VIEW_MAX), NOBODY, np.int32)
        self.kept = np.full((count, SAMPLERS), NOBODY, np.int32)
        self._luck = luck
        self._secrets = luck.integers(0, 2**32, SAMPLERS, np.uint32)

    def clear(self, rows: np.ndarray) -> None:
        """New nodes know nobody."""
        self.view[rows] = NOBODY
        self.kept[rows] = NOBODY

    def partners(self, rows: np.ndarray) -> np.ndarray:
        """Whom each asks: of the view or the samplers, as often; NOBODY if it knows nobody."""
        view, kept = self._any(self.view[rows]), self._any(self.kept[rows])
        heads = self._luck.random(len(rows)) < 0.5
        first, second = np.where(heads, kept, view), np.where(heads, view, kept)
        return np.where(first != NOBODY, first, second)

    def told(self, partners: np.ndarray, own: np.ndarray, askers: np.ndarray) -> np.ndarray:
        """Answers: the partner itself and PULLED_MAX - 1 of its view, never the asker."""
        pulled = np.full((len(partners), PULLED_MAX), NOBODY, np.int32)
        pulled[:, 0] = own
        luck = self._luck.random((len(partners), PULLED_MAX), np.float32)
        _tell(self.view, partners, askers, luck, pulled)
        return pulled

    def hear_push(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Take who asked: no row twice."""
        self._show(rows, ids[:, None])
        self._place(rows, ids)

    def hear_pull(self, rows: np.ndarray, own: np.ndarray, ids: np.ndarray) -> None:
        """Take answers, one row for each who asked."""
        others = np.where(ids == own[:, None], NOBODY, ids)
        self._show(rows, others)
        self._place(rows, self._any(others))

    def forget(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Drop who does not answer."""
        for each in (self.view, self.kept):
            each[rows] = np.where(each[rows] == ids[:, None], NOBODY, each[rows])

    def _any(self, ids: np.ndarray) -> np.ndarray:
        """A random one of each row; NOBODY where there is none."""
        counts = (ids != NOBODY).cumsum(1, dtype=np.int8)
        wanted = (self._luck.random(len(ids), np.float32) * counts[:, -1]).astype(np.int8)
        seat = (counts > wanted[:, None]).argmax(1)
        found: np.ndarray = ids[np.arange(len(ids)), seat]
        return np.where(counts[:, -1] > 0, found, NOBODY)

    def _place(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Into an empty place of the view, or a random one, unless it is there."""
        _place(self.view, rows, ids, self._luck.integers(0, VIEW_MAX, len(rows)))

    def _show(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Each sampler keeps what hashes nearest to its own secret."""
        _show(self.kept, rows, ids, self._secrets)


@compiled
def _tell(
    views: np.ndarray,
    rows: np.ndarray,
    askers: np.ndarray,
    luck: np.ndarray,
    pulled: np.ndarray,
) -> None:
    """Draw others of a view, behind the first place of what is pulled."""
    others = np.empty(VIEW_MAX, np.int32)
    for at in range(len(rows)):
        count = 0
        for each in views[rows[at]]:
            if each != NOBODY and each != askers[at]:
                others[count] = each
                count += 1
        for drawn in range(min(count, PULLED_MAX - 1)):
            other = drawn + int(luck[at, drawn] * (count - drawn))
            others[drawn], others[other] = others[other], others[drawn]
            pulled[at, 1 + drawn] = others[drawn]


@compiled
def _place(views: np.ndarray, rows: np.ndarray, ids: np.ndarray, seats: np.ndarray) -> None:
    for at in range(len(rows)):
        view, seat, is_known = views[rows[at]], -1, ids[at] == NOBODY
        for place in range(VIEW_MAX):
            is_known |= view[place] == ids[at]
            if seat < 0 and view[place] == NOBODY:
                seat = place
        if not is_known:
            view[seat if seat >= 0 else seats[at]] = ids[at]


@compiled
def _show(kept: np.ndarray, rows: np.ndarray, ids: np.ndarray, secrets: np.ndarray) -> None:
    hashed = np.empty(ids.shape[1], np.uint32)
    for at in range(len(rows)):
        own, row = mixed_one(np.uint32(rows[at])), kept[rows[at]]
        for number in range(ids.shape[1]):
            hashed[number] = mixed_one(np.uint32(ids[at, number]) ^ own)
        for sampler in range(SAMPLERS):
            secret, best = secrets[sampler], row[sampler]
            least = np.uint32(0)
            if best != NOBODY:
                least = mixed_one(np.uint32(best) ^ own) ^ secret
            for number in range(ids.shape[1]):
                far = hashed[number] ^ secret
                if ids[at, number] != NOBODY and (best == NOBODY or far < least):
                    best, least = ids[at, number], far
            row[sampler] = best


@compiled
def mixed_one(number: Any) -> Any:
    """Hash one number as ``mixed`` does."""
    found = np.uint32(number)
    found ^= found >> np.uint32(16)
    found = np.uint32(found * _MIX_1)
    found ^= found >> np.uint32(15)
    found = np.uint32(found * _MIX_2)
    return found ^ (found >> np.uint32(16))


class Sightings:
    """What each node saw of others: `core.supernode.census`, a row for each."""

    def __init__(self, count: int) -> None:
        self._samples = np.zeros(count)
        self._weight = np.zeros(count)
        self._eligible = np.zeros(count)
        self._bits = np.zeros(count, np.uint64)
        self._older = np.zeros(count, np.uint64)
        self._since = np.zeros(count, np.int32)

    def clear(self, rows: np.ndarray) -> None:
        """New nodes saw nobody."""
        for each in (self._samples, self._weight, self._eligible, self._since):
            each[rows] = 0
        self._bits[rows] = self._older[rows] = 0

    def add(
        self, rows: np.ndarray, ids: np.ndarray, weights: np.ndarray, eligible: np.ndarray
    ) -> None:
        """Take what was told; as the core does one by one, a whole answer at once."""
        there = ids != NOBODY
        count = there.sum(1)
        before = self._samples[rows]
        samples = np.minimum(before + count, AGES_KEPT_MAX)
        for mean, values in ((self._weight, weights), (self._eligible, eligible)):
            total = (values * there).sum(1) - count * mean[rows]
            mean[rows] += total / np.maximum(samples, 1)
        self._samples[rows] = samples
        bits = np.uint64(1) << (mixed(ids) % np.uint32(COUNT_BITS)).astype(np.uint64)
        bits[~there] = 0
        self._bits[rows] |= np.bitwise_or.reduce(bits, axis=1)
        self._since[rows] += count
        full = rows[self._since[rows] >= AGES_KEPT_MAX]
        self._older[full] = self._bits[full]
        self._bits[full] = self._since[full] = 0

    def others(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Samples, mean weight, eligible share and nodes counted."""
        samples = self._samples[rows]
        mean = clamped(blended(self._weight[rows], samples, PRIOR_WEIGHT_CUBED))
        share = blended(self._eligible[rows], samples, PRIOR_ELIGIBLE)
        ones = np.bitwise_count(self._bits[rows] | self._older[rows])
        return samples, mean, share, NODES_COUNTED[COUNT_BITS - ones]
