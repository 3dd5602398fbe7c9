"""A neighbourhood: many whole nodes in one loop, with a fake behind every door.

Time is virtual: nothing happens but what messages bring about, until a test says how many
seconds pass.  Work that a node gives to threads is done at once, in the loop.  So a scenario
is a pure function of what the test does, and twenty nodes cost a fraction of a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Interface
from pathlib import Path

from msgspec.structs import replace
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.letters.settings import LetterSettings
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.settings import SupernodeSettings

from street.authors import author_of
from street.fakes.clock import FakeClock, QuickClock
from street.fakes.dice import FakeDice
from street.fakes.headboard import FakeDht
from street.fakes.lan import FakeNetwork as FakeAir
from street.fakes.link import FakeNetwork
from street.fakes.logs import FakeDisk
from street.fakes.poster import FakeWeb
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from street.fakes.web import FakeSites
from street.loop import VirtualLoop, play, settle
from street.neighbour import Neighbour

_ALONE = [SupernodeSettings(supernode=each, speed=0) for each in ("off", "on")]
"""Who takes no part in elections; by whether it relays."""
_QUIET = LetterSettings(letters=False)
"""Publishes keys only when a test asks for them: else each log grows by itself."""
_BOOTSTRAP = Endpoint("127.0.255.1", 6881)


class Neighbourhood:
    """The world that nodes live in."""

    def __init__(
        self, folder: Path, *, history_speed: int = 1, roster: Roster = ROSTER
    ) -> None:
        """``history_speed`` is how many times as fast the policy of history servers runs."""
        self.folder = folder
        self.roster = roster
        self.clock = FakeClock()
        self.dice = FakeDice()
        self.history_speed = history_speed
        self.policy_clock = QuickClock(self.clock, history_speed)
        self.links = FakeNetwork()
        self.pairing = FakeNetwork()
        """Where machines wait that want to become a device."""
        self.swarms = FakeSwarmNetwork()
        self.web = FakeWeb()
        self.sites = FakeSites()
        self.dht = FakeDht()
        self.air = FakeAir()
        """Where machines with cards find each other, whatever networks those are in."""
        self.neighbours: list[Neighbour] = []

    async def move_in(
        self,
        *,
        device_of: Neighbour | None = None,
        knows: Iterable[Neighbour] = (),
        disk_budget_bytes: int = 10**9,
        history: HistoryChoice | None = None,
        relays: bool = False,
        supernode: SupernodeSettings | None = None,
        roster: Roster | None = None,
        is_first: bool = False,
        author: AuthorKey | None = None,
        rotates: tuple[bytes, ...] = (),
        is_named: bool = True,
        on: bool = True,
    ) -> Neighbour:
        """Add somebody new, or a further device of somebody; ``roster`` is the street's.

        Args:
            author: Whose device it is, by another key than ``device_of`` has.
            rotates: What proves that key.
        """
        number = len(self.neighbours) + 1
        same = device_of.author if device_of else author_of(bytes([3, number]) + bytes(30))
        settings = NodeSettings(
            listen=f"127.0.1.{number}",
            link_port=7000,
            peers=tuple(each.endpoint for each in knows),
            dht_nodes=(_BOOTSTRAP,),
            disk_budget_bytes=history.disk_bytes if history else disk_budget_bytes,
            others=(self._history_settings(history), supernode or _ALONE[relays], _QUIET),
        )
        kept = roster or self.roster, FakeDisk(self.folder / str(number))
        neighbour = Neighbour(self, number, author or same, is_first, settings, *kept)
        neighbour.rotates, neighbour.is_named = rotates, is_named
        neighbour._create()
        self.neighbours.append(neighbour)
        if on:
            await neighbour.start()
        return neighbour

    async def move_in_at(self, card: IPv4Interface) -> Neighbour:
        """Add somebody whose machine has a card in some network, and listens everywhere."""
        neighbour = await self.move_in(on=False)
        port = neighbour.settings.link_port + neighbour.number
        neighbour.settings = replace(neighbour.settings, listen="0.0.0.0", link_port=port)
        neighbour.cards.append(card)
        self.links.lead(Endpoint(str(card.ip), port), neighbour.endpoint)
        await neighbour.start()
        return neighbour

    def _history_settings(self, choice: HistoryChoice | None) -> HistorySettings:
        if choice is None:
            return HistorySettings(speed=self.history_speed)
        return HistorySettings(
            speed=self.history_speed,
            scope=choice.scope,
            free_bytes_min=choice.free_bytes_min,
        )

    async def open_dht(self) -> None:
        """Let there be a DHT: before that, nodes find each other by hints alone."""
        await FakeSwarm(self.swarms, _BOOTSTRAP).start(lambda _: None)

    async def pass_time(self, seconds: int, *, step_s: int = 1) -> None:
        """Let so many seconds pass.

        Args:
            step_s: What is due meanwhile is done once in so many seconds, as by machines that
                sleep in between: days cost as little as minutes.
        """
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for _ in range(0, seconds, step_s):
            self.clock.advance(step_s * 1000)
            loop.skipped_s += step_s
            for each in self.neighbours:
                if each.jobs is not None:
                    await each.jobs.run_due()
            await settle()
            self.swarms.step()
            await settle()

    async def until(self, reached: Callable[[], bool], *, within_s: int) -> None:
        """Let time pass until something is so."""
        for _ in range(within_s):
            if reached():
                return
            await self.pass_time(1)
        assert reached(), f"not within {within_s} s"

    async def close(self) -> None:
        for each in self.neighbours:
            if each.node is not None:
                await each.stop()

    def split(self, one: Neighbour, other: Neighbour) -> None:
        self.links.split(one.identity.node_id, other.identity.node_id)

    def let_cross(self, one: Neighbour, other: Neighbour) -> None:
        """Have the routers of two let in what both begin at once."""
        self.links.let_cross(one.identity.node_id, other.identity.node_id)

    def heal(self, one: Neighbour, other: Neighbour) -> None:
        self.links.heal(one.identity.node_id, other.identity.node_id)


def in_neighbourhood(
    folder: Path,
    scenario: Callable[[Neighbourhood], Awaitable[None]],
    *,
    history_speed: int = 1,
    roster: Roster = ROSTER,
) -> None:
    """Play a scenario in a new neighbourhood, and take it down in good order."""

    async def run() -> None:
        street = Neighbourhood(folder, history_speed=history_speed, roster=roster)
        await scenario(street)
        await street.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks outlive their nodes: {left}"

    play(run)
