"""What people ask about sealed chunks as torrents, for ordinary BitTorrent clients."""

from collections.abc import Sequence

from swarmfeed.core.asks.feeds import (
    ChunkList,
    GetListTorrent,
    GetTorrent,
    ListTorrents,
    SealedChunk,
    SealedChunks,
    TorrentFile,
)
from swarmfeed.core.base.types import ChunkSpan, Endpoint
from swarmfeed.core.feed.metainfo import chunk_torrent, magnet_link
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.deposit import torrent_of_list
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.announcer import Announcer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground


class SealedTorrents:
    """Sealed chunks, for people with ordinary BitTorrent clients."""

    def __init__(self, ground: Ground, announcer: Announcer) -> None:
        self._shelf = ground.shelf
        self._introduction = ground.introduction
        self._announcer = announcer

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ListTorrents, self.list_all),
            in_loop(GetTorrent, self.get),
            in_loop(GetListTorrent, self.get_list),
        )

    def list_all(self, ask: ListTorrents) -> SealedChunks:
        replica = self._shelf.replica(ask.feed)
        if replica is None:
            raise UserError("that feed is not here")
        self._announcer.open(ask.feed)
        found, here = [], self._introduction.swarm_at()
        for span, record in replica.chunks().items():
            torrent = chunk_torrent(ask.feed, span, record.pieces)
            found.append(
                SealedChunk(
                    level=span.level,
                    position=span.position,
                    start=span.start,
                    end=span.end,
                    name=torrent.name,
                    magnet=magnet_link(torrent, here),
                    bytes=torrent.size_bytes,
                )
            )
        return SealedChunks(torrents=tuple(found), chunk_list=_list_view(replica, here))

    def get(self, ask: GetTorrent) -> TorrentFile:
        replica = self._shelf.replica(ask.feed)
        span = ChunkSpan(ask.level, ask.position)
        record = replica.chunks().get(span) if replica else None
        if record is None:
            raise UserError("that chunk is not here")
        torrent = chunk_torrent(ask.feed, span, record.pieces)
        self._announcer.open(ask.feed)
        return TorrentFile(name=f"{torrent.name}.torrent", torrent=torrent.torrent)

    def get_list(self, ask: GetListTorrent) -> TorrentFile:
        replica = self._shelf.replica(ask.feed)
        torrent = torrent_of_list(replica) if replica else None
        if torrent is None:
            raise UserError("no chunk of that feed is sealed here")
        self._announcer.open(ask.feed)
        return TorrentFile(name=f"{torrent.name}.torrent", torrent=torrent.torrent)


def _list_view(replica: Replica, here: Sequence[Endpoint]) -> ChunkList | None:
    torrent = torrent_of_list(replica)
    if torrent is None:
        return None
    magnet = magnet_link(torrent, here)
    return ChunkList(name=torrent.name, magnet=magnet, bytes=torrent.size_bytes)
