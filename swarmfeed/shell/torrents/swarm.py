"""Swarms and the Mainline DHT through libtorrent.  The only module that imports it.

Alerts die at the next ``pop_alerts()``, so each is turned into our own event at once and
none leaves this file.  libtorrent wakes the loop through a socket: its Python callback
(``set_alert_notify``) deadlocks on the interpreter's lock.
Source: https://libtorrent.org/reference-Alerts.html
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

import libtorrent as lt

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.core.net.krpc import decode_compact
from swarmfeed.core.net.open_files import EVERYTHING, OpenFiles
from swarmfeed.core.net.reach import is_loopback, is_reachable
from swarmfeed.errors import RetryError, UserError
from swarmfeed.ports import DhtPeersFound, SwarmEvent, TorrentProgress
from swarmfeed.shell.torrents.filters import build_filter, same_class_for_all
from swarmfeed.shell.torrents.held import HeldTorrent, cut_file, raced_first, trouble_behind
from swarmfeed.shell.torrents.settings import behind, rate_limits, session_settings

PROGRESS_EVERY_S: Final = 0.5
"""How old a number of ``progress`` may be.  libtorrent itself counts in half seconds."""

PEERS_ASKED_MAX: Final = 16
"""Torrents whose peers are looked up in one round: each waits for libtorrent's thread."""

_ALERTS: Final = (
    lt.alert_category.status
    | lt.alert_category.error
    | lt.alert_category.peer  # who was banned
    | lt.alert_category.storage
    | lt.alert_category.dht_operation
    | lt.alert_category.block_progress  # who gave how much
)
_FLAGS: Final = (
    lt.torrent_flags.apply_ip_filter
    | lt.torrent_flags.update_subscribe
    | lt.torrent_flags.disable_dht  # feeds are announced, not each of their chunks
)
_ALONE: Final = lt.torrent_flags.disable_lsd | lt.torrent_flags.disable_pex
_CONNECTED_NOT_YET: Final = lt.peer_info.connecting | lt.peer_info.handshake


_Held = HeldTorrent[lt.torrent_handle]


class LibtorrentSwarm:
    """Implements ``ports.Swarm``.

    libtorrent blocks by address, not by port: a ban stops every node behind that address.
    Before ``start`` and after ``stop``, joining a swarm is a RetryError; the rest does nothing.
    """

    def __init__(
        self,
        listen: Endpoint,
        *,
        dht: bool,
        down_bytes_per_s: int = 0,
        up_bytes_per_s: int = 0,
        files: OpenFiles = EVERYTHING,
        proxy: Endpoint | None = None,
    ) -> None:
        """Port 0 takes any free one, a rate of 0 is no limit; by a ``proxy`` all is dialled."""
        self._listen, self._alone = listen, is_loopback(listen.host)
        settings = session_settings(listen, dht=dht, alert_mask=_ALERTS, files=files)
        self._settings = (
            settings | rate_limits(down_bytes_per_s, up_bytes_per_s) | behind(proxy)
        )
        self._named, self._banned = set[str](), set[str]()
        self._session: lt.session | None = None
        self._held: dict[bytes, _Held] = {}
        self._translators: dict[type[lt.alert], Callable[[Any], SwarmEvent | None]] = {
            lt.torrent_finished_alert: self._on_finished,
            lt.cache_flushed_alert: self._on_flushed,
            lt.hash_failed_alert: self._on_hash_failed,
            lt.peer_ban_alert: self._on_peer_banned,
            lt.block_downloading_alert: self._on_block,
            lt.block_finished_alert: self._on_block,
            lt.file_error_alert: self._on_failed,
            lt.torrent_error_alert: self._on_failed,
            lt.fastresume_rejected_alert: self._on_failed,
            lt.state_update_alert: self._on_counters,
            lt.dht_get_peers_reply_alert: self._on_dht_peers,
            lt.alerts_dropped_alert: self._on_dropped,
        }

    # --- life ------------------------------------------------------------------------

    async def start(self, on_event: Callable[[SwarmEvent], None]) -> int:
        """Listen, and return the port: 0 behind a proxy.  Events come in the loop's thread.

        Raises:
            UserError: Nothing can listen there; the port is taken or the address not ours.
        """
        self._loop = asyncio.get_running_loop()
        self._on_event = on_event
        session, port = await self._loop.run_in_executor(None, self._open)
        if port == 0 and "proxy_type" not in self._settings:
            raise UserError(f"nothing can listen on {self._listen}: is the port in use?")
        self._wake, self._alarm = socket.socketpair()
        self._wake.setblocking(False)
        self._alarm.setblocking(False)
        self._session = session
        session.set_alert_fd(self._alarm.fileno())
        self._loop.add_reader(self._wake.fileno(), self._drain)
        self._timer = self._loop.call_later(PROGRESS_EVERY_S, self._ask)
        self._drain()
        return port

    async def stop(self) -> None:
        """Leave all swarms.  What was fetched stays; a later ``fetch`` goes on from it."""
        if self._session is None:
            return
        self._timer.cancel()
        self._loop.remove_reader(self._wake.fileno())
        self._held.clear()
        sessions = [self._session]
        self._session = None
        sessions[0].pause()
        # The last reference goes in a worker thread: the destructor waits for the disk.
        await self._loop.run_in_executor(None, sessions.clear)
        self._wake.close()
        self._alarm.close()

    # --- torrents --------------------------------------------------------------------

    def seed(self, torrent: ChunkTorrent, folder: Path) -> None:
        """Serve a chunk that is on disk and verified; nothing is hashed again.

        A piece is hashed when it is first asked for; a damaged one is never sent but
        reported as SwarmFailed, as is a missing or short file.
        """
        held = self._held.get(torrent.info_hash)
        if held is not None and held.complete and held.folder == folder:
            return
        self.drop(torrent.info_hash)
        self._add(torrent, folder, lt.torrent_flags.seed_mode, (), complete=True)

    def fetch(self, torrent: ChunkTorrent, folder: Path, peers: Sequence[Endpoint]) -> None:
        """Download into ``folder``; goes on from what a file there already holds.

        A torrent already here just gets the peers, unless it failed.
        """
        held = self._held.get(torrent.info_hash)
        if held is not None and not held.failed:
            return self.add_peers(torrent.info_hash, peers)
        self.drop(torrent.info_hash)
        file = folder / torrent.name
        fresh = cut_file(file, torrent.size_bytes) == 0
        self._add(
            torrent,
            folder,
            # Without a file there is nothing to check, and peers are dialled at once.
            lt.torrent_flags.no_verify_files if fresh else 0,
            [peer for peer in peers if self._is_reachable(peer)],
            complete=False,
        )

    def add_peers(self, info_hash: bytes, peers: Sequence[Endpoint]) -> None:
        """Name more peers.  libtorrent dials those it gets with a torrent at once, and later
        ones only after a second: while nothing has come yet, the torrent is begun anew."""
        held = self._held.get(info_hash)
        if held is None or held.complete:
            return
        new = [peer for peer in peers if self._is_reachable(peer) and peer not in held.asked]
        if new and not held.is_under_way:
            self.drop(info_hash)
            return self.fetch(held.torrent, held.folder, [*new, *held.honest()])
        held.asked += new
        for peer in new:
            held.handle.connect_peer((peer.host, peer.port))

    def drop(self, info_hash: bytes) -> None:
        """Leave a swarm; files stay.  Unknown hashes are ignored."""
        held = self._held.pop(info_hash, None)
        if held is not None and self._session is not None:
            self._session.remove_torrent(held.handle)

    def progress(self) -> dict[bytes, TorrentProgress]:
        """All torrents, as of at most about a second ago.  Asks nobody."""
        return {info_hash: held.progress() for info_hash, held in self._held.items()}

    def uploaded(self) -> dict[str, int]:
        """As in ``ports.Swarm``, as of at most about a second ago."""
        sent = Counter[str]()
        for each in self._held.values():
            if each.uploaded_bytes:
                sent[each.torrent.name] += each.uploaded_bytes
        return sent

    def progress_of(self, info_hash: bytes) -> TorrentProgress | None:
        """One torrent, as of at most about a second ago."""
        return held.progress() if (held := self._held.get(info_hash)) else None

    # --- who may talk to us ----------------------------------------------------------

    def ban(self, host: str) -> None:
        """Never exchange data with this address again in this session; closes what is open."""
        self._banned.add(host)
        self._filter_again()

    def allow(self, hosts: Collection[str]) -> None:
        """Have these private addresses open, and no others."""
        self._named = set(hosts)
        self._filter_again()

    def limit(self, *, down_bytes_per_s: int, up_bytes_per_s: int) -> None:
        if self._session is not None:
            rates: Any = rate_limits(down_bytes_per_s, up_bytes_per_s)
            self._session.apply_settings(rates)

    # --- the DHT ---------------------------------------------------------------------

    def add_dht_node(self, node: Endpoint) -> None:
        if self._session is not None:
            self._session.add_dht_node((node.host, node.port))

    def dht_nodes(self) -> list[Endpoint]:
        """Nodes of our routing table, for the signed-item client.  0.2 ms."""
        if self._session is None:
            return []
        flags = lt.save_state_flags_t.save_dht_state
        state = cast(
            "dict[bytes, Any]",
            lt.write_session_params(self._session.session_state(flags), flags),
        )
        dht = state.get(b"dht state", {})
        found = (node for key in (b"nodes", b"nodes6") for node in dht.get(key, ()))
        return [decode_compact(node) for node in found]

    def announce(self, topic: bytes, port: int) -> None:
        """Announce ourselves under a 20-byte topic with a TCP port (BEP 5)."""
        if self._session is not None:
            self._session.dht_announce(lt.sha1_hash(topic), port, 0)

    def find_peers(self, topic: bytes) -> None:
        """Ask the DHT; answers come as DhtPeersFound, one for each node that knows any."""
        if self._session is not None:
            self._session.dht_get_peers(lt.sha1_hash(topic))

    # --- inside ----------------------------------------------------------------------

    def _open(self) -> tuple[lt.session, int]:
        params = lt.session_params()
        params.settings = cast("Any", self._settings)
        params.ip_filter = build_filter(self._listen.host, self._named, self._banned)
        session = lt.session(params)
        session.set_peer_class_filter(same_class_for_all(session))
        return session, session.listen_port()

    def _filter_again(self) -> None:
        if self._session is not None:
            rules = build_filter(self._listen.host, self._named, self._banned)
            self._session.set_ip_filter(rules)

    def _is_reachable(self, peer: Endpoint) -> bool:
        allowed = is_reachable(peer, self._listen.host, self._named)
        return allowed and peer.host not in self._banned

    def _add(
        self,
        torrent: ChunkTorrent,
        folder: Path,
        flags: int,
        peers: Sequence[Endpoint],
        *,
        complete: bool,
    ) -> None:
        if self._session is None:
            raise RetryError("the swarm is not running")
        params = lt.load_torrent_buffer(torrent.torrent)
        params.save_path = str(folder)
        params.flags = _FLAGS | flags | (_ALONE if self._alone else 0)
        params.peers = [(peer.host, peer.port) for peer in peers]
        handle = self._session.add_torrent(params)
        self._held[torrent.info_hash] = _Held(torrent, folder, handle, complete, [*peers])

    def _ask(self) -> None:
        """Have the counters of what changed sent to us; wakes nothing when idle."""
        self._timer = self._loop.call_later(PROGRESS_EVERY_S, self._ask)
        if self._session is None or not self._held:
            return
        self._session.post_torrent_updates(lt.torrent_handle.query_accurate_download_counters)
        for held in raced_first(self._held.values())[:PEERS_ASKED_MAX]:
            held.given = _connected_peers(held.handle)
            held.peers = tuple(held.given)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            self._wake.recv(4096)
        if self._session is None:
            return
        for alert in self._session.pop_alerts():
            translate = self._translators.get(type(alert))
            event = translate(alert) if translate is not None else None
            if event is not None:
                # Later, so that a listener that fails costs no other alert.
                self._loop.call_soon(self._deliver, event)

    def _deliver(self, event: SwarmEvent) -> None:
        if self._session is None:
            return
        if isinstance(event, DhtPeersFound) or event.info_hash in self._held:
            self._on_event(event)

    def _held_of(self, handle: lt.torrent_handle) -> _Held | None:
        """The torrent of an alert, unless it was dropped (and perhaps added anew) since."""
        try:
            held = self._held.get(handle.info_hashes().v1.to_bytes())
        except RuntimeError:
            return None
        return held if held is not None and held.handle == handle else None

    # --- alerts: each copies what it needs -------------------------------------------

    def _on_finished(self, alert: lt.torrent_finished_alert) -> None:
        self._flush(self._held_of(alert.handle))

    def _flush(self, held: _Held | None) -> None:
        """Finished is not on disk: that is known only when the flush is confirmed."""
        if held is not None and not held.complete and not held.flushing:
            held.flushing = True
            held.handle.flush_cache()

    def _on_flushed(self, alert: lt.cache_flushed_alert) -> SwarmEvent | None:
        held = self._held_of(alert.handle)
        return None if held is None else held.flushed(held.handle.flush_cache)

    def _on_hash_failed(self, alert: lt.hash_failed_alert) -> SwarmEvent | None:
        held = self._held_of(alert.handle)
        return None if held is None else held.spoil(alert.piece_index)

    def _on_peer_banned(self, alert: lt.peer_ban_alert) -> SwarmEvent | None:
        held = self._held_of(alert.handle)
        return None if held is None else held.accuse(Endpoint(*alert.endpoint))

    def _on_block(self, alert: lt.block_downloading_alert | lt.block_finished_alert) -> None:
        if (held := self._held_of(alert.handle)) is not None:
            note = held.take if isinstance(alert, lt.block_finished_alert) else held.ask
            note((alert.piece_index, alert.block_index), Endpoint(*alert.endpoint))

    def _on_failed(
        self,
        alert: lt.file_error_alert | lt.torrent_error_alert | lt.fastresume_rejected_alert,
    ) -> SwarmEvent | None:
        held = self._held_of(alert.handle)
        if held is None:
            return None
        trouble = trouble_behind(alert.error.category().name(), alert.error.value())
        return held.refuse(trouble) if trouble else held.fail(alert.error.message())

    def _on_counters(self, alert: lt.state_update_alert) -> None:
        for status in alert.status:
            held = self._held_of(status.handle)
            if held is None:
                continue
            held.bytes_done = status.total_done
            held.down_bytes_per_s = status.download_payload_rate
            held.up_bytes_per_s = status.upload_payload_rate
            held.uploaded_bytes = status.total_payload_upload

    def _on_dht_peers(self, alert: lt.dht_get_peers_reply_alert) -> SwarmEvent | None:
        found = (Endpoint(*peer) for peer in alert.peers())
        peers = tuple(peer for peer in found if self._is_reachable(peer))
        return DhtPeersFound(alert.info_hash.to_bytes(), peers) if peers else None

    def _on_dropped(self, _: lt.alerts_dropped_alert) -> None:
        """Alerts were lost: ask each unfinished torrent whether it finished meanwhile."""
        for held in list(self._held.values()):
            if not held.complete and held.handle.status(0).is_finished:
                held.flushing = False
                self._flush(held)


def _connected_peers(handle: lt.torrent_handle) -> dict[Endpoint, int]:
    """Who is connected, and how many bytes of the chunk each sent."""
    found = (peer for peer in handle.get_peer_info() if not peer.flags & _CONNECTED_NOT_YET)
    return {Endpoint(*peer.ip): peer.total_download for peer in found}
