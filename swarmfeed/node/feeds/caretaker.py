"""Taking care of the disk: re-check everything, mend from other holders, rebuild the index."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.upkeep import VerifyReport
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import SUPERSEDED_S
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.highwater import Standing
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent, hash_pieces
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.pen import say


@dataclass(slots=True)
class _Found:
    entries: int = 0
    bytes: int = 0
    damaged: list[tuple[FeedId, ChunkSpan, str]] = field(default_factory=list)


class Caretaker:
    """Looks after what is on disk."""

    def __init__(self, ground: Ground, fetcher: Fetcher) -> None:
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._fetcher = fetcher

    async def verify(self) -> VerifyReport:
        """Read every byte again; have damaged chunks fetched again, write journals anew."""
        found = _Found()
        feeds = self._shelf.feed_ids()
        lines = [f"{path}: {reason}" for path, reason in self._damaged_journals()]
        lines += self._absent()
        for feed_id in feeds:
            lines += self._mend_journal(feed_id)
            await asyncio.to_thread(self._verify_feed, feed_id, found)
        for feed_id, span, reason in found.damaged:
            lines.append(
                sentences.CHUNK_DAMAGED(
                    feed=format_address(feed_id),
                    chunk=chunk_name(feed_id, span),
                    first=span.start,
                    last=span.end - 1,
                    reason=reason,
                )
            )
            self._drop(feed_id, span)
        for feed_id in {each for each, _, _ in found.damaged}:
            self._fetcher.want(feed_id)
        return VerifyReport(
            feeds=len(feeds),
            entries=found.entries,
            bytes=found.bytes,
            damaged=tuple(lines),
            refetching=len(found.damaged),
        )

    async def tidy(self) -> str:
        """Delete chunks that larger ones have long taken the place of; pack journals."""
        before_ms = self._clock.now_ms() - SUPERSEDED_S * 1000
        dropped = 0
        for feed_id in self._shelf.feed_ids():
            dropped += len(self._logs.drop_superseded(feed_id, before_ms=before_ms))
        # Comes second: on a full disk it fails, where deleting helps.
        packed = await self._pack_journals()
        return sentences.TIDIED(chunks=dropped, journals=packed)

    async def _pack_journals(self) -> int:
        packed = 0
        for feed_id in self._shelf.feed_ids():
            if self._logs.pack_journal(feed_id):
                packed += 1
                await asyncio.sleep(0)  # it waited for the disk: others first, then the next
        return packed

    def _verify_feed(self, feed_id: FeedId, found: _Found) -> None:
        replica = self._shelf.replica(feed_id)
        if replica is None:
            return
        held = self._logs.held(feed_id)
        # The tail lies in memory, verified; its file was compared with it.
        found.entries += len(replica.tail)
        for span, record in replica.chunks().items():
            if span not in held:
                continue
            try:
                found.bytes += self._verify_chunk(feed_id, span, record)
                found.entries += span.entry_count
            except (DamageError, RemoteError) as error:
                found.damaged.append((feed_id, span, str(error)))

    def _verify_chunk(self, feed_id: FeedId, span: ChunkSpan, record: ChunkRecord) -> int:
        chunk = self._logs.read_chunk(feed_id, span)
        if hash_pieces(chunk) != record.pieces:
            raise DamageError("the bytes are not what was written")
        verify_chunk(chunk, span.level, record.root)
        return len(chunk)

    def _mend_journal(self, feed_id: FeedId) -> list[str]:
        """Write a journal anew that is not what we have in memory; in the node's loop, which
        alone appends to it."""
        replica = self._shelf.replica(feed_id)
        if replica is None or self._logs.is_journal_sound(replica):
            return []
        self._logs.replace(replica)
        return [sentences.JOURNAL_MENDED(feed=format_address(feed_id))]

    def _drop(self, feed_id: FeedId, span: ChunkSpan) -> None:
        replica = self._shelf.replica(feed_id)
        record = replica.chunks().get(span) if replica else None
        if record is not None:
            self._swarm.drop(chunk_torrent(feed_id, span, record.pieces).info_hash)
        self._logs.distrust_chunk(feed_id, span)

    def _absent(self) -> Iterator[str]:
        """What is missing of the own feed: of others it is fetched as they are cared for."""
        feed_id, verdict = self._identity.feed_id, self._pen.verdict()
        ranges = [verdict.missing] if verdict.standing is Standing.WAITS else []
        if self._shelf.replica(feed_id) is not None:
            ranges += [(span.start, span.end) for span in self._shelf.missing(feed_id)]
        for start, end in sorted(ranges):
            yield sentences.OWN_ABSENT(feed=format_address(feed_id), first=start, last=end - 1)
        if verdict.standing is Standing.ENDED:
            yield say(verdict)

    def _damaged_journals(self) -> Iterator[tuple[str, str]]:
        for feed_id, reason in self._logs.damaged().items():
            yield f"feed {format_address(feed_id)}", reason
