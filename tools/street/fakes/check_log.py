"""Re-verifies a folder of feeds from nothing: every signature, hash, byte and name."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.feed.replica import Replica, open_replica
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX
from swarmfeed.shell.disk.logs import FileLogs


class CheckedFeed(Struct, frozen=True):
    """A feed whose every sealed chunk is held and verified."""

    replica: Replica
    entries: tuple[bytes, ...]


class CheckLog:
    """Opens a folder as a start would, and fails on anything that is not as it must be."""

    def __init__(self, folder: Path) -> None:
        self.logs = FileLogs(folder)
        replicas = self.logs.read_all()
        assert self.logs.damaged() == {}
        self.feeds: Mapping[FeedId, CheckedFeed] = {
            replica.feed_id: self._check(replica) for replica in replicas
        }
        left = list(folder.rglob(f"*{TEMPORARY_SUFFIX}"))
        assert left == [], f"what a crash left half-written goes at the next start: {left}"

    def entries(self, feed_id: FeedId) -> tuple[bytes, ...]:
        feed = self.feeds.get(feed_id)
        return feed.entries if feed else ()

    def _check(self, replica: Replica) -> CheckedFeed:
        feed_id = replica.feed_id
        again = open_replica(feed_id, replica.signed_head, replica.chunk_list, replica.tail)
        assert again == replica
        for span, record in replica.chunks().items():
            assert span in self.logs.held(feed_id), f"{span} is missing"
            chunk = self.logs.read_chunk(feed_id, span)
            assert hash_pieces(chunk) == record.pieces
            verify_chunk(chunk, span.level, record.root)
        entries = tuple(self.logs.read_entries(feed_id, 0, replica.size))
        assert len(entries) == replica.size
        assert root_hash([hash_stored(entry) for entry in entries]) == replica.head.root
        return CheckedFeed(replica, entries)
