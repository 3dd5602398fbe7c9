"""Who is online when: sessions of Weibull length with the hours of the day, and outages."""

from dataclasses import dataclass
from math import gamma

import numpy as np

from simulation.history.world import (
    HOURS,
    SLOTS,
    People,
    Servers,
    Setting,
    make_people,
    make_servers,
)

SLOT_HOURS = 1 / SLOTS


@dataclass(frozen=True)
class Trace:
    """All that happens, whatever any policy does; the same for all of them."""

    setting: Setting
    people: People
    servers: Servers
    people_up: np.ndarray
    """(slot, person) -> online."""
    servers_up: np.ndarray
    """(slot, server) -> online."""
    copies_up: np.ndarray
    """(slot, feed) -> how many people's copies are online."""
    requests: np.ndarray
    """(hour, feed) -> expected requests."""

    @property
    def hours(self) -> int:
        return self.setting.hours

    @property
    def feeds(self) -> int:
        return self.setting.users

    def alive_servers(self, hour: int) -> np.ndarray:
        """Servers that are there now, online or not."""
        slot = hour * SLOTS
        return (self.servers.born_slot <= slot) & (slot < self.servers.left_slot)


def make_trace(setting: Setting) -> Trace:
    """Play the world once."""
    dice = np.random.default_rng(setting.seed)
    people = make_people(setting, dice)
    servers = make_servers(setting, dice)
    slots = setting.hours * SLOTS
    off = people.session_hours * (1 - people.availability) / people.availability
    people_up = _play(slots, people.session_hours, off, 0.6, dice, people.zone)
    people_up &= np.arange(slots)[:, None] < people.left_slot
    servers_up = _play_servers(setting, servers, dice)
    return Trace(
        setting,
        people,
        servers,
        people_up,
        servers_up,
        _copies_up(people, people_up),
        _requests(setting, people),
    )


def local_evening(zone: np.ndarray, hour: float | np.ndarray) -> np.ndarray:
    """1 at 20 h local time, -1 at 8 h."""
    return np.cos(2 * np.pi * (hour + zone - 20) / HOURS)


def _play(
    slots: int,
    on_hours: np.ndarray,
    off_hours: np.ndarray,
    shape: float,
    dice: np.random.Generator,
    zone: np.ndarray | None,
) -> np.ndarray:
    """Alternate Weibull runs; with a zone, people come in the evening and stay longer."""
    count = len(on_hours)
    scale_on, scale_off = (mean / gamma(1 + 1 / shape) for mean in (on_hours, off_hours))
    up = dice.random(count) < on_hours / (on_hours + off_hours)
    age = dice.exponential(np.where(up, on_hours, off_hours))
    seen = np.empty((slots, count), dtype=bool)
    for slot in range(slots):
        scale = np.where(up, scale_on, scale_off)
        hazard = ((age + SLOT_HOURS) / scale) ** shape - (age / scale) ** shape
        if zone is not None:
            evening = local_evening(zone, slot / SLOTS)
            hazard *= np.where(up, 1 - 0.5 * evening, 1 + 0.9 * evening)
        turn = dice.random(count) < 1 - np.exp(-hazard)
        up = up ^ turn
        age = np.where(turn, 0.0, age + SLOT_HOURS)
        seen[slot] = up
    return seen


def _play_servers(setting: Setting, servers: Servers, dice: np.random.Generator) -> np.ndarray:
    slots = setting.hours * SLOTS
    on = np.where(servers.good, 120.0, 8.0)
    off = np.where(servers.good, 3.0, 6.5)
    up = _play(slots, on, off, 0.7, dice, None)
    for domain in range(setting.domains):
        starts = np.flatnonzero(dice.random(slots) < 1 / (60 * HOURS * SLOTS))
        for start in starts:
            up[start : start + 6 * SLOTS, servers.domain == domain] = False
    now = np.arange(slots)[:, None]
    return up & (servers.born_slot <= now) & (now < servers.left_slot)


def _copies_up(people: People, people_up: np.ndarray) -> np.ndarray:
    counts = np.empty((len(people_up), len(people.zone)), dtype=np.int16)
    for start in range(0, len(people_up), 500):
        block = people_up[start : start + 500][:, people.holder_of_copy].astype(np.int16)
        counts[start : start + 500] = np.add.reduceat(block, people.first_copy, axis=1)
    return counts


def _requests(setting: Setting, people: People) -> np.ndarray:
    hours = np.arange(setting.hours)[:, None]
    rate = people.requests_per_day / HOURS * (1 + 0.8 * local_evening(people.zone, hours))
    event = setting.event_day * HOURS
    crowd = (hours >= event) & (hours < event + 3 * HOURS) & people.flash_feeds
    return (rate * np.where(crowd, 100, 1)).astype(np.float32)
