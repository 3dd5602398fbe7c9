"""The nodes of one run: which may serve, how strong they are, when they come and go.

The same for everybody who plays in it: what the policies do changes nothing here.  Sessions are
Weibull (Stutzbach and Rejaie, "Understanding churn in peer-to-peer networks", 2006: shape 0.59,
scale 41.9 min); nodes that may serve stay six times as long (Guha, Daswani and Jain, 2006, saw
Skype's do).  Who leaves is followed by a newcomer in the same slot.
"""

import numpy as np
from msgspec import Struct
from swarmfeed.core.supernode.limits import CAPACITIES, PARENTS, ROUND_S, TARGET_LOAD

SESSION_SHAPE = 0.59
SESSION_SCALE_S = 41.9 * 60
ELIGIBLE_LONGER = 6.0
CLASS_SHARES = (0.50, 0.35, 0.15)
VOUCHED, HOSTILE_VOUCHED = 0.3, 0.02
"""Shares of honest and of hostile supernodes that friends of a node know."""
NETWORKS = 25_600
"""Networks of 2^16 addresses that nodes are spread over, each as likely."""


class Setting(Struct, frozen=True, kw_only=True):
    """One world."""

    seed: int
    nodes: int
    eligible: float = 0.3
    """Share of nodes that may serve."""
    churn: bool = True
    liars: float = 0.0
    """Share of nodes that lie."""
    inflate: bool = True
    """Liars say they are strong, so that honest nodes draw seldom; else that none may serve."""
    hostile: float = 0.0
    """Share of nodes that serve, take everybody, and mean no good."""
    hostile_networks: int = NETWORKS
    """Networks that those are in: addresses in many cost more than nodes do."""
    canaries: float = 0.0
    """Chance, in a round, that a leaf notices what a hostile parent does; it takes another."""
    vouched: bool = False
    """One of the two parents has to be vouched for: VOUCHED of the honest ones are."""
    one_house: bool = False
    """All nodes are in one network, as on a test machine."""


class World:
    """Slots of nodes; a slot has another node, with another number, after each departure."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.luck = np.random.default_rng((setting.seed, 1))
        count = setting.nodes
        self.eligible = np.zeros(count, bool)
        self.size_class = np.zeros(count, np.int8)
        self.network = np.zeros(count, np.int32)
        self.born_s = np.zeros(count, np.int64)
        self.leaves_s = np.zeros(count)
        self.liar = np.zeros(count, bool)
        self.hostile = np.zeros(count, bool)
        self.alive = np.ones(count, bool)
        self.generation = np.zeros(count, np.int32)
        every = np.arange(count)
        self._settle(every, 0)
        self.leaves_s[:] = self._rest_of_session(self.eligible)

    @property
    def capacity(self) -> np.ndarray:
        """Children that each takes if it serves."""
        return self.capacity_of(slice(None))

    def capacity_of(self, slots: np.ndarray | slice) -> np.ndarray:
        """Children that each of some takes."""
        return np.asarray(CAPACITIES)[self.size_class[slots]]

    def step(self, now_s: int) -> np.ndarray:
        """Let nodes leave and others come; return their slots."""
        if not self.setting.churn:
            return np.zeros(0, int)
        left = np.flatnonzero(self.alive & (self.leaves_s <= now_s))
        self.generation[left] += 1
        self._settle(left, now_s)
        return left

    def kill(self, slots: np.ndarray) -> None:
        """Nodes crash and do not come back."""
        self.alive[slots] = False

    def fewest(self) -> int:
        """Supernodes that are enough at TARGET_LOAD, if the strongest serve."""
        able = np.sort(self.capacity[self.alive & self.eligible])[::-1]
        places = np.cumsum(able) * TARGET_LOAD
        leaves = self.alive.sum() - np.arange(1, len(able) + 1)
        return int(np.argmax(places >= PARENTS * leaves)) + 1

    def _settle(self, slots: np.ndarray, now_s: int) -> None:
        """New nodes in these slots; their numbers do not depend on who plays."""
        luck, count, setting = self.luck, len(slots), self.setting
        self.liar[slots] = luck.random(count) < setting.liars
        if setting.hostile:
            self.hostile[slots] = luck.random(count) < setting.hostile
        honest = ~self.liar[slots] & ~self.hostile[slots]
        self.eligible[slots] = (luck.random(count) < setting.eligible) & honest
        self.size_class[slots] = luck.choice(3, count, p=CLASS_SHARES)
        self.network[slots] = 0 if setting.one_house else luck.integers(0, NETWORKS, count)
        self.network[slots] %= np.where(self.hostile[slots], setting.hostile_networks, NETWORKS)
        self.born_s[slots] = now_s
        longer = np.where(self.eligible[slots], ELIGIBLE_LONGER, 1.0)
        session = luck.weibull(SESSION_SHAPE, count) * SESSION_SCALE_S * longer
        self.leaves_s[slots] = now_s + np.maximum(session, ROUND_S)

    def _rest_of_session(self, eligible: np.ndarray) -> np.ndarray:
        """What is left of the sessions of nodes that are there now, in seconds.

        Of sessions seen at a moment long ones are more likely: the rest is that of a session
        drawn by its length, cut at a uniform place.
        """
        # A Weibull variable weighted by its length is a gamma one to the power 1/shape.
        long = self.luck.gamma(1 + 1 / SESSION_SHAPE, size=len(eligible)) ** (1 / SESSION_SHAPE)
        longer = np.where(eligible, ELIGIBLE_LONGER, 1.0)
        rest: np.ndarray = long * SESSION_SCALE_S * longer * self.luck.random(len(eligible))
        at_least: np.ndarray = np.maximum(rest, ROUND_S)
        return at_least
