"""One plain torrent between two processes: what the swarm does without swarmfeed on top."""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from swarmfeed.cli.log import send_to_stderr
from swarmfeed.core.metainfo import ChunkTorrent, chunk_torrent, hash_pieces
from swarmfeed.core.types import ChunkSpan, Endpoint, FeedId
from swarmfeed.ports import ChunkArrived, SwarmEvent
from swarmfeed.shell.swarm import LibtorrentSwarm


def main() -> None:
    """Serve a file, or with ``--into`` fetch it once asked to, until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    send_to_stderr("info")
    torrent = torrent_of(asked.file)
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


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
