"""Taking care of the disk: re-check everything, mend from other holders, rebuild the index."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from msgspec import Struct, field

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.upkeep import VerifyReport
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import SUPERSEDED_S
from swarmfeed.core.base.ranges import widest
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.highwater import Ruling
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent, hash_pieces
from swarmfeed.errors import DamageError, MendingError, RemoteError
from swarmfeed.node.feeds.comparing import Comparer
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.begun_anew import begun_anew
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.inventory import Lack
from swarmfeed.node.ground.pen import say
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import KnownAuthor


class _Found(Struct):
    entries: int = 0
    bytes: int = 0
    damaged: list[tuple[FeedId, ChunkSpan, str]] = field(default_factory=list)


class Caretaker:
    """Looks after what is on disk."""

    def __init__(
        self, ground: Ground, seeder: Seeder, fetcher: Fetcher, comparer: Comparer
    ) -> None:
        self._ground = ground
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._verifier = ground.shells.verifier
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._inventory = ground.inventory
        self._seeder = seeder
        self._fetcher = fetcher
        self._comparer = comparer
        self._verifying = asyncio.Lock()

    async def verify(self) -> VerifyReport:
        """Read every byte again; have damaged chunks fetched again, write journals anew.

        What is shown is compared with the logs, and what was here once is named until it is
        back.
        """
        async with self._verifying:
            return await self._verify()

    async def _verify(self) -> VerifyReport:
        found = _Found()
        feeds = self._shelf.feed_ids()
        lines = [f"{path}: {reason}" for path, reason in self._damaged_journals()]
        for feed_id in feeds:
            lines += self._mend_papers(feed_id)
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
        self._inventory.save()
        lines += await self._comparer.compare()
        return VerifyReport(
            feeds=len(feeds),
            entries=found.entries,
            bytes=found.bytes,
            damaged=tuple(lines),
            refetching=len(found.damaged),
            missing=tuple(self.missing()),
        )

    def missing(self) -> list[str]:
        """Lines on what was here once and is not."""
        lines = list(self._own_absent())
        lines += [line for lack in self._inventory.lacks() for line in self._lines(lack)]
        return lines + list(begun_anew(self._ground.shells))

    async def release_memory(self) -> str:
        """Let go of what was kept at hand: over days it would be all there is room for."""
        shells = self._ground.shells
        for release in (shells.recent.release_memory, shells.index.release_memory):
            with suppress(MendingError):
                await asyncio.to_thread(release)
        return sentences.MEMORY_RELEASED()

    async def tidy(self) -> str:
        """Pack journals; look whether all is there that was here once."""
        packed = await self._pack_journals()
        await self._inventory.look_in_turns()
        return sentences.TIDIED(journals=packed)

    async def retire(self) -> str:
        """Leave the swarms of chunks that larger ones have taken the place of; delete them."""
        before_ms = self._clock.now_ms() - SUPERSEDED_S * 1000
        dropped = 0
        async for feed_id in self._held_in_turns():
            gone = self._logs.drop_superseded(feed_id, before_ms=before_ms)
            self._seeder.drop_named(feed_id, gone)
            dropped += len(gone)
        return sentences.RETIRED(chunks=dropped)

    async def _held_in_turns(self) -> AsyncIterator[FeedId]:
        """Feeds that are held, also after others ran."""
        async for feed_id in in_turns(self._shelf.feed_ids()):
            if self._shelf.replica(feed_id) is not None:
                yield feed_id

    async def _pack_journals(self) -> int:
        packed = 0
        async for feed_id in self._held_in_turns():
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
        self._verifier.verify(chunk, span.level, record.root)
        return len(chunk)

    def _mend_papers(self, feed_id: FeedId) -> list[str]:
        """Write anew what is not as it is known to be, in the node's loop."""
        lines = self._mend_journal(feed_id)
        author_id = self._shelf.author_of(feed_id)
        if author_id is None:
            return lines
        signed = self._shelf.certificates(author_id)
        known, found = set(signed), self._papers(feed_id)
        if found != known:
            self._logs.replace_certificates(feed_id, signed)
            # A device that was made in this home wrote its own beside its own feed only: what
            # lies at the older feed is whole, and merely behind.
            if not set() < found < known:
                lines.append(sentences.PAPERS_MENDED(feed=format_address(feed_id)))
        return lines

    def _papers(self, feed_id: FeedId) -> set[bytes]:
        """What lies on disk beside a feed; nothing where it cannot be understood."""
        try:
            return set(self._logs.read_certificates(feed_id))
        except DamageError:
            return set()

    def _lines(self, lack: Lack) -> Iterator[str]:
        feed, name = format_address(lack.feed_id), self._name(lack.author_id)
        if lack.feed_id == self._identity.feed_id:
            pass  # said already
        elif lack.ranges and self._shelf.replica(lack.feed_id) is None:
            yield sentences.FEED_MISSING(feed=feed, name=name, entries=lack.entries)
        elif lack.ranges:
            ranges = ", ".join(
                f"{start} to {end - 1}" if end - start > 1 else f"{start}"
                for start, end in lack.ranges
            )
            entries = lack.entries
            yield sentences.ENTRIES_MISSING(
                feed=feed, name=name, entries=entries, ranges=ranges
            )
        if lack.statements:
            yield sentences.PAPERS_MISSING(feed=feed, name=name, papers=lack.statements)
        if lack.proof:
            yield sentences.PROOF_MISSING(feed=feed, name=name)

    def _name(self, author_id: AuthorId) -> str:
        known = self._ground.shells.index.author(author_id) or KnownAuthor()
        return known.name or format_author(author_id)

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

    def _own_absent(self) -> Iterator[str]:
        """What is missing of the own feed, whoever remembers it: mark, chunk list, ledger."""
        feed_id, verdict = self._identity.feed_id, self._pen.verdict()
        ranges = {verdict.missing} if verdict.ruling is Ruling.WAITS else set()
        if self._shelf.replica(feed_id) is not None:
            ranges |= {(span.start, span.end) for span in self._shelf.missing(feed_id)}
        for lack in self._inventory.lacks():
            ranges |= set(lack.ranges if lack.feed_id == feed_id else ())
        for start, end in widest(ranges):
            yield sentences.what_is_absent(format_address(feed_id), start, end)
        is_gone = self._shelf.replica(feed_id) is None and not self._shelf.is_unread(feed_id)
        if is_gone and not ranges:
            yield sentences.NOTHING_OF_OWN(feed=format_address(feed_id))
        if verdict.ruling is Ruling.ENDED:
            yield say(verdict)

    def _damaged_journals(self) -> Iterator[tuple[str, str]]:
        for feed_id, reason in self._logs.damaged().items():
            yield f"feed {format_address(feed_id)}", reason
