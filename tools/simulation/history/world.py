"""A made-up network: who follows whom, who keeps whose feed, who asks for what.

Every figure has its source in docs/POLICY.md; equal seeds make equal worlds.
"""

from dataclasses import dataclass

import numpy as np

HOURS = 24
SLOTS = 4
"""Presence samples an hour."""

ZONES = np.array([-8, -5, -3, 0, 1, 3, 5.5, 8])
ZONE_SHARES = np.array([0.12, 0.18, 0.08, 0.14, 0.20, 0.08, 0.10, 0.10])


@dataclass(frozen=True)
class Setting:
    """What a world is made from."""

    seed: int = 1
    users: int = 2_000
    servers: int = 60
    days: int = 70
    flaky: float = 0.5
    """Share of servers that are reachable little more than half of the time."""
    warm_up_days: int = 21
    keeping: float = 0.25
    """Share of friends that keep a whole feed."""
    orphans: float = 0.05
    """Share of feeds whose author and keepers all leave for good within one day."""
    mass_exit: float = 0.0
    """Share of people who leave for good, without a word, on the day of events."""
    flash: float = 0.0
    """Share of feeds that are asked for a hundred times as often for three days."""
    sybils: int = 0
    """Invented authors that a few accounts introduce."""
    noise: float = 0.3
    """Spread of what servers believe: sigma of a log-normal factor on unavailability."""
    domains: int = 12

    @property
    def hours(self) -> int:
        return self.days * HOURS

    @property
    def event_day(self) -> int:
        """When orphans, mass exits and flash crowds begin: after two thirds."""
        return self.days * 9 // 14


@dataclass(frozen=True)
class People:
    """Authors, one feed each, and who keeps them."""

    zone: np.ndarray
    """Hours ahead of UTC."""
    availability: np.ndarray
    session_hours: np.ndarray
    left_slot: np.ndarray
    """When each leaves for good."""
    feed_of_copy: np.ndarray
    """Copies that people hold, sorted by feed: which feed ..."""
    holder_of_copy: np.ndarray
    """... and who holds it; the author's own copy is the first."""
    first_copy: np.ndarray
    """Where the copies of each feed begin."""
    size_bytes: np.ndarray
    requests_per_day: np.ndarray
    flash_feeds: np.ndarray
    sizes_mean: float


@dataclass(frozen=True)
class Servers:
    """History servers, one after the other where one is replaced."""

    good: np.ndarray
    domain: np.ndarray
    born_slot: np.ndarray
    left_slot: np.ndarray


def make_people(setting: Setting, dice: np.random.Generator) -> People:
    """Make friends, feeds and departures."""
    count = setting.users
    zone = np.sort(dice.choice(ZONES, size=count, p=ZONE_SHARES))
    feeds, holders = _copies(setting, dice, count)
    first = np.searchsorted(feeds, np.arange(count))
    weight = (1 + dice.permutation(count)) ** -0.8
    sizes = dice.lognormal(0, 0.8, count)
    sizes *= 0.68e6 / sizes.mean()
    return People(
        zone=zone,
        availability=np.clip(dice.beta(0.9, 2.1, count), 0.02, 0.98),
        session_hours=dice.lognormal(np.log(2), 0.5, count),
        left_slot=_departures(setting, dice, feeds, holders, first),
        feed_of_copy=feeds,
        holder_of_copy=holders,
        first_copy=first,
        size_bytes=sizes,
        requests_per_day=2 * weight / weight.mean(),
        flash_feeds=dice.random(count) < setting.flash,
        sizes_mean=float(sizes.mean()),
    )


def make_servers(setting: Setting, dice: np.random.Generator) -> Servers:
    """Make servers; one that leaves for good is replaced by an empty one at once."""
    slots = setting.hours * SLOTS
    # As many good ones as was asked for, not as chance would have it.
    first = np.arange(setting.servers) >= round(setting.flaky * setting.servers)
    good, domain, born, left = [], [], [], []
    for is_good in first:
        start = 0
        while start < slots:
            end = start + int(dice.exponential(200 * HOURS * SLOTS)) + 1
            good.append(bool(is_good))
            domain.append(int(dice.integers(setting.domains)))
            born.append(start)
            left.append(end)
            start = end
    return Servers(np.array(good), np.array(domain), np.array(born), np.array(left))


def _copies(
    setting: Setting, dice: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw who keeps whose feed: of one's friends, three quarters live near by."""
    degrees = np.clip(dice.lognormal(np.log(12), 1.0, count), 1, min(200, count // 3)).astype(
        int
    )
    pairs = {(author, author) for author in range(count)}
    for author, degree in enumerate(degrees // 2 + 1):
        near = dice.random(degree) < 0.75
        steps = dice.integers(1, max(2, min(30, count // 2)), degree)
        steps *= dice.choice([-1, 1], degree)
        friends = np.where(near, (author + steps) % count, dice.integers(count, size=degree))
        for friend in friends.tolist():
            if dice.random() < setting.keeping:
                pairs.add((author, friend))
            if dice.random() < setting.keeping:
                pairs.add((friend, author))
    ordered = sorted(pairs, key=lambda pair: (pair[0], pair[0] != pair[1], pair[1]))
    both = np.array(ordered)
    return both[:, 0], both[:, 1]


def _departures(
    setting: Setting,
    dice: np.random.Generator,
    feeds: np.ndarray,
    holders: np.ndarray,
    first: np.ndarray,
) -> np.ndarray:
    left = (dice.exponential(180 * HOURS * SLOTS, setting.users) + 1).astype(int)
    day = setting.event_day * HOURS * SLOTS
    # Feeds with few keepers, so that not half of the world has to leave with them.
    keepers = np.diff([*first, len(feeds)])
    few = np.flatnonzero(keepers <= 5)
    wanted = min(len(few), round(setting.orphans * setting.users))
    for feed in dice.choice(few, size=wanted, replace=False):
        leavers = holders[feeds == feed]
        left[leavers] = np.minimum(left[leavers], day + dice.integers(96, size=len(leavers)))
    exits = dice.random(setting.users) < setting.mass_exit
    left[exits] = np.minimum(left[exits], day + dice.integers(1, 8, exits.sum()))
    return left
