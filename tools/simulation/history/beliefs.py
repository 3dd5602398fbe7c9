"""What servers come to believe of every holder, hour by hour, from samples.

The formulas are those of `swarmfeed.core.history.availability`, given arrays instead of
numbers.
"""

from dataclasses import dataclass

import numpy as np
from swarmfeed.core.history import availability as core
from swarmfeed.core.history.slack import EVEN, PEOPLE_COPIES_MAX

from simulation.history import arrays
from simulation.history.trace import Trace, local_evening
from simulation.history.world import HOURS, SLOTS

LOST_SAMPLES = 0.02
AUDITS_PER_HOUR = 30 / 24
REQUEST_HALF_LIFE_HOURS = 7 * HOURS


@dataclass(frozen=True)
class Beliefs:
    """Shared by all variants of our policy that believe the same."""

    server_up: np.ndarray
    """(hour, server, part of the coming day) -> chance to be reachable with its copies."""
    server_held: np.ndarray
    """(hour, server) -> chance that it comes back."""
    server_mean: np.ndarray
    """(hour, server) -> mean availability, for its weight."""
    nobody: np.ndarray
    """(hour, feed, part) -> log of the chance that no person's copy is reachable."""
    people_copies: np.ndarray
    """(hour, feed) -> people's copies that last, before the cap."""
    requests: np.ndarray
    """(hour, feed) -> requests a day, estimated."""
    readers: np.ndarray
    """(hour of the day, feed, part) -> share of requests."""

    def targets(self, trace: Trace, ordinary: float, hour: int) -> np.ndarray:
        """Allowed unavailability of each feed."""
        asked = self.requests[hour]
        sizes, mean = trace.people.size_bytes, trace.people.sizes_mean
        return arrays.target(asked, float(asked.mean()), sizes, mean, ordinary)

    def capped_people(self, hour: int) -> np.ndarray:
        """People's copies as they count."""
        return arrays.at_most(self.people_copies[hour], PEOPLE_COPIES_MAX)


@dataclass
class Seen:
    """Presence of all holders at once: `availability.Presence` as arrays."""

    ups: np.ndarray
    downs: np.ndarray
    up_mean: np.ndarray
    down_mean: np.ndarray
    online: np.ndarray
    since: np.ndarray
    seen_at: np.ndarray
    misses: np.ndarray

    def fade(self) -> None:
        self.ups *= core.FORGET_PER_WEEK
        self.downs *= core.FORGET_PER_WEEK

    def add(self, sample: np.ndarray, known: np.ndarray, now_ms: int) -> None:
        """Do what `availability.observe` does."""
        hour = core.hour_of_week(now_ms)
        self.ups[:, hour] += sample & known
        self.downs[:, hour] += ~sample & known
        self.misses = np.where(sample | ~known, 0, self.misses + 1)
        back = sample & ~self.online
        gone = self.online & (self.misses >= core.MISSES_TO_BE_OFF)
        run = np.maximum(core.SAMPLE_EVERY_MS, self.seen_at - self.since)
        weight = core.RUN_WEIGHT
        self.down_mean += weight * back * (now_ms - self.since - self.down_mean)
        self.up_mean += weight * gone * (run - self.up_mean)
        self.since = np.where(back, now_ms, np.where(gone, self.seen_at, self.since))
        self.seen_at = np.where(sample, now_ms, self.seen_at)
        self.online = (self.online | back) & ~gone


def watch(trace: Trace, variant: str = "") -> Beliefs:
    """Take all samples and tell what is believed at each hour.

    Args:
        variant: An ablation: ``diurnal`` (hours are forgotten), ``survival`` (a timeout of a
            day instead) or ``persistence`` (who is online now is expected to stay).
    """
    users, servers, hours = trace.feeds, len(trace.servers.good), trace.hours
    dice = np.random.default_rng(trace.setting.seed + 1_000_000)
    up = np.concatenate([trace.people_up, trace.servers_up], axis=1)
    up &= dice.random(up.shape, dtype=np.float32) >= LOST_SAMPLES
    is_server = np.arange(users + servers) >= users
    born = np.concatenate([np.zeros(users, int), trace.servers.born_slot])
    seen, prior = _first(is_server)
    age_hours = np.zeros(servers)
    told = Beliefs(
        np.zeros((hours, servers, core.DAY_PARTS), np.float32),
        np.zeros((hours, servers), np.float32),
        np.zeros((hours, servers), np.float32),
        np.zeros((hours, users, core.DAY_PARTS), np.float32),
        np.zeros((hours, users), np.float32),
        _estimate_requests(trace, dice),
        _readers(trace),
    )
    for hour in range(hours):
        if hour and hour % core.WEEK_HOURS == 0:
            seen.fade()
        for slot in range(hour * SLOTS, (hour + 1) * SLOTS):
            known = born <= slot
            seen.since = np.where(known, seen.since, slot * core.SAMPLE_EVERY_MS)
            seen.add(up[slot], known, slot * core.SAMPLE_EVERY_MS)
        age_hours += trace.servers_up[hour * SLOTS]
        _tell(told, trace, hour, seen, prior, age_hours, variant)
    return told


def _first(is_server: np.ndarray) -> tuple[Seen, tuple[np.ndarray, np.ndarray]]:
    def pick(name: str) -> np.ndarray:
        server, friend = (float(getattr(each, name)) for each in (core.SERVER, core.FRIEND))
        return np.where(is_server, server, friend)

    count = len(is_server)
    seen = Seen(
        np.zeros((count, core.WEEK_HOURS)),
        np.zeros((count, core.WEEK_HOURS)),
        pick("up_mean_ms").astype(float),
        pick("down_mean_ms").astype(float),
        np.ones(count, bool),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, int),
    )
    return seen, (pick("up"), pick("leaving_per_ms"))


def _tell(
    told: Beliefs,
    trace: Trace,
    hour: int,
    seen: Seen,
    prior: tuple[np.ndarray, np.ndarray],
    age_hours: np.ndarray,
    variant: str,
) -> None:
    now_ms = ((hour + 1) * SLOTS - 1) * core.SAMPLE_EVERY_MS
    users = trace.feeds
    mean, day = _coming_day(seen, prior[0], now_ms)
    if variant == "diurnal":
        day = np.repeat(mean[:, None], core.DAY_PARTS, axis=1)
    held = _held(seen, prior[1], now_ms, variant)
    held[users:] *= arrays.trust(age_hours * AUDITS_PER_HOUR, 0.0, 1.0)
    held[users:] *= trace.servers.born_slot <= hour * SLOTS
    up = arrays.reachable(held[:, None], day)
    if variant == "persistence":
        later = np.exp(-np.arange(core.DAY_PARTS) * core.PART_HOURS / 12)
        up += (seen.online[:, None] * held[:, None] - up) * later * 0.5
        up = np.clip(up, 0, core.PROBABILITY_MAX)
    told.server_up[hour], told.server_held[hour] = up[users:], held[users:]
    told.server_mean[hour] = mean[users:] * held[users:]
    copies = trace.people.holder_of_copy
    missing = np.log1p(-up[:users])[copies]
    told.nobody[hour] = np.add.reduceat(missing, trace.people.first_copy, axis=0)
    told.people_copies[hour] = np.add.reduceat(held[copies], trace.people.first_copy)


def _coming_day(seen: Seen, prior: np.ndarray, now_ms: int) -> tuple[np.ndarray, np.ndarray]:
    """`availability.week_profile` and `availability.coming_day`, for the next 24 hours only."""
    count = len(prior)
    mean = arrays.posterior(seen.ups.sum(1), seen.downs.sum(1), prior, core.HOLDER_WEIGHT)
    ups, downs = (each.reshape(count, 7, 24).sum(1) for each in (seen.ups, seen.downs))
    of_day = arrays.posterior(ups, downs, mean[:, None], core.HOUR_WEIGHT)
    hours = (core.hour_of_week(now_ms) + np.arange(24)) % core.WEEK_HOURS
    of_week = arrays.posterior(
        seen.ups[:, hours], seen.downs[:, hours], of_day[:, hours % 24], core.HOUR_WEIGHT
    )
    return mean, of_week.reshape(count, core.DAY_PARTS, core.PART_HOURS).mean(2)


def _held(seen: Seen, leaving: np.ndarray, now_ms: int, variant: str) -> np.ndarray:
    off_ms = np.maximum(0, now_ms - seen.since)
    if variant == "survival":
        return np.where(seen.online, 1.0, (off_ms < core.DAY_MS) * 1.0)
    hope = arrays.survival(off_ms, seen.up_mean, seen.down_mean, leaving)
    return np.where(seen.online, 1.0, hope)


def _estimate_requests(trace: Trace, dice: np.random.Generator) -> np.ndarray:
    """Count what was asked for, and forget it with a half-life of a week."""
    keep = 2 ** (-1 / REQUEST_HALF_LIFE_HOURS)
    estimate = np.full(trace.feeds, 2.0)
    told = np.empty((trace.hours, trace.feeds), np.float32)
    for hour in range(trace.hours):
        estimate = keep * estimate + (1 - keep) * 24 * dice.poisson(trace.requests[hour])
        told[hour] = estimate
    return told


def _readers(trace: Trace) -> np.ndarray:
    """Readers of a feed live where its author lives."""
    hours = np.arange(24)[:, None, None] + 3 * np.arange(len(EVEN)) + 1.5
    weights = 1 + 0.8 * local_evening(trace.people.zone[:, None], hours)
    shares: np.ndarray = (weights / weights.sum(2, keepdims=True)).astype(np.float32)
    return shares
