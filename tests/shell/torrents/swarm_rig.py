"""Both kinds of swarm behind one face, for the contract suite and the tests of the real one."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar, cast

import libtorrent as lt
from msgspec import Struct, field
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.ports import Swarm, SwarmEvent
from swarmfeed.shell.torrents.swarm import LibtorrentSwarm

PATIENCE_S = 60.0

R = TypeVar("R", bound="Rig")


class Player(Struct):
    """A running swarm and what it told."""

    swarm: Swarm
    at: Endpoint
    events: list[SwarmEvent] = field(default_factory=list)


class Rig(Protocol):
    """Starts swarms, and lets time pass until something holds."""

    async def start(self, host: str, *, dht: bool = False) -> Player: ...

    async def start_liar(self, host: str, torrent: ChunkTorrent, folder: Path) -> Endpoint:
        """A peer that sends what its file holds without looking at it."""
        ...

    async def until(self, condition: Callable[[], bool]) -> None: ...

    async def pause(self) -> None:
        """Long enough for what must not happen to have happened."""
        ...

    async def stop(self) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self.network = FakeSwarmNetwork(pieces_per_step=2)
        self._players: list[Player] = []

    async def start(self, host: str, *, dht: bool = False) -> Player:
        swarm = FakeSwarm(self.network, Endpoint(host, 0), dht=dht)
        events: list[SwarmEvent] = []
        port = await swarm.start(events.append)
        self._players.append(Player(swarm, Endpoint(host, port), events))
        return self._players[-1]

    async def start_liar(self, host: str, torrent: ChunkTorrent, folder: Path) -> Endpoint:
        liar = await self.start(host)
        cast("FakeSwarm", liar.swarm).lies = True
        liar.swarm.seed(torrent, folder)
        return liar.at

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(100):
            if condition():
                return
            self.network.step()
        raise AssertionError("it did not happen in 100 steps")

    async def pause(self) -> None:
        for _ in range(10):
            self.network.step()

    async def stop(self) -> None:
        for player in self._players:
            await player.swarm.stop()


class RealRig:
    def __init__(self) -> None:
        self._players: list[Player] = []
        self._liars: list[lt.session] = []

    async def start(self, host: str, *, dht: bool = False, down_bytes_per_s: int = 0) -> Player:
        swarm = LibtorrentSwarm(Endpoint(host, 0), dht=dht, down_bytes_per_s=down_bytes_per_s)
        events: list[SwarmEvent] = []
        port = await swarm.start(events.append)
        self._players.append(Player(swarm, Endpoint(host, port), events))
        return self._players[-1]

    async def start_liar(self, host: str, torrent: ChunkTorrent, folder: Path) -> Endpoint:
        """libtorrent itself, told that the file was checked already."""
        session = lt.session(
            {"listen_interfaces": f"{host}:0", "enable_dht": False, "enable_lsd": False}
        )
        self._liars.append(session)
        params = lt.load_torrent_buffer(torrent.torrent)
        params.save_path = str(folder)
        params.have_pieces = [True] * torrent.piece_count
        params.flags = lt.torrent_flags.no_verify_files
        session.add_torrent(params)
        return Endpoint(host, session.listen_port())

    async def until(self, condition: Callable[[], bool]) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end_s, f"it did not happen in {PATIENCE_S} s"
            await asyncio.sleep(0.002)

    async def pause(self) -> None:
        await asyncio.sleep(1.2)

    async def stop(self) -> None:
        self._liars.clear()
        for player in self._players:
            await player.swarm.stop()


@asynccontextmanager
async def running(rig: R) -> AsyncIterator[R]:
    """The rig, all of whose swarms are stopped at the end."""
    try:
        yield rig
    finally:
        await rig.stop()
