"""Plain torrents of the posts as they are: lines of JSON, one torrent a feed.

    holder  FILE per author, its torrent beside it; seeds all of them
    reader  adds all torrents, told of the holder --> every piece matches its hash
            --> texts into FTS5

Whoever has a torrent knows that the bytes are those it was made of, and nothing of an author.
A torrent does not grow, so nothing is appended, and nothing is live.
"""

import argparse
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import libtorrent as lt
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent, hash_pieces

from benchmarks.peers.programs.common import (
    Answer,
    answer,
    by_author,
    read_posts,
)
from benchmarks.words import insert_words

FETCH_TIMEOUT_S: Final = 250
TORRENTS_MAX: Final = 100_000
"""More than there are: none waits in line."""


class Torrents:
    """One side of the transfer."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._host = host
        self._session = _session(host)

    def fill(self, file: str) -> Answer:
        """Write and seed a torrent for each author; ``keys`` are the torrents."""
        found = []
        for number, samples in enumerate(by_author(read_posts(file)).values()):
            lines = (
                json.dumps({"time_ms": each.time_ms, "text": each.text}, ensure_ascii=False)
                for each in samples
            )
            content = ("\n".join(lines) + "\n").encode()
            feed_id, span = FeedId(number.to_bytes(10, "big") + bytes(22)), ChunkSpan(0, 0)
            (self._folder / chunk_name(feed_id, span)).write_bytes(content)
            found.append(chunk_torrent(feed_id, span, hash_pieces(content)).torrent)
        for torrent in found:
            self._add(torrent, lt.torrent_flags.seed_mode)
        return {"keys": [b64encode(torrent).decode() for torrent in found]}

    def serve(self) -> Answer:
        return {"at": [self._host, self._session.listen_port()]}

    def fetch(self, at: list[Any], keys: list[str]) -> Answer:
        """Fetch all torrents from one address, and make the posts searchable."""
        torrents = [b64decode(key) for key in keys]
        started = time.perf_counter()
        for torrent in torrents:
            self._add(torrent).connect_peer((at[0], at[1]))
        self._wait(len(torrents))
        verified = time.perf_counter() - started
        count = insert_words(self._folder / "words.db", self._texts())
        return {
            "verified": verified,
            "searchable": time.perf_counter() - started,
            "count": count,
        }

    def _add(self, torrent: bytes, more: Any = 0) -> Any:
        parameters = lt.load_torrent_buffer(torrent)
        parameters.save_path = str(self._folder)
        managed = lt.torrent_flags.auto_managed | lt.torrent_flags.paused
        parameters.flags = (parameters.flags & ~managed) | more
        return self._session.add_torrent(parameters)

    def _wait(self, torrents: int) -> None:
        """Wait until so many are whole, and their last blocks are written.

        A torrent tells that it is finished before that.
        """
        deadline = time.monotonic() + FETCH_TIMEOUT_S
        finished: set[Any] = set()
        written: set[Any] = set()
        while len(written) < torrents:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(written)} of {torrents} after {FETCH_TIMEOUT_S} s")
            self._session.wait_for_alert(100)
            for alert in self._session.pop_alerts():
                if isinstance(alert, lt.torrent_finished_alert):
                    finished.add(alert.handle)
                    alert.handle.flush_cache()
                elif isinstance(alert, lt.cache_flushed_alert) and alert.handle in finished:
                    written.add(alert.handle)

    def _texts(self) -> Iterator[str]:
        for file in self._folder.glob("*.zst"):
            for line in file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["text"]


def _session(host: str) -> Any:
    """TCP on one address and no other way to find peers; nothing waits for a turn."""
    return lt.session(
        {
            "listen_interfaces": f"{host}:0",
            "alert_mask": lt.alert_category.status | lt.alert_category.storage,
            "alert_queue_size": 10 * TORRENTS_MAX,
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "enable_outgoing_utp": False,
            "enable_incoming_utp": False,
            "active_limit": TORRENTS_MAX,
            "active_seeds": TORRENTS_MAX,
            "active_downloads": TORRENTS_MAX,
            "connections_limit": TORRENTS_MAX,
            "connection_speed": TORRENTS_MAX,
            "unchoke_slots_limit": -1,
            "allow_multiple_connections_per_ip": True,
        }
    )


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("host")
    asked = parser.parse_args()
    side = Torrents(asked.folder, asked.host)
    answer({}, {"fill": side.fill, "serve": side.serve, "fetch": side.fetch})


if __name__ == "__main__":
    main()
