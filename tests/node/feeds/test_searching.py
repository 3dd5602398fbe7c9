"""Chunks that nobody linked gives us: plain clients are found in the DHT, within bounds."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from street.fakes.swarm import FakeSwarm
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.limits import (
    SEARCH_EVERY_MS,
    SEARCH_PAUSE_MS_FIRST,
    SEARCH_PEERS_AT_ONCE,
    SEARCH_PEERS_MAX,
    SEARCHES_MAX,
    STRANGERS_AFTER_MS,
)
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_name, chunk_torrent
from swarmfeed.ports import DhtPeersFound

from tests.node.feeds.test_fetcher import Rig, play

WAIT_S = STRANGERS_AFTER_MS // 1000 + 2


class Street(Rig):
    """The same, with a DHT that answers, and plain clients that announce themselves in it."""

    async def open_dht(self) -> None:
        node = FakeSwarm(self.network, Endpoint("127.0.9.1", 9000))
        await node.start(lambda _: None)
        self.swarm.add_dht_node(node.endpoint)

    def fetcher_event(self, event: object) -> None:
        if not isinstance(event, DhtPeersFound):
            super().fetcher_event(event)
        else:
            self.fetcher.on_dht_peers(event)

    def torrents(self) -> list[ChunkTorrent]:
        chunks = self.anna.newest.chunks().items()
        return [chunk_torrent(self.feed_id, span, record.pieces) for span, record in chunks]

    async def plain_client(
        self, number: int, spoil: Callable[[bytes], bytes] = lambda chunk: chunk
    ) -> FakeSwarm:
        """A client that has all chunks, and knows nothing of swarmfeed."""
        client = FakeSwarm(self.network, Endpoint(f"127.0.8.{number}", 8000))
        await client.start(lambda _: None)
        client.lies = True
        folder = self.folder / f"client {number}"
        folder.mkdir()
        for span, record in self.anna.newest.chunks().items():
            content = spoil(self.anna.chunks[span])
            (folder / chunk_name(self.feed_id, span)).write_bytes(content)
            torrent = chunk_torrent(self.feed_id, span, record.pieces)
            client.seed(torrent, folder)
            client.announce(torrent.info_hash, 8000)
        return client

    def asked_of_dht(self) -> list[bytes]:
        """What the DHT is asked for from now on."""
        asked: list[bytes] = []
        find = self.swarm.find_peers

        def note(topic: bytes) -> None:
            asked.append(topic)
            find(topic)

        self.swarm.find_peers = note  # type: ignore[method-assign]  # notes
        return asked


def street(folder: Path, script: Callable[[Street], Awaitable[None]], size: int = 600) -> None:
    rig = Street(folder, size)

    async def run() -> None:
        await rig.open_dht()
        await script(rig)

    play(rig, run)


def test_a_chunk_nobody_linked_has_comes_from_a_plain_client(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        await rig.plain_client(1)
        rig.want()
        await rig.step(WAIT_S + 2)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())

    street(tmp_path, script)


def test_while_a_holder_is_linked_the_dht_is_not_told(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        asked = rig.asked_of_dht()
        await rig.holder(1)
        rig.want()
        await rig.step(WAIT_S + 2)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())
        assert asked == []

    street(tmp_path, script)


def test_a_holder_that_gives_nothing_does_not_keep_us_from_plain_clients(
    tmp_path: Path,
) -> None:
    async def script(rig: Street) -> None:
        await rig.holder(1, silent=True)
        await rig.plain_client(1)
        rig.want()
        await rig.step(30)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())

    street(tmp_path, script)


def test_a_holder_that_comes_later_is_asked_at_once(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        rig.want()
        await rig.step(WAIT_S)
        assert rig.fetched == []
        await rig.holder(1)
        await rig.step(2)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())

    street(tmp_path, script)


@pytest.mark.attack("A47")
def test_a_plain_client_that_lies_is_shut_out_and_the_next_one_is_asked(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        liar = await rig.plain_client(1, lambda chunk: bytes(len(chunk)))
        rig.want()
        await rig.step(WAIT_S + 2)
        assert rig.fetched == [] and liar.endpoint.host in rig.swarm.banned
        await rig.plain_client(2)
        await rig.step(2 * SEARCH_PAUSE_MS_FIRST // 1000)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())

    street(tmp_path, script)


@pytest.mark.attack("A47")
def test_false_clients_are_dialled_a_few_at_a_time_and_hide_nobody(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        torrent = rig.torrents()[-1]
        false = [Endpoint(f"127.7.{n}.1", 8000) for n in range(40)]
        rig.network.topics[torrent.info_hash] = list(false)
        await rig.plain_client(1)
        dialled: list[int] = []
        add_peers = rig.swarm.add_peers

        def note(info_hash: bytes, peers: Sequence[Endpoint]) -> None:
            dialled.append(len(peers))
            add_peers(info_hash, peers)

        rig.swarm.add_peers = note  # type: ignore[method-assign]  # notes
        rig.want()
        await rig.step(WAIT_S + 30)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())
        assert max(dialled) <= SEARCH_PEERS_AT_ONCE

    street(tmp_path, script)


@pytest.mark.attack("A47")
def test_a_flood_of_answers_is_bounded(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        rig.want()
        await rig.step(WAIT_S)
        torrent = rig.torrents()[0]
        flood = tuple(Endpoint(f"127.7.{n // 250}.{n % 250}", 8000) for n in range(5_000))
        named: list[Endpoint] = []

        def note(info_hash: bytes, peers: Sequence[Endpoint]) -> None:
            named.extend(peers)

        rig.swarm.add_peers = note  # type: ignore[method-assign]  # notes
        assert rig.fetcher.on_dht_peers(DhtPeersFound(torrent.info_hash, flood))
        await rig.step(SEARCH_PEERS_MAX)
        assert len(named) == SEARCH_PEERS_MAX
        assert not rig.fetcher.on_dht_peers(DhtPeersFound(b"x" * 20, flood))

    street(tmp_path, script)


def test_look_ups_are_paced_and_the_more_seldom_the_longer_they_are_in_vain(
    tmp_path: Path,
) -> None:
    async def script(rig: Street) -> None:
        asked = rig.asked_of_dht()
        rig.want()
        for _ in range(4 * 60):
            rig.clock.advance(250)
            rig.fetcher.watch()
        chunks = len(rig.torrents())
        assert len(set(asked)) == chunks == 4
        # Within a minute: at once, after 10 s and after 30 s.
        assert 2 * chunks < len(asked) <= 3 * chunks
        # And each time the DHT is told where we are, for those who cannot be dialled.
        here = [topic for topic, there in rig.network.topics.items() if there]
        assert sorted(here) == sorted(set(asked))

    street(tmp_path, script, size=1_100)


def test_a_second_lies_between_two_look_ups_and_few_are_looked_for(tmp_path: Path) -> None:
    async def script(rig: Street) -> None:
        asked = rig.asked_of_dht()
        rig.want()
        await rig.step(WAIT_S)
        before = len(asked)
        for _ in range(8):
            rig.clock.advance(SEARCH_EVERY_MS // 8)
            rig.fetcher.watch()
        assert len(asked) - before <= 1
        for _ in range(200):
            rig.clock.advance(1_000)
            rig.fetcher.watch()
        assert len(rig.swarm.progress()) == min(len(rig.torrents()), SEARCHES_MAX)

    street(tmp_path, script, size=1_600)


def test_without_a_dht_nothing_is_looked_for(tmp_path: Path) -> None:
    rig = Street(tmp_path, 600)

    async def script() -> None:
        rig.want()
        await rig.step(WAIT_S)
        assert not rig.swarm.progress()

    play(rig, script)


def test_a_plain_client_that_dials_us_is_taken(tmp_path: Path) -> None:
    """It was told by the DHT where we are; nobody told us of it."""

    async def script(rig: Street) -> None:
        rig.want()
        await rig.step(WAIT_S + 2)
        client = await rig.plain_client(1)
        rig.network.topics = {
            topic: [each for each in there if each != client.endpoint]
            for topic, there in rig.network.topics.items()
        }
        for torrent in rig.torrents():
            # What libtorrent does when somebody connects: it is one more peer.
            rig.swarm.add_peers(torrent.info_hash, [client.endpoint])
        await rig.step(2)
        assert sorted(rig.fetched) == sorted(rig.anna.newest.chunks())

    street(tmp_path, script)
