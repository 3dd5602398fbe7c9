"""One plain torrent between two processes: what the swarm does without swarmfeed on top."""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from swarmfeed.cli.log import send_to_stderr
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent, hash_pieces
from swarmfeed.ports import ChunkArrived, SwarmEvent
from swarmfeed.shell.torrents.swarm import LibtorrentSwarm

CLIENT_TIMEOUT_S = 60
"""How long an ordinary client may take: its uTP alone was seen to need a minute."""


def main() -> None:
    """Serve a file, or with ``--into`` fetch it once asked to, until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--client", action="store_true", help="as an ordinary client does it")
    asked = parser.parse_args()
    send_to_stderr("info")
    torrent = torrent_of(asked.file)
    if asked.client:
        _run_client(torrent, asked.listen, asked.into)
    else:
        asyncio.run(_run(torrent, asked.listen, asked.file.parent, asked.into))


def torrent_of(file: Path) -> ChunkTorrent:
    """Return a file's torrent; the file's name must be the torrent's."""
    return chunk_torrent(FeedId(bytes(32)), ChunkSpan(0, 0), hash_pieces(file.read_bytes()))


async def _run(torrent: ChunkTorrent, listen: str, folder: Path, into: Path | None) -> None:
    swarm = LibtorrentSwarm(Endpoint(listen, 0), dht=False)
    arrived = asyncio.Event()

    def on_event(event: SwarmEvent) -> None:
        if isinstance(event, ChunkArrived):
            arrived.set()

    port = await swarm.start(on_event)
    if into is None:
        swarm.seed(torrent, folder)
    _say({"at": [listen, port]})
    while line := await asyncio.to_thread(sys.stdin.readline):
        assert into is not None
        peers = [Endpoint(host, port) for host, port in json.loads(line)["peers"]]
        started = time.monotonic_ns()
        swarm.fetch(torrent, into, peers)
        await arrived.wait()
        _say({"seconds": (time.monotonic_ns() - started) / 1e9})
    await swarm.stop()


def _run_client(torrent: ChunkTorrent, listen: str, into: Path) -> None:
    """Fetch with libtorrent as it comes: its own settings, and peers named after the add.

    That is how a torrent program meets a peer that somebody names, and how plain torrents
    stand in published comparisons.
    """
    import libtorrent as lt

    session = lt.session(
        {
            "listen_interfaces": f"{listen}:0",
            "alert_mask": lt.alert_category.status | lt.alert_category.storage,
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
        }
    )
    _say({"at": [listen, session.listen_port()]})
    peers = json.loads(sys.stdin.readline())["peers"]
    started = time.monotonic_ns()
    parameters = lt.load_torrent_buffer(torrent.torrent)
    parameters.save_path = str(into)
    handle = session.add_torrent(parameters)
    for host, port in peers:
        handle.connect_peer((host, port))
    _wait_for(session, "torrent_finished")
    handle.flush_cache()
    _wait_for(session, "cache_flushed")
    _say({"seconds": (time.monotonic_ns() - started) / 1e9})


def _wait_for(session: Any, what: str) -> None:
    deadline = time.monotonic() + CLIENT_TIMEOUT_S
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        if any(alert.what() == what for alert in session.pop_alerts()):
            return
    raise TimeoutError(f"no {what} within {CLIENT_TIMEOUT_S} s")


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
