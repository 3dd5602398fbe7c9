"""Snapshots of private state: written into the own feed, read from all feeds of the author.

A device writes its ``keys`` entry when somebody could need it: once the author has another
device, and with the first snapshot.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from swarmfeed.core.asks import state_sentences as said
from swarmfeed.core.asks.state import SavedState
from swarmfeed.core.base.aead import NONCE_BYTES
from swarmfeed.core.base.boxes import BOX_SUITE
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.kinds import WithdrawBody
from swarmfeed.core.feed.sealed_kinds import KeysBody
from swarmfeed.core.state.limits import SNAPSHOT_EVERY_MS
from swarmfeed.core.state.snapshot import (
    Snapshot,
    join_parts,
    open_snapshot,
    seal_snapshot,
    split_blob,
    wrap_info,
)
from swarmfeed.errors import BadSealError, PassingError, RemoteError, UserError
from swarmfeed.node.feeds.withdrawing import Withdrawing
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import OURS
from swarmfeed.node.state.devices import OwnDevices

logger = structlog.get_logger()


class Snapshots:
    """Keeps one in the log, and takes up what others left there."""

    def __init__(
        self, ground: Ground, writer: Writer, withdrawing: Withdrawing, devices: OwnDevices
    ) -> None:
        self._identity = ground.identity
        self._private = ground.private
        self._boxes = ground.shells.boxes
        self._dice = ground.shells.dice
        self._clock = ground.shells.clock
        self._pen = ground.pen
        self._writer = writer
        self._withdrawing = withdrawing
        self._devices = devices
        self._read: dict[FeedId, tuple[int, ...]] = {}
        """Which parts were looked at, of each feed."""
        self._last: Snapshot | None = None
        """The newest one of this device."""
        self._saving = asyncio.Lock()

    # --- reading ---

    async def take_up(self) -> int:
        """Merge the newest snapshots of all devices, as far as they are here and news.

        Returns how many rows were new.
        """
        news = 0
        for feed_id in self._devices.feeds():
            places = self._devices.places_of(feed_id)
            # Only then the library is loaded: most commands find nothing.
            if not places or self._read.get(feed_id) == places or self._boxes.trouble():
                continue
            found = await asyncio.to_thread(self._newest, feed_id)
            if found is not None:
                # Who made a snapshot nobody vouches for: so it vouches for nobody.
                rows = [row for row in found.rows if row.scope != OURS]
                news += len(self._private.merge(rows, self))
                if feed_id == self._identity.feed_id:
                    self._last = found
            if found is None or self._private.are_timely(found.rows):
                self._read[feed_id] = places  # else again, once this clock may be right
        return news

    def _newest(self, feed_id: FeedId) -> Snapshot | None:
        """The newest whole snapshot of a feed that opens; older ones stand in for it."""
        for whole in join_parts(self._devices.parts_of(feed_id)):
            try:
                return open_snapshot(whole.blob, feed_id, self._open)
            except BadSealError:
                logger.info("a snapshot is not for this device", at=whole.indices[0])
            except RemoteError as error:
                logger.warning("a snapshot is none", at=whole.indices[0], reason=str(error))
        return None

    def _open(self, box: bytes, info: bytes) -> bytes:
        """Open a box by what this device has: its own seed, or that of the words."""
        for seed in self._identity.box_seeds:
            with suppress(BadSealError):
                return self._boxes.open(seed, box, info)
        raise BadSealError("it is for somebody else")

    # --- writing ---

    async def save_daily(self) -> str:
        """Write one if something changed, and the last one is a day old."""
        await self.take_up()
        if not self._is_due() or self._boxes.trouble() or self._pen.trouble():
            return said.NOTHING_TO_SAVE()
        try:
            saved = await self.save()
        except UserError as error:
            return str(error)  # somebody may have ended this feed in our name: no bug
        return said.SNAPSHOT_WRITTEN(entries=saved.entries)

    def _is_due(self) -> bool:
        if self._last is None:
            return bool(self._private.rows())
        age_ms = self._clock.now_ms() - self._last.made_ms
        return not 0 <= age_ms < SNAPSHOT_EVERY_MS and self.is_behind()

    def is_behind(self) -> bool:
        """Whether something is known that the newest snapshot of this device does not say."""
        return self._last is None or {*self._private.rows()} != {*self._last.rows}

    async def save(self) -> SavedState:
        """Write a snapshot, and withdraw the one before.

        Raises:
            UserError: This build of the library cannot, or nothing may be signed.
            PassingError: Not now.
        """
        if trouble := self._boxes.trouble():
            raise UserError(trouble)
        async with self._saving:
            await self.publish_keys()
            before = [*self._devices.parts_of(self._identity.feed_id)]
            snapshot = Snapshot(tuple(self._private.rows()), self._clock.now_ms())
            recoveries = self._devices.recoveries()
            sheets = {each for pair in recoveries for each in (pair.this, pair.next)}
            devices = self._device_keys()
            blob = await asyncio.to_thread(self._seal, snapshot, [*devices, *sorted(sheets)])
            bodies = split_blob(blob)
            withdrawn = [WithdrawBody(index) for index in before]
            # A part that a chunk was sealed over goes out of it, as a withdrawn post does.
            await self._withdrawing.write([*bodies, *withdrawn])
            self._last = snapshot
            self._read[self._identity.feed_id] = self._devices.places_of(self._identity.feed_id)
        return SavedState(
            rows=len(snapshot.rows),
            entries=len(bodies),
            devices=len(devices),
            sheets=len(sheets),
        )

    def _device_keys(self) -> list[bytes]:
        own = self._boxes.public_of(self._identity.recipient_seed)
        known = (self._devices.keys_of(feed_id) for feed_id in self._devices.others())
        others = (each.public for each in known if each and each.suite == BOX_SUITE)
        return [*dict.fromkeys([own, *others])]

    def _seal(self, snapshot: Snapshot, publics: Sequence[bytes]) -> bytes:
        feed_id = self._identity.feed_id
        key, nonce = self._dice(KEY_BYTES), self._dice(NONCE_BYTES)
        wraps = []
        for public in publics:
            # A key that is none is nobody's: the others get theirs.
            with suppress(BadSealError):
                wraps.append(self._boxes.seal(public, key, wrap_info(feed_id)))
        return seal_snapshot(snapshot, feed_id, key=key, nonce=nonce, wraps=wraps)

    # --- keys ---

    async def publish_keys(self) -> bool:
        """Write the ``keys`` entry of this device, unless it is there; returns whether it was.

        Raises:
            UserError: Nothing may be signed.
            PassingError: Not now.
        """
        public = self._boxes.public_of(self._identity.recipient_seed)
        known = self._devices.keys_of(self._identity.feed_id)
        signed = self._devices.statement()
        is_there = known is not None and known.public == public
        if is_there and (not signed or (known is not None and known.recovery == signed)):
            return False
        await self._writer.publish(KeysBody(public, recovery=signed))
        return True

    async def publish_keys_if_needed(self) -> str:
        """The same, once the author has another device."""
        if not self._devices.others() or self._boxes.trouble() or self._pen.trouble():
            return ""
        try:
            return said.KEYS_WRITTEN() if await self.publish_keys() else ""
        except (PassingError, UserError) as error:
            return str(error)  # a thief of the author key may have ended this feed: no bug
