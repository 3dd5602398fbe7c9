"""What libtorrent is told to do: data only, no library.

The defaults suit a few large torrents.  Feeds are thousands of small ones, and with the
defaults a hundred of them take half a minute instead of a tenth of a second.
Source of names and defaults: https://libtorrent.org/reference-Settings.html
"""

from typing import Final

from swarmfeed.core.base.limits import (
    METADATA_BYTES_MAX,
    METADATA_TOKENS_MAX,
    PIECE_COUNT_MAX,
    SWARM_SEND_BUFFER_BYTES,
)
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import SWARM_CONNECT_S, SWARM_HANDSHAKE_S, SWARM_IDLE_S
from swarmfeed.core.net.open_files import OpenFiles
from swarmfeed.core.net.reach import is_everywhere, is_loopback

Settings = dict[str, str | int | bool]

USER_AGENT: Final = "swarmfeed/0.2"
FINGERPRINT: Final = "-SF0200-"
"""Start of our peer ids: names the program, not the node."""

ALERT_QUEUE_MAX: Final = 200_000
"""Alerts kept between two looks; the default of 2,000 loses most of a start's."""

BOOTSTRAP_NODES: Final = (
    "router.bittorrent.com:6881,dht.transmissionbt.com:6881,"
    "router.utorrent.com:6881,dht.libtorrent.org:25401"
)
"""Well-known doors of the Mainline DHT, by four different operators."""

_SOCKS5: Final = 2
"""``proxy_type_t::socks5``: without a user."""

_MANY_SMALL: Final[Settings] = {
    "enable_outgoing_utp": False,  # all uTP peers share one socket buffer and starve
    "recv_socket_buffer_size": 4 << 20,  # smaller: 43 ms of Nagle and delayed ACK a chunk
    "send_socket_buffer_size": 1 << 20,
    "send_buffer_low_watermark": SWARM_SEND_BUFFER_BYTES,
    "listen_queue_size": 1_000,
    "connection_speed": 500,
    "torrent_connect_boost": 255,  # dial at once, not at the next half-second tick
    "unchoke_slots_limit": -1,
    "active_downloads": -1,
    "active_seeds": -1,
    "active_limit": -1,
    "allow_multiple_connections_per_ip": True,  # households share an address
    "min_reconnect_time": 2,
    "max_failcount": 20,
}

_FOREIGN_BYTES: Final[Settings] = {
    "max_metadata_size": METADATA_BYTES_MAX,
    "metadata_token_limit": METADATA_TOKENS_MAX,
    "max_piece_count": PIECE_COUNT_MAX,
    "no_connect_privileged_ports": True,
    "allow_idna": False,
    "ssrf_mitigation": True,
}

_STRANGERS: Final[Settings] = {
    "handshake_timeout": SWARM_HANDSHAKE_S,
    "peer_connect_timeout": SWARM_CONNECT_S,
    "inactivity_timeout": SWARM_IDLE_S,
}

_PRIVATE_DHT: Final[Settings] = {
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_block_ratelimit": 1_000_000,
    "dht_bootstrap_nodes": "",
}
"""On loopback all nodes look like one attacker's: the diversity rules are off there only."""

_PUBLIC_DHT: Final[Settings] = {
    "dht_restrict_routing_ips": True,
    "dht_restrict_search_ips": True,
    "dht_prefer_verified_node_ids": True,
    "dht_bootstrap_nodes": BOOTSTRAP_NODES,
}


def session_settings(
    listen: Endpoint,
    *,
    dht: bool,
    alert_mask: int,
    files: OpenFiles,
) -> Settings:
    """Return the settings of a session, without what bounds its rates.

    On loopback nothing looks for other machines: no UPnP, no NAT-PMP, no local discovery.
    """
    loopback = is_loopback(listen.host)
    return {
        "user_agent": USER_AGENT,
        "peer_fingerprint": FINGERPRINT,
        "alert_mask": alert_mask,
        "alert_queue_size": ALERT_QUEUE_MAX,
        "listen_interfaces": str(listen),
        # Dial from where we listen, so that others see one address (the kernel would take
        # 127.0.0.1 for all of loopback, and bans would miss).
        "outgoing_interfaces": "" if is_everywhere(listen.host) else listen.host,
        "max_retry_port_bind": 0,  # a taken port is an error, not the next port
        "listen_system_port_fallback": False,
        "enable_upnp": not loopback,
        "enable_natpmp": not loopback,
        "enable_lsd": not loopback,
        "enable_ip_notifier": not loopback,
        "enable_dht": dht,
        "dht_upload_rate_limit": 100_000,
        "connections_limit": files.swarm_connections,
        "file_pool_size": files.swarm_files,
        **_MANY_SMALL,
        **_FOREIGN_BYTES,
        **_STRANGERS,
        **(_PRIVATE_DHT if loopback else _PUBLIC_DHT),
    }


def rate_limits(down_bytes_per_s: int, up_bytes_per_s: int) -> Settings:
    """Return what bounds a session's rates; 0 is no limit."""
    return {"download_rate_limit": down_bytes_per_s, "upload_rate_limit": up_bytes_per_s}


def behind(proxy: Endpoint | None) -> Settings:
    """What else keeps a session behind a proxy: TCP to peers, by way of it, and nothing else.

    libtorrent then accepts no connections (session_impl.cpp), and of UDP it sends nothing
    beside the proxy (udp_socket.cpp).  What tells a local network or its router that somebody
    is here goes beside it, and is off.
    """
    if proxy is None:
        return {}
    return {
        "proxy_type": _SOCKS5,
        "proxy_hostname": proxy.host,
        "proxy_port": proxy.port,
        "proxy_peer_connections": True,
        "proxy_tracker_connections": True,
        "proxy_hostnames": True,
        "outgoing_interfaces": "",  # the proxy is dialled from wherever it is reached
        "anonymous_mode": True,
        "enable_dht": False,
        "enable_incoming_utp": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_lsd": False,
        "enable_ip_notifier": False,
    }
