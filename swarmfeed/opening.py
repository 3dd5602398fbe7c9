"""What a node touches the world through, opened on its home: each port gets its shell here."""

from pathlib import Path

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.open_files import OpenFiles, share_files
from swarmfeed.core.net.reach import is_loopback, is_reachable
from swarmfeed.core.vocabulary import Vocabulary
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.shell.clock import FastClock, SystemClock
from swarmfeed.shell.disk.durable import make_folder
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.jobs import SchedulerJobs
from swarmfeed.shell.open_files import raise_files_max
from swarmfeed.shell.store.index import open_index
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.torrents.headboard import KrpcHeadBoard
from swarmfeed.shell.torrents.swarm import LibtorrentSwarm
from swarmfeed.shell.wire.lan import MdnsLan
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.rules import LinkRules


def open_shells(
    home: Path, settings: NodeSettings, identity: Identity, vocabulary: Vocabulary
) -> Shells:
    """Open all of them.  The caller holds the home's lock; who gets them stops them.

    Raises:
        PassingError: The machine refuses just now to open what lies in the home.
    """
    clock = SystemClock()
    files = share_files(raise_files_max())
    speed = settings.of(HistorySettings).speed
    run_folder = home / "run"
    make_folder(run_folder)
    swarm = _open_swarm(settings, files)
    named = tuple(peer.host for peer in settings.peers)
    board = KrpcHeadBoard(
        settings.listen,
        swarm.dht_nodes,
        lambda endpoint: is_reachable(endpoint, settings.listen, named),
    )
    return Shells(
        logs=FileLogs(home / "feeds"),
        index=open_index(home / "index.db"),
        swarm=swarm,
        link=_open_link(identity, run_folder, files, vocabulary),
        board=board if settings.dht else None,
        lan=MdnsLan(settings.listen)
        if settings.lan and not is_loopback(settings.listen)
        else None,
        jobs=SchedulerJobs(clock),
        ledger=open_ledger(home / "ledger.db"),
        clock=clock,
        policy_clock=FastClock(speed) if speed != 1 else clock,
    )


def _open_swarm(settings: NodeSettings, files: OpenFiles) -> LibtorrentSwarm:
    swarm = LibtorrentSwarm(
        Endpoint(settings.listen, settings.swarm_port),
        dht=settings.dht,
        down_bytes_per_s=settings.down_bytes_per_s,
        up_bytes_per_s=settings.up_bytes_per_s,
        files=files,
    )
    for peer in settings.peers:
        swarm.allow(peer.host)
    return swarm


def _open_link(
    identity: Identity, folder: Path, files: OpenFiles, vocabulary: Vocabulary
) -> WebSocketLink:
    return WebSocketLink(
        identity.node_key.seed,
        folder,
        rules=_rules(files),
        vocabulary=vocabulary,
        off_loop=off_loop,
    )


def _rules(files: OpenFiles) -> LinkRules:
    return LinkRules(
        peers_max=files.links,
        dials_max=files.dials,
        silent_max=files.silent,
        speaking_max=files.speaking,
    )
