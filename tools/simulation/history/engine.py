"""Runs one policy through a trace: copies appear and go, requests are served or not."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from simulation.history.trace import Trace
from simulation.history.world import HOURS, SLOTS


@dataclass
class Copies:
    """Which server has which feed, and what moving them cost."""

    trace: Trace
    have: np.ndarray
    """(feed, server) -> has it on its disk, or had when it left for good."""
    since: np.ndarray
    """(feed, server) -> hour in which the copy became whole."""
    hour: int = 0
    online: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    """Servers online now."""
    alive: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    source: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    """Feeds that can be fetched from somebody now."""
    moved_bytes: float = 0.0
    taken: int = 0
    released: int = 0

    def take(self, feed: int, server: int) -> None:
        """Fetch a feed: both ends must be online."""
        assert self.source[feed] and self.online[server] and not self.have[feed, server]
        self.have[feed, server] = True
        self.since[feed, server] = self.hour
        self.moved_bytes += self.trace.people.size_bytes[feed]
        self.taken += 1

    def take_all(self, wanted: np.ndarray) -> None:
        """Fetch every (feed, server) that is wanted, possible and not there yet."""
        new = wanted & self.source[:, None] & self.online & ~self.have
        self.have |= new
        self.since[new] = self.hour
        self.moved_bytes += float(new.sum(1) @ self.trace.people.size_bytes)
        self.taken += int(new.sum())

    def drop_all(self, unwanted: np.ndarray) -> None:
        """Delete copies; only who is online can."""
        gone = unwanted & self.have & self.online
        self.have &= ~gone
        self.released += int(gone.sum())


class Policy(Protocol):
    """Decides once an hour, for all servers."""

    def act(self, copies: Copies) -> None:
        """Take and drop."""
        ...


@dataclass
class Tally:
    """What is counted after the warm-up, hour by hour."""

    asked: np.ndarray
    unserved: np.ndarray
    stored_bytes: list[float] = field(default_factory=list)
    copies: list[float] = field(default_factory=list)
    moved_bytes: list[float] = field(default_factory=list)
    unserved_by_hour: list[float] = field(default_factory=list)
    had_two: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    exposed_since: np.ndarray = field(default_factory=lambda: np.zeros(0))
    cover_hours: list[float] = field(default_factory=list)
    load_bytes: np.ndarray = field(default_factory=lambda: np.zeros(0))


EXPOSED = 0.01
"""True unavailability above which a feed waits to be covered."""


def run(trace: Trace, policy: Policy) -> tuple[Tally, Copies]:
    """Play all hours."""
    shape = (trace.feeds, len(trace.servers.good))
    copies = Copies(trace, np.zeros(shape, bool), np.zeros(shape, np.int32))
    tally = Tally(np.zeros(trace.feeds), np.zeros(trace.feeds))
    tally.had_two = np.zeros(trace.feeds, bool)
    tally.exposed_since = np.full(trace.feeds, np.nan)
    tally.load_bytes = np.zeros(shape[1])
    truth = Truth(trace)
    for hour in range(trace.hours):
        slots = slice(hour * SLOTS, (hour + 1) * SLOTS)
        have = copies.have.astype(np.float32)
        reachable = have @ trace.servers_up[slots].T.astype(np.float32)
        _count(tally, trace, hour, reachable, copies)
        if hour >= trace.setting.warm_up_days * HOURS:
            _time_cover(tally, truth.unavailability(hour, have), hour)
        copies.hour = hour
        copies.online = trace.servers_up[slots.stop - 1]
        copies.alive = trace.alive_servers(hour)
        copies.source = (trace.copies_up[slots] > 0).any(0) | (reachable[:, -1] > 0)
        policy.act(copies)
    return tally, copies


def _count(
    tally: Tally, trace: Trace, hour: int, reachable: np.ndarray, copies: Copies
) -> None:
    people = trace.copies_up[hour * SLOTS : (hour + 1) * SLOTS].T
    tally.had_two |= (people + reachable >= 2).any(1)
    if hour < trace.setting.warm_up_days * HOURS:
        copies.moved_bytes = 0.0
        copies.taken = copies.released = 0
        return
    share = ((people == 0) & (reachable == 0)).mean(1)
    missed = trace.requests[hour] * share
    tally.asked += trace.requests[hour]
    tally.unserved += missed
    tally.unserved_by_hour.append(float(missed.sum() / trace.requests[hour].sum()))
    alive = trace.alive_servers(hour)
    load = trace.people.size_bytes @ (copies.have * alive)
    tally.load_bytes += load
    tally.stored_bytes.append(float(load.sum()))
    tally.copies.append(float((copies.have & alive).sum()) / trace.feeds)
    tally.moved_bytes.append(copies.moved_bytes)


def _time_cover(tally: Tally, unavailable: np.ndarray, hour: int) -> None:
    exposed = unavailable > EXPOSED
    waiting = ~np.isnan(tally.exposed_since)
    covered = waiting & ~exposed
    tally.cover_hours += (hour - tally.exposed_since[covered]).tolist()
    tally.exposed_since[covered] = np.nan
    tally.exposed_since[exposed & ~waiting] = hour


class Truth:
    """How available everybody really is, on average over a life; unknown to policies."""

    def __init__(self, trace: Trace) -> None:
        people, servers = trace.people, trace.servers
        self._trace = trace
        self._people = np.log(1 - _share(trace.people_up, 0, people.left_slot))
        self._servers = np.log(
            1 - _share(trace.servers_up, servers.born_slot, servers.left_slot)
        ).astype(np.float32)
        self.quality = -self._servers
        """Nines of each server: log of 1 / unavailability."""

    def unavailability(self, hour: int, have: np.ndarray) -> np.ndarray:
        """Chance that nobody who has not left for good has the feed reachable."""
        people = self._trace.people
        here = self._people * (people.left_slot > hour * SLOTS)
        nobody = np.add.reduceat(here[people.holder_of_copy], people.first_copy)
        servers = have @ (self._servers * self._trace.alive_servers(hour))
        chance: np.ndarray = np.exp(nobody + servers)
        return chance


def _share(up: np.ndarray, born: np.ndarray | int, left: np.ndarray) -> np.ndarray:
    """Share of its life that each is online; a life of no slot counts as one."""
    lived = np.minimum(left, len(up)) - born
    share: np.ndarray = np.minimum(0.9999, up.sum(0) / np.maximum(1, lived))
    return share
