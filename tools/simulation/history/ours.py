"""The policy of `swarmfeed.core`, run by all servers at once.

Which feeds have slack is computed for all feeds together, with the formulas of
`swarmfeed.core.history.slack` on arrays; who adds is asked of
`swarmfeed.core.history.placement`, feed by feed.
"""

import numpy as np
from msgspec import Struct
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history import placement, slack
from swarmfeed.core.history.availability import DAY_PARTS, Outlook

from simulation.history import arrays
from simulation.history.beliefs import Beliefs
from simulation.history.engine import Copies
from simulation.history.trace import Trace
from simulation.history.world import HOURS

LOOKED_AT = 8
"""Servers of the ranking that are asked whether they are needed."""


class Rule(Struct, frozen=True, kw_only=True):
    """Which parts of the policy are on; all of them unless something is left out."""

    ordinary_target: float = slack.UNAVAILABLE_TARGET
    """How often a feed may be out of reach when nobody asks for it more than usual."""
    sharpness: float = placement.SHARPNESS
    demand: bool = True
    domains: bool = True
    noise: float | None = None
    """Sigma of what a server believes; None: as the world says."""
    merge: bool = True


class Ours:
    """One server's view is another's, apart from noise."""

    def __init__(self, trace: Trace, beliefs: Beliefs, rule: Rule | None = None) -> None:
        self._trace, self._beliefs = trace, beliefs
        self._rule = rule = rule or Rule()
        self._merge_steps = np.zeros(trace.feeds, int)
        self._merger = np.zeros(trace.feeds, int)
        sigma = trace.setting.noise if rule.noise is None else rule.noise
        shape = (trace.feeds, len(trace.servers.good))
        dice = np.random.default_rng(trace.setting.seed + 2_000_000)
        self._noise = np.exp(dice.normal(0, sigma, shape)) if sigma else np.ones(shape)
        self._widest = float(np.exp(2 * sigma))
        self._domain = trace.servers.domain if rule.domains else np.arange(shape[1])
        self._groups = np.equal.outer(self._domain, np.unique(self._domain))
        self._outage = slack.OUTAGE if rule.domains else 0.0
        self._outages = {name_of(group): self._outage for group in np.unique(self._domain)}
        self._smoothed = np.full(trace.feeds, np.nan)
        self._steps = np.zeros(trace.feeds, int)
        self._spare_steps = np.zeros(trace.feeds, int)
        self._spare = np.zeros(trace.feeds, int)
        self._hashed = hashes(trace)
        self._told: dict[int, Outlook] = {}
        self._told_at = -1

    def act(self, copies: Copies) -> None:
        """Look at every feed once."""
        hour = copies.hour
        allowed = self._allowed(hour)
        newest = self.unavailability(hour, copies.have)
        lasting = self.lasting(hour, copies.have)
        self._smooth(newest)
        slacking = arrays.has_slack(self._smoothed * self._widest, allowed, lasting)
        self._steps = np.where(slacking, self._steps + 1, 0)
        scores = self._scores(hour)
        lacking = lasting < slack.COPIES_MIN
        # Where there is no slack at this moment, nobody is needed at this moment.
        worry = np.minimum(self._smoothed, newest)
        pressing = arrays.has_slack(worry * self._widest, allowed, lasting)
        for feed in np.flatnonzero(slacking & pressing & copies.source).tolist():
            one = float(allowed[feed]), float(worry[feed]), bool(lacking[feed])
            self._take(copies, feed, scores[feed], *one)
        spare = self._release(copies, allowed, newest, lasting, scores)
        if self._rule.merge:
            self._consolidate(copies, allowed, newest, slacking | spare, scores)

    def unavailability(
        self, hour: int, have: np.ndarray, feeds: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """`slack.unavailability` of many feeds at once, one row of ``have`` each."""
        up = self._beliefs.server_up[hour]
        missing = np.log(np.maximum(arrays.missing(up, self._outage), 1e-30))
        # One matrix product: (feed, server) x (server, group and part).
        spread = (self._groups[:, :, None] * missing[:, None, :]).reshape(len(up), -1)
        rows = have.astype(np.float32)
        inside = np.exp(rows @ spread.astype(np.float32))
        by_group = inside.reshape(len(inside), self._groups.shape[1], DAY_PARTS)
        held = (rows @ self._groups.astype(np.float32)) > 0
        outside = arrays.domain_missing(by_group, self._outage)
        nobody = np.where(held[:, :, None], outside, 1.0).prod(1)
        nobody *= np.exp(self._beliefs.nobody[hour][feeds])
        missed: np.ndarray = (nobody * self._beliefs.readers[hour % HOURS][feeds]).sum(1)
        return missed

    def lasting(
        self, hour: int, have: np.ndarray, feeds: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """`slack.copies_of` of many feeds at once."""
        held = self._groups * self._beliefs.server_held[hour][:, None]
        in_domains = have.astype(np.float32) @ held.astype(np.float32)
        counted = arrays.at_most(in_domains, slack.DOMAIN_COPIES_MAX).sum(1)
        lasting: np.ndarray = counted + self._beliefs.capped_people(hour)[feeds]
        return lasting

    def coverage(self, hour: int, feed: int, have: np.ndarray) -> slack.Coverage:
        """One feed's coverage as `swarmfeed.core` sees it."""
        covered = slack.Coverage(
            alone=tuple(np.exp(self._beliefs.nobody[hour, feed]).tolist()),
            people_copies=float(self._beliefs.people_copies[hour, feed]),
        )
        for server in np.flatnonzero(have):
            outlook = self._outlook(hour, int(server))
            covered = slack.with_holder(covered, outlook, self._outages)
        return covered

    def _allowed(self, hour: int) -> np.ndarray:
        if not self._rule.demand:
            return np.full(self._trace.feeds, self._rule.ordinary_target)
        return self._beliefs.targets(self._trace, self._rule.ordinary_target, hour)

    def _smooth(self, newest: np.ndarray) -> None:
        value = np.log(np.maximum(newest, slack.UNAVAILABLE_MIN))
        share = slack.smoothing_share(placement.PLAN_EVERY_MS)
        first = np.isnan(self._smoothed)
        before = np.where(first, value, np.log(np.where(first, 1, self._smoothed)))
        self._smoothed = np.exp(arrays.smooth(before, value, share))

    def _scores(self, hour: int) -> np.ndarray:
        means = self._beliefs.server_mean[hour].tolist()
        power = self._rule.sharpness / placement.SHARPNESS
        weights = np.array([placement.server_weight(mean, 1.0) ** power for mean in means])
        # The formula of `placement.score`, with the logarithm taken once for the whole run.
        scores: np.ndarray = weights * self._hashed
        return scores

    def _outlook(self, hour: int, server: int) -> Outlook:
        if self._told_at != hour:
            self._told_at, self._told = hour, {}
        if server not in self._told:
            self._told[server] = Outlook(
                server_id(server),
                True,
                name_of(self._domain[server]),
                tuple(self._beliefs.server_up[hour, server].tolist()),
                float(self._beliefs.server_held[hour, server]),
            )
        return self._told[server]

    def _take(
        self,
        copies: Copies,
        feed: int,
        scores: np.ndarray,
        allowed: float,
        worry: float,
        lacking: bool,
    ) -> None:
        free = np.flatnonzero(copies.online & ~copies.have[feed])
        ranked = free[np.argsort(-scores[free])][:LOOKED_AT]
        if not (copies.have[feed] & copies.online).any():
            for server in ranked[: placement.LAST_SOURCE_TAKERS]:
                copies.take(feed, int(server))
            return
        noise = self._noise[feed, ranked]
        if not len(ranked) or not (lacking or (noise * worry > allowed).any()):
            return
        covered = self.coverage(copies.hour, feed, copies.have[feed])
        readers = tuple(self._beliefs.readers[copies.hour % HOURS, feed].tolist())
        options = [self._outlook(copies.hour, server) for server in ranked.tolist()]
        # Whatever the target, the needed ones are the first of one and the same order.
        strictest = allowed / float(noise.max())
        longest = placement.needed_servers(covered, options, strictest, self._outages, readers)
        for place, each in enumerate(longest):
            if not placement.is_turn(place, int(self._steps[feed])):
                return
            found = options.index(each)
            mine = allowed / float(noise[found])
            if not lacking and worry <= mine:
                continue
            needed = longest
            if mine > strictest:
                needed = placement.needed_servers(
                    covered, options, mine, self._outages, readers
                )
            if place < len(needed):
                copies.take(feed, int(ranked[found]))
                return  # the others see the claim before their turn comes

    def _release(
        self,
        copies: Copies,
        allowed: np.ndarray,
        newest: np.ndarray,
        lasting: np.ndarray,
        scores: np.ndarray,
    ) -> np.ndarray:
        lowest = np.where(copies.have, scores, np.inf).argmin(1)
        has_any = copies.have[np.arange(len(allowed)), lowest]
        # Without one copy it is never better than with it: few are left to be looked at.
        maybe = has_any & arrays.is_spare(self._smoothed, allowed, lasting)
        feeds = np.flatnonzero(maybe)
        without = copies.have[feeds]
        without[np.arange(len(feeds)), lowest[feeds]] = False
        swing = np.maximum(1.0, self._smoothed[feeds] / np.maximum(newest[feeds], 1e-12))
        left = self.unavailability(copies.hour, without, feeds) * swing
        rest = self.lasting(copies.hour, without, feeds)
        spare = np.zeros(len(allowed), bool)
        spare[feeds] = arrays.is_spare(left, allowed[feeds], rest)
        # A server that is away does not look, and goes on counting when it is back.
        kept = np.where(lowest == self._spare, self._spare_steps, 0)
        self._spare_steps = np.where(spare, kept + copies.online[lowest], 0)
        self._spare = lowest
        waited = self._spare_steps >= placement.RELEASE_STEPS
        free = np.flatnonzero(waited & copies.online[lowest])
        unwanted = np.zeros_like(copies.have)
        unwanted[free, lowest[free]] = True
        copies.drop_all(unwanted)
        self._spare_steps[free] = 0
        return spare

    def _consolidate(
        self,
        copies: Copies,
        allowed: np.ndarray,
        newest: np.ndarray,
        busy: np.ndarray,
        scores: np.ndarray,
    ) -> None:
        """One better server in the place of the two lowest, as `placement.decide` has it."""
        best = np.where(copies.online & ~copies.have, scores, -np.inf).argmax(1)
        may = ~busy & copies.source & (copies.have.sum(1) >= placement.MERGED)
        may &= copies.online[best] & ~copies.have[np.arange(len(best)), best]
        feeds = np.flatnonzero(may)
        rows = copies.have[feeds]
        everyone = np.arange(len(feeds))
        by_score = np.where(rows, scores[feeds], np.inf)
        weak = np.argpartition(by_score, placement.MERGED - 1, axis=1)[:, : placement.MERGED]
        better = scores[feeds, best[feeds]] > np.take_along_axis(by_score, weak, 1).max(1)
        np.put_along_axis(rows, weak, False, 1)
        rows[everyone, best[feeds]] = True
        swing = np.maximum(1.0, self._smoothed[feeds] / np.maximum(newest[feeds], 1e-12))
        left = self.unavailability(copies.hour, rows, feeds) * swing
        mine = allowed[feeds] / self._noise[feeds, best[feeds]]
        worth = arrays.is_spare(left, mine, self.lasting(copies.hour, rows, feeds)) & better
        ready = np.zeros(len(best), bool)
        ready[feeds] = worth
        kept = np.where(best == self._merger, self._merge_steps, 0)
        self._merge_steps = np.where(ready, kept + 1, 0)
        self._merger = best
        for feed in np.flatnonzero(self._merge_steps >= placement.RELEASE_STEPS).tolist():
            copies.take(feed, int(best[feed]))
            self._merge_steps[feed] = 0


def name_of(group: int) -> str:
    """Name a failure domain."""
    return f"domain {group:03}"


def server_id(server: int) -> NodeId:
    """Name a server."""
    return NodeId(b"server" + server.to_bytes(26, "big"))


def feed_id(feed: int, seed: int) -> FeedId:
    """Name a feed; another one in every world."""
    return FeedId(b"feed" + seed.to_bytes(12, "big") + feed.to_bytes(16, "big"))


def hashes(trace: Trace) -> np.ndarray:
    """(feed, server) -> score of a weight of one."""
    servers = [server_id(server) for server in range(len(trace.servers.good))]
    feeds = [feed_id(feed, trace.setting.seed) for feed in range(trace.feeds)]
    pairs = [[placement.unit_hash(server, feed) for server in servers] for feed in feeds]
    return np.array([[placement.score(1.0, each) for each in row] for row in pairs])
