"""A DHT of nobody in particular: stock libtorrent, that knows nothing of swarmfeed."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final, cast

import libtorrent as lt

from ordeals.plain.clients import free_port, new_network

NODES: Final = 4
IMAGE_BYTES: Final = 20_000
ANSWER_S: Final = 0.5

_SETTINGS: Final = {
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_ip_notifier": False,
    "dht_bootstrap_nodes": "",
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_block_ratelimit": 1_000_000,
    "max_retry_port_bind": 0,
    "alert_mask": 0,
}


class Dht:
    """Some nodes that know each other; the first one also seeds an image of its own."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [(host := new_network(), free_port(host)) for _ in range(NODES)]
        self._sessions = [_session(f"{host}:{port}") for host, port in self.nodes]
        for session in self._sessions:
            for node in self.nodes:
                session.add_dht_node(node)
        self.image = self._seed_image(folder)
        """A magnet link of something else: who takes it is in the DHT afterwards."""

    def _seed_image(self, folder: Path) -> str:
        folder.mkdir()
        file = folder / "image.iso"
        file.write_bytes(bytes(IMAGE_BYTES))
        made = lt.create_torrent([lt.create_file_entry(file.name, IMAGE_BYTES)], 16_384)
        lt.set_piece_hashes(made, str(folder))
        params = lt.load_torrent_buffer(bytes(lt.bencode(made.generate())))
        params.save_path = str(folder)
        params.flags = lt.torrent_flags.seed_mode
        self._sessions[0].add_torrent(params)
        host, port = self.nodes[0]
        info_hash = params.info_hashes.v1.to_bytes().hex()
        return f"magnet:?xt=urn:btih:{info_hash}&dn=image&x.pe={host}:{port}"

    def is_announced(self, info_hash: bytes, at: tuple[str, int]) -> bool:
        """Whether a node answers that somebody has announced itself for a torrent.

        One datagram by hand (BEP 5), because nothing but the DHT should be asked.
        """
        query = b"d1:ad2:id20:%b9:info_hash20:%be1:q9:get_peers1:t2:aa1:y1:qe"
        compact = b"6:" + IPv4Address(at[0]).packed + at[1].to_bytes(2, "big")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind((new_network(), 0))
            asking.settimeout(ANSWER_S)
            for node in self.nodes:
                asking.sendto(query % (b"?" * 20, info_hash), node)
                try:
                    if compact in asking.recv(2_048):
                        return True
                except TimeoutError:
                    continue
        return False

    def end(self) -> None:
        self._sessions.clear()


def _session(listen: str) -> lt.session:
    params = lt.session_params()
    params.settings = cast("Any", {**_SETTINGS, "listen_interfaces": listen})
    return lt.session(params)


@contextmanager
def dht(folder: Path) -> Iterator[Dht]:
    """Such a DHT, for as long as the block lasts."""
    made = Dht(folder)
    time.sleep(0.2)
    try:
        yield made
    finally:
        made.end()
