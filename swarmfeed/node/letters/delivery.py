"""Bringing letters to devices: straight over a link, else into their boxes; until confirmed.

    due --> reached --letter--> kept there --> confirmed, or again in 1, 2, 4, 8 days
      '--> not reached --> boxes: kept at k --> the same
                             '--> nobody takes it --> again in seconds, minutes, an hour

Devices are delivered to side by side, each its own letters one after the other.
"""

from collections.abc import Callable, Iterable
from functools import cache, partial

import structlog
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.letters.content import AGAIN, GOT, TOKEN, decode_content, read_token
from swarmfeed.core.letters.limits import (
    DELIVERIES_AT_ONCE,
    SEEK_PERSON_MS,
)
from swarmfeed.core.letters.rows import KeptLetter, LetterDevice, LetterTarget, SentLetter
from swarmfeed.core.letters.schedule import (
    Progress,
    is_due,
    is_expired,
    progress,
    refused,
    taken,
    untaken,
)
from swarmfeed.errors import BadSealError, PassingError, RetryError, UserError
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.ground.events import Indexed, LinkOpened
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.directory import Directory
from swarmfeed.node.letters.handing import Handing
from swarmfeed.node.letters.keyring import PrekeyRing
from swarmfeed.node.letters.sealing import Sealing

logger = structlog.get_logger()

Change = Callable[[LetterTarget], LetterTarget]


class Delivery:
    """Tries what is due; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        carer: Carer,
        book: LetterBook,
        directory: Directory,
        keyring: PrekeyRing,
        sealing: Sealing,
        handing: Handing,
    ) -> None:
        self._ground = ground
        self._own = ground.identity.author_id
        self._clock = ground.shells.clock
        self._carer = carer
        self._book = book
        self._directory = directory
        self._keyring = keyring
        self._sealing = sealing
        self._handing = handing
        self._busy: set[FeedId] = set()
        self._is_looking = self._is_woken = False
        self._sought: dict[AuthorId, int] = {}
        """People who were looked for, and when."""

    # --- when ---

    def wake(self) -> None:
        """There may be something due."""
        self._is_woken = True
        if not self._is_looking and self._ground.settings.network:
            self._is_looking = True
            self._ground.beside.spawn(self._look())

    def on_indexed(self, event: Indexed) -> None:
        """The log of somebody that letters go to grew: perhaps by a device, or its keys."""
        if any(event.author_id in letter.people for letter in self._book.sent.values()):
            self.wake()

    def on_opened(self, event: LinkOpened) -> None:
        """A device is there that letters wait for; or anybody, where nobody was."""
        if len(self._ground.sessions.all()) == 1:
            # What nobody took while this machine was alone waits for up to an hour else.
            self._ground.beside.spawn(self._hurry_untaken())
        node_id, devices = event.session.node_id, self._book.devices.items()
        there = {feed_id for feed_id, row in devices if row.node_id == node_id}
        if there:
            event.session.kept_by.add("contact")
            self._ground.beside.spawn(self._hurry(there))

    async def _hurry(self, feed_ids: set[FeedId]) -> None:
        now_ms = self._clock.now_ms()
        await self._change_all(
            lambda each: (
                replace(each, next_ms=min(each.next_ms, now_ms))
                if each.feed_id in feed_ids and not each.got and not each.given
                else each
            )
        )

    async def _hurry_untaken(self) -> None:
        await self._book.open()
        now_ms = self._clock.now_ms()
        await self._change_all(lambda each: untaken(each, now_ms))

    async def _change_all(self, change: Change) -> None:
        """Change targets of all letters on their way, and look what is due."""
        async with self._book.lock:
            edits = self._book.retargeted(change)
            if edits.sent:
                await self._book.save(edits, self._clock.now_ms())
        self.wake()

    async def _look(self) -> None:
        try:
            while self._is_woken:
                self._is_woken = False
                await self._tend()
                for feed_id in self._due():
                    if len(self._busy) >= DELIVERIES_AT_ONCE:
                        break
                    self._busy.add(feed_id)
                    self._ground.beside.spawn(self._serve(feed_id))
        except PassingError as error:
            logger.info("letters wait for the disk", reason=str(error))
        finally:
            self._is_looking = False

    def _due(self) -> list[FeedId]:
        """Devices that something is due for, and that are not being delivered to."""
        now_ms = self._clock.now_ms()
        due = {
            each.feed_id: None
            for letter in self._book.sent.values()
            for each in letter.targets
            if is_due(each, now_ms) and each.feed_id not in self._busy
        }
        return list(due)

    # --- what is on its way ---

    async def _tend(self) -> None:
        """Let letters expire, and note devices that they go to and did not yet."""
        now_ms, edits = self._clock.now_ms(), Edits()
        devices_of = cache(self._devices_of)  # logs are read once for all letters
        async with self._book.lock:
            for name, letter in self._book.sent.items():
                if is_expired(letter, now_ms):
                    self._end(edits, name, letter)
                elif letter.people:
                    more = self._more_targets(letter, devices_of)
                    if more:
                        edits.sent[name] = replace(letter, targets=(*letter.targets, *more))
            if edits.sent:
                await self._book.save(edits, now_ms)
        for name in self._expired(edits):
            await self._ground.media.expired(name)
        for author_id in self._unknown():
            await self._seek(author_id)

    def _expired(self, edits: Edits) -> list[bytes]:
        """Letters that reached nobody, among those that end."""
        ended = (letters.items() for letters in edits.letters.values())
        return [
            name
            for letters in ended
            for name, kept in letters
            if kept is not None and kept.is_expired
        ]

    def _end(self, edits: Edits, name: bytes, letter: SentLetter) -> None:
        edits.sent[name] = None
        if letter.talk:
            arrived = progress(letter, self._own) is Progress.ARRIVED
            kept = KeptLetter(
                author_id=self._own,
                content=letter.content,
                came_ms=letter.made_ms,
                feed_id=self._ground.identity.feed_id,
                outcome="arrived" if arrived else "expired",
            )
            edits.keep(letter.talk, name, kept)

    def _more_targets(
        self, letter: SentLetter, devices_of: Callable[[AuthorId], list[FeedId]]
    ) -> list[LetterTarget]:
        known = {each.feed_id for each in letter.targets}
        reached = {each.author_id for each in letter.targets if each.got}
        return [
            LetterTarget(feed_id=feed_id, author_id=author_id)
            for author_id in letter.people
            if author_id not in reached
            for feed_id in devices_of(author_id)
            if feed_id not in known
        ]

    def _devices_of(self, author_id: AuthorId) -> list[FeedId]:
        """Devices that letters can be sealed to."""
        listed = [
            feed_id
            for feed_id in self._directory.devices(author_id)
            if feed_id in self._book.devices or self._directory.keys_of(feed_id) is not None
        ]
        met = [
            feed_id
            for feed_id, row in self._book.devices.items()
            if row.author_id == author_id
            and row.sessions
            and not self._directory.is_ended(feed_id, author_id)
        ]
        return list(dict.fromkeys((*listed, *met)))

    def _unknown(self) -> list[AuthorId]:
        """People that letters go to and of whom no device is known."""
        sought = {
            author_id: None
            for letter in self._book.sent.values()
            for author_id in letter.people
            if author_id != self._own
            and not any(each.author_id == author_id for each in letter.targets)
        }
        return list(sought)

    async def _seek(self, author_id: AuthorId) -> None:
        """Have somebody's log fetched: what letters to them are sealed to stands there."""
        now_ms = self._clock.now_ms()
        if now_ms - self._sought.get(author_id, -SEEK_PERSON_MS) < SEEK_PERSON_MS:
            return
        self._sought[author_id] = now_ms
        await self._carer.care(author_id, FETCHED)

    # --- one device ---

    async def _serve(self, feed_id: FeedId) -> None:
        """Deliver all that is due for a device, the oldest first."""
        try:
            while (name := self._next(feed_id)) is not None:
                if not await self._deliver(feed_id, name):
                    break
        except (PassingError, RetryError, UserError) as error:
            logger.info("letters to a device wait", reason=str(error))
            return  # until the next job: a full disk is full at once again
        finally:
            self._busy.discard(feed_id)
        self.wake()

    def _next(self, feed_id: FeedId) -> bytes | None:
        now_ms = self._clock.now_ms()
        due = [
            (letter.made_ms, name)
            for name, letter in self._book.sent.items()
            for each in letter.targets
            if each.feed_id == feed_id and is_due(each, now_ms)
        ]
        return min(due)[1] if due else None

    async def _deliver(self, feed_id: FeedId, name: bytes) -> bool:
        """Try one letter once; returns whether somebody took it."""
        session = self._book.begun_anew[feed_id]
        parcel = await self._seal(feed_id, name)
        if parcel is None:
            return False
        author_id = self._book.devices[feed_id].author_id
        known = self._book.devices[feed_id].node_id
        node_id = await self._handing.give(feed_id, author_id, known, parcel)
        boxes = frozenset[NodeId]()
        if node_id is None:
            boxes = await self._ground.mail.put(feed_id, parcel, self._token_of(feed_id))
        if session == self._book.begun_anew[feed_id]:
            await self._note(feed_id, name, node_id, boxes)
        # Else it was sealed for a session that is no more, and is due again.
        return node_id is not None or bool(boxes)

    async def _seal(self, feed_id: FeedId, name: bytes) -> bytes | None:
        """Return a parcel, once the state that made it is synced; None: it cannot be."""
        own = await self._keyring.publish()
        async with self._book.lock:
            letter = self._book.sent.get(name)
            if letter is None:
                return None
            (author_id,) = {
                each.author_id for each in letter.targets if each.feed_id == feed_id
            }
            device = self._book.devices.get(feed_id) or LetterDevice(author_id=author_id)
            who, now_ms = self._keyring.introduction(own), self._clock.now_ms()
            try:
                row, parcel = await off_loop(
                    partial(self._sealing.seal, feed_id, device, letter.content, own, who)
                )
            except BadSealError as error:
                logger.info("a letter cannot be sealed now", reason=str(error))
                await self._book.save(self._refused(feed_id, name), now_ms)
                return None
            if (said := decode_content(letter.content)).kind == TOKEN:
                row = replace(row, told=read_token(said.body))
            await self._book.save(Edits(devices={feed_id: row}), now_ms)
        return parcel

    def _token_of(self, feed_id: FeedId) -> bytes | None:
        """What the boxes of a device take parcels by: as it told us itself, or another one of
        its person's.  They are one, once all devices met; one from a backup may never have.
        """
        row = self._book.devices[feed_id]
        talk = self._book.talks.get(row.author_id)
        is_own = row.author_id == self._own
        others = self._ground.mail.own_token() if is_own else talk.theirs if talk else None
        return row.theirs or others or None

    # --- what came of it ---

    async def _note(
        self, feed_id: FeedId, name: bytes, node_id: NodeId | None, boxes: Iterable[NodeId]
    ) -> None:
        kept_by = tuple(boxes)
        async with self._book.lock:
            now_ms = self._clock.now_ms()
            if node_id is None and not kept_by:
                edits = self._refused(feed_id, name)
            else:
                edits = self._changed(feed_id, name, lambda each: taken(each, now_ms, kept_by))
                row = self._book.devices.get(feed_id)
                if row is not None and node_id is not None and row.node_id != node_id:
                    edits.devices[feed_id] = replace(row, node_id=node_id)
            await self._book.save(edits, now_ms)

    def _refused(self, feed_id: FeedId, name: bytes) -> Edits:
        now_ms = self._clock.now_ms()
        return self._changed(feed_id, name, lambda each: refused(each, now_ms))

    def _changed(self, feed_id: FeedId, name: bytes, change: Change) -> Edits:
        letter = self._book.sent.get(name)
        if letter is None:
            return Edits()  # it was confirmed, or expired, meanwhile
        targets = tuple(
            change(each) if each.feed_id == feed_id else each for each in letter.targets
        )
        after: SentLetter | None = replace(letter, targets=targets)
        # Nobody confirms a receipt: it is done once somebody has it.
        if _is_unconfirmed(letter) and all(each.sent for each in targets):
            after = None
        return Edits(sent={name: after})


def _is_unconfirmed(letter: SentLetter) -> bool:
    return not letter.people and decode_content(letter.content).kind in (GOT, AGAIN)
