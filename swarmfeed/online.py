"""What connects a node with others: libtorrent, links, DHT, local network, repeating work.

Loaded only for a node that goes online.
"""

import socket
from pathlib import Path

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.open_files import OpenFiles, share_files
from swarmfeed.core.net.reach import is_loopback, is_reachable
from swarmfeed.core.supernode.capacity import links_most
from swarmfeed.core.vocabulary import Vocabulary
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shells import Outside
from swarmfeed.ports import Clock
from swarmfeed.shell.jobs import SchedulerJobs
from swarmfeed.shell.open_files import raise_files_max
from swarmfeed.shell.own_ports import require_ports, with_one_port
from swarmfeed.shell.torrents.headboard import KrpcHeadBoard
from swarmfeed.shell.torrents.swarm import LibtorrentSwarm
from swarmfeed.shell.wire.lan import MdnsLan, own_cards
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.poster import WebPoster
from swarmfeed.shell.wire.rules import LinkRules
from swarmfeed.shell.wire.webreader import PublicWebReader


def open_outside(
    run_folder: Path,
    settings: NodeSettings,
    identity: Identity,
    vocabulary: Vocabulary,
    clock: Clock,
) -> Outside:
    """Open all of them; nobody is told of us before they are started.

    Raises:
        UserError: Nothing can listen where it should.
        PassingError: There are no descriptors left.
    """
    _require_ports(settings)
    files = share_files(raise_files_max())
    swarm = _open_swarm(settings, files)
    named = tuple(peer.host for peer in settings.peers)
    board = KrpcHeadBoard(
        settings.listen,
        swarm.dht_nodes,
        lambda endpoint: is_reachable(endpoint, settings.listen, named),
    )
    may_meet = settings.proxy_at is None and not is_loopback(settings.listen)
    return Outside(
        swarm=swarm,
        link=open_link(
            run_folder, identity, vocabulary, settings.proxy_at, settings.up_bytes_per_s
        ),
        board=board if settings.dht else None,
        lan=MdnsLan(settings.listen) if may_meet else None,
        cards=own_cards,
        jobs=SchedulerJobs(clock),
        poster=WebPoster(settings.proxy_at),
        web=PublicWebReader(settings.proxy_at),
    )


def _require_ports(settings: NodeSettings) -> None:
    link = Endpoint(settings.door, settings.link_port)
    swarm = Endpoint(settings.door, settings.swarm_port)
    require_ports(link, (socket.SOCK_STREAM,), "--link-port")
    require_ports(swarm, (socket.SOCK_STREAM, socket.SOCK_DGRAM), "--swarm-port")


def _open_swarm(settings: NodeSettings, files: OpenFiles) -> LibtorrentSwarm:
    return LibtorrentSwarm(
        with_one_port(Endpoint(settings.listen, settings.swarm_port)),
        dht=settings.dht,
        down_bytes_per_s=settings.down_bytes_per_s,
        up_bytes_per_s=settings.up_bytes_per_s,
        files=files,
        proxy=settings.proxy_at,
    )


def open_link(
    run_folder: Path,
    identity: Identity,
    vocabulary: Vocabulary,
    proxy: Endpoint | None,
    up_bytes_per_s: int = 0,
) -> WebSocketLink:
    """Open what dials and is dialled; it does neither by itself."""
    files = share_files(raise_files_max(), links_most(up_bytes_per_s))
    return WebSocketLink(
        identity.node_key.seed,
        run_folder,
        rules=_rules(files),
        vocabulary=vocabulary,
        off_loop=off_loop,
        proxy=proxy,
    )


def _rules(files: OpenFiles) -> LinkRules:
    return LinkRules(
        peers_max=files.links,
        dials_max=files.dials,
        silent_max=files.silent,
        speaking_max=files.speaking,
    )
