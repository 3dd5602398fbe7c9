"""libtorrent itself: many torrents, resuming, liars, filters, lost alerts."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import libtorrent as lt
import pytest
from street.fakes.chunks import make_chunk, write_chunk
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.open_files import EVERYTHING, share_files
from swarmfeed.errors import UserError
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmEvent, SwarmFailed
from swarmfeed.shell.torrents import settings as swarm_settings
from swarmfeed.shell.torrents.filters import build_filter
from swarmfeed.shell.torrents.settings import behind, rate_limits, session_settings
from swarmfeed.shell.torrents.swarm import LibtorrentSwarm

from tests.shell.torrents.swarm_rig import RealRig, running


class TrustingSwarm(LibtorrentSwarm):
    """Hands every peer on, so that only libtorrent's own filter is left."""

    def _is_reachable(self, peer: Endpoint) -> bool:
        return True


@contextmanager
def counting_listener(host: str) -> Iterator[tuple[Endpoint, list[str]]]:
    """A TCP listener that notes who connects, and hangs up."""
    seen: list[str] = []
    with socket.create_server((host, 0)) as server:
        server.settimeout(0.05)
        stopped = threading.Event()

        def accept() -> None:
            while not stopped.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                seen.append(address[0])
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield Endpoint(host, server.getsockname()[1]), seen
        finally:
            stopped.set()
            thread.join()


@pytest.mark.slow
def test_two_hundred_small_torrents_arrive_within_seconds(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(RealRig()) as rig:
            seeder, fetcher = (await rig.start("127.0.82.1"), await rig.start("127.0.82.2"))
            chunks = [make_chunk(number, 20_000) for number in range(200)]
            for torrent, content in chunks:
                write_chunk(tmp_path / "a", torrent, content)
                seeder.swarm.seed(torrent, tmp_path / "a")
            start_s = time.monotonic()
            for torrent, _ in chunks:
                fetcher.swarm.fetch(torrent, tmp_path / "b", [seeder.at])
            await rig.until(lambda: len(fetcher.events) == len(chunks))
            # 0.2 s on a quiet machine; with libtorrent's defaults it is a minute, on any.
            assert time.monotonic() - start_s < 30
            assert set(fetcher.events) == {ChunkArrived(t.info_hash) for t, _ in chunks}
            for torrent, content in chunks:
                assert (tmp_path / "b" / torrent.name).read_bytes() == content

    asyncio.run(scene())


@pytest.mark.slow
def test_a_stock_client_that_dials_us_is_taken_though_nobody_named_it(tmp_path: Path) -> None:
    """One behind a router: it was told by the DHT where we are, and nobody can dial it."""

    async def scene() -> None:
        async with running(RealRig()) as rig:
            fetcher = await rig.start("127.0.83.1")
            torrent, content = make_chunk(1, 40_000)
            write_chunk(tmp_path / "stock", torrent, content)
            fetcher.swarm.fetch(torrent, tmp_path / "ours", [])
            await rig.pause()
            assert fetcher.events == []
            stock, handle = _stock_seed("127.0.83.2", torrent.torrent, tmp_path / "stock")
            handle.connect_peer((fetcher.at.host, fetcher.at.port))
            await rig.until(lambda: fetcher.events == [ChunkArrived(torrent.info_hash)])
            assert (tmp_path / "ours" / torrent.name).read_bytes() == content
            del stock

    asyncio.run(scene())


def _stock_seed(
    host: str, torrent: bytes, folder: Path
) -> tuple[lt.session, lt.torrent_handle]:
    """libtorrent as it comes, but for what would look outside of this machine."""
    params = lt.session_params()
    settings = {"listen_interfaces": f"{host}:0", "outgoing_interfaces": host}
    outside = ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp")
    params.settings = cast("Any", {**settings, **dict.fromkeys(outside, False)})
    session = lt.session(params)
    adding = lt.load_torrent_buffer(torrent)
    adding.save_path = str(folder)
    adding.flags = lt.torrent_flags.seed_mode
    return session, session.add_torrent(adding)


@pytest.mark.slow
def test_a_stopped_fetch_goes_on_where_it_was(tmp_path: Path) -> None:
    async def scene() -> None:
        # It is stopped with four seconds to go, however late that is noticed.
        torrent, content = make_chunk(1, 16 << 20)
        write_chunk(tmp_path / "a", torrent, content)
        async with running(RealRig()) as rig:
            seeder = await rig.start("127.0.82.1")
            seeder.swarm.seed(torrent, tmp_path / "a")
            fetcher = await rig.start("127.0.82.2", down_bytes_per_s=3 << 20)
            fetcher.swarm.fetch(torrent, tmp_path / "b", [seeder.at])

            def done_bytes() -> int:
                return fetcher.swarm.progress()[torrent.info_hash].bytes_done

            await rig.until(lambda: done_bytes() > 3 << 20)
            assert fetcher.swarm.progress()[torrent.info_hash].peers == (seeder.at,)
            assert fetcher.events == []
            await fetcher.swarm.stop()

            again = await rig.start("127.0.82.3")
            again.swarm.fetch(torrent, tmp_path / "b", [seeder.at])
            await rig.until(lambda: ChunkArrived(torrent.info_hash) in again.events)
            assert (tmp_path / "b" / torrent.name).read_bytes() == content

            def sent_bytes() -> int:
                return seeder.swarm.progress()[torrent.info_hash].uploaded_bytes

            await rig.until(lambda: sent_bytes() >= len(content))
            await rig.pause()
            # At least two whole pieces did not travel twice.
            assert sent_bytes() < 2 * len(content) - (2 << 20)

    asyncio.run(scene())


@pytest.mark.slow
@pytest.mark.attack("A10")
def test_a_liar_among_the_seeders_of_a_large_chunk_is_named_once(tmp_path: Path) -> None:
    async def scene() -> None:
        torrent, content = make_chunk(1, 6 << 20)
        write_chunk(tmp_path / "lies", torrent, bytes(len(content)))
        write_chunk(tmp_path / "a", torrent, content)
        async with running(RealRig()) as rig:
            fetcher = await rig.start("127.0.82.2")
            liar = await rig.start_liar("127.0.82.1", torrent, tmp_path / "lies")
            fetcher.swarm.fetch(torrent, tmp_path / "b", [liar])
            await rig.until(lambda: fetcher.events != [])
            named = PeerSentGarbage(torrent.info_hash, liar)
            assert fetcher.events == [named], "alone it is no one of several"
            honest = await rig.start("127.0.82.3")
            honest.swarm.seed(torrent, tmp_path / "a")
            fetcher.swarm.add_peers(torrent.info_hash, [honest.at])
            await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
            # Before it was named it may have sent parts of pieces that the other one ended:
            # these fail too, and blame nobody.
            mixed = SwarmFailed(torrent.info_hash, "one of several peers sent false bytes")
            told = [each for each in fetcher.events if each != mixed]
            assert told == [named, ChunkArrived(torrent.info_hash)]
            assert (tmp_path / "b" / torrent.name).read_bytes() == content

    asyncio.run(scene())


@pytest.mark.slow
@pytest.mark.attack("A17")
@pytest.mark.parametrize("banned", [True, False])
def test_a_listener_on_a_blocked_address_sees_no_connection(
    tmp_path: Path, banned: bool
) -> None:
    async def scene(listener: Endpoint, seen: list[str]) -> None:
        swarm = TrustingSwarm(Endpoint("127.0.82.1", 0), dht=False)
        await swarm.start(lambda _: None)
        try:
            if banned:
                swarm.ban(listener.host)
            torrent, _ = make_chunk(1)
            swarm.fetch(torrent, tmp_path, [listener])
            swarm.add_peers(torrent.info_hash, [listener])
            await (RealRig().pause() if banned else RealRig().until(lambda: seen != []))
        finally:
            await swarm.stop()

    with counting_listener("127.0.82.9") as (listener, seen):
        asyncio.run(scene(listener, seen))
        assert (seen == []) is banned
        assert set(seen) <= {"127.0.82.1"}


@pytest.mark.attack("A17")
def test_the_filter_closes_private_networks_and_opens_what_was_named() -> None:
    rules = build_filter("0.0.0.0", {"192.168.1.7"}, {"8.8.4.4", "2606:4700::1"})
    closed = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.1.6", "::1"]
    assert [rules.access(host) for host in [*closed, "fe80::1", "8.8.4.4", "2606:4700::1"]] == (
        [1] * 9
    )
    assert [rules.access(host) for host in ["8.8.8.8", "192.168.1.7", "2606:4700::2"]] == [
        0
    ] * 3


@pytest.mark.attack("A17")
def test_on_loopback_nothing_looks_for_other_machines() -> None:
    def settings(host: str) -> swarm_settings.Settings:
        return session_settings(
            Endpoint(host, 6_881),
            dht=True,
            alert_mask=0,
            files=EVERYTHING,
        )

    seekers = ["enable_upnp", "enable_natpmp", "enable_lsd", "enable_ip_notifier"]
    assert [settings("127.0.0.1")[name] for name in seekers] == [False] * 4
    assert [settings("0.0.0.0")[name] for name in seekers] == [True] * 4
    assert settings("127.0.0.1")["dht_bootstrap_nodes"] == ""
    assert "router.bittorrent.com:6881" in str(settings("0.0.0.0")["dht_bootstrap_nodes"])
    assert settings("0.0.0.0")["no_connect_privileged_ports"] is True
    assert settings("::")["listen_interfaces"] == "[::]:6881"


@pytest.mark.parametrize("proxy", [None, Endpoint("127.0.0.1", 9_050)])
def test_libtorrent_takes_every_setting_as_it_is_meant(proxy: Endpoint | None) -> None:
    """It refuses unknown names, but drops a value of the wrong type without a word."""
    settings = session_settings(
        Endpoint("127.0.0.1", 0),
        dht=True,
        alert_mask=1,
        files=share_files(1_024),
    )
    settings |= rate_limits(5, 6) | behind(proxy)
    assert settings["connections_limit"] == share_files(1_024).swarm_connections
    assert settings["file_pool_size"] == share_files(1_024).swarm_files
    params = lt.session_params()
    params.settings = cast("Any", settings)
    taken = dict(params.settings)
    assert {name: taken.get(name) for name in settings} == settings


@pytest.mark.attack("A152")
def test_behind_a_proxy_nothing_goes_beside_it_and_nobody_is_let_in() -> None:
    settings = session_settings(
        Endpoint("0.0.0.0", 6_881),
        dht=True,
        alert_mask=0,
        files=EVERYTHING,
    ) | behind(Endpoint("127.0.0.1", 9_050))
    beside = ("enable_dht", "enable_upnp", "enable_natpmp", "enable_lsd", "enable_ip_notifier")
    assert not any(settings[name] for name in beside)
    assert settings["proxy_type"] == lt.proxy_type_t.socks5
    assert settings["proxy_peer_connections"] and settings["anonymous_mode"]

    async def scene() -> None:
        swarm = LibtorrentSwarm(
            Endpoint("127.0.0.1", 0), dht=False, proxy=Endpoint("127.0.0.1", 9)
        )
        assert await swarm.start(lambda _: None) == 0
        await swarm.stop()

    asyncio.run(scene())


def test_a_taken_port_is_said_to_the_person() -> None:
    async def scene(at: Endpoint) -> None:
        swarm = LibtorrentSwarm(at, dht=False)
        with pytest.raises(UserError, match="in use"):
            await swarm.start(lambda _: None)
        await swarm.stop()

    with counting_listener("127.0.82.8") as (at, _):
        asyncio.run(scene(at))


@pytest.mark.slow
def test_lost_alerts_lose_no_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with running(RealRig()) as rig:
            seeder = await rig.start("127.0.82.1")
            monkeypatch.setattr(swarm_settings, "ALERT_QUEUE_MAX", 3)
            fetcher = await rig.start("127.0.82.2")
            chunks = [make_chunk(number) for number in range(50)]
            for torrent, content in chunks:
                write_chunk(tmp_path / "a", torrent, content)
                seeder.swarm.seed(torrent, tmp_path / "a")
            for torrent, _ in chunks:
                fetcher.swarm.fetch(torrent, tmp_path / "b", [seeder.at])
                time.sleep(0.005)  # the loop sleeps, alerts pile up
            await rig.until(lambda: len(set(fetcher.events)) == len(chunks))

    asyncio.run(scene())


def test_a_listener_that_fails_costs_no_other_event(tmp_path: Path) -> None:
    async def scene() -> None:
        heard: list[SwarmEvent] = []
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failures.append(context["exception"])
        )

        def on_event(event: SwarmEvent) -> None:
            heard.append(event)
            if len(heard) == 1:
                raise ValueError("the first one fails")

        swarm = LibtorrentSwarm(Endpoint("127.0.82.1", 0), dht=False)
        await swarm.start(on_event)
        for number in range(3):
            torrent, content = make_chunk(number)
            write_chunk(tmp_path, torrent, content)
            swarm.fetch(torrent, tmp_path, [])
        await RealRig().until(lambda: len(heard) == 3)
        await swarm.stop()
        assert len(heard) == 3
        assert len(failures) == 1

    asyncio.run(scene())


@pytest.mark.slow
def test_ipv6_works_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(RealRig()) as rig:
            seeder, fetcher = await rig.start("::1"), await rig.start("::1")
            torrent, content = make_chunk(1)
            write_chunk(tmp_path / "a", torrent, content)
            seeder.swarm.seed(torrent, tmp_path / "a")
            fetcher.swarm.fetch(torrent, tmp_path / "b", [seeder.at])
            await rig.until(lambda: fetcher.events == [ChunkArrived(torrent.info_hash)])

    asyncio.run(scene())
