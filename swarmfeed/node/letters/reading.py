"""Parcels that come: opened, written down with what they change, and only then confirmed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.letters import content as kinds
from swarmfeed.core.letters.content import Content, decode_content, letter_id, plain_fields
from swarmfeed.core.letters.groups import open_group
from swarmfeed.core.letters.limits import (
    AGAIN_EVERY_MS,
    DAY_MS,
    REQUESTS_MAX,
    STRANGERS_PER_DAY,
    TALKS_MAX,
)
from swarmfeed.core.letters.order import newest_with
from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.rows import KeptLetter, LetterDevice, TalkRow
from swarmfeed.core.letters.schedule import is_done
from swarmfeed.core.letters.standing import Acquaintance, Reception, receive
from swarmfeed.core.letters.words import KEPT, LATER, NOT_MINE
from swarmfeed.errors import BadEncodingError, MendingError, PassingError, RemoteError
from swarmfeed.node.ground.events import LetterCame, ParcelCame
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.grouping import Grouping
from swarmfeed.node.letters.receipts import Receipts
from swarmfeed.node.letters.sealing import OpenedLetter, Sealing, UnopenedError
from swarmfeed.node.letters.writing import LetterWriter

logger = structlog.get_logger()

Afterwards = tuple[Callable[[], object], ...]
"""What is done once a letter is on disk."""


class LetterReader:
    """Takes parcels in, one at a time; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        book: LetterBook,
        sealing: Sealing,
        writing: LetterWriter,
        receipts: Receipts,
        wake: Callable[[], None],
    ) -> None:
        self._ground = ground
        self._own = ground.identity.author_id
        self._clock = ground.shells.clock
        self._book = book
        self._sealing = sealing
        self._writing = writing
        self._receipts = receipts
        self._grouping = Grouping(self._own)
        self._wake = wake
        rate = STRANGERS_PER_DAY * 1_000 / DAY_MS
        self._strangers = TokenBucket(STRANGERS_PER_DAY, rate, self._clock.now_ms() / 1_000)

    def on_parcel(self, event: ParcelCame) -> None:
        """A box had a parcel for us."""
        self._ground.beside.spawn(self._take_from_box(event))

    async def _take_from_box(self, event: ParcelCame) -> None:
        if await self.take(event.parcel) != LATER:
            event.done()

    async def take(self, parcel: bytes) -> int:
        """Take a parcel in; returns what became of it, once that is synced."""
        # In a task of its own: the peer who pays for it may be in debt, and must not wait while
        # it has the book, nor leave in the middle of a change.
        return await asyncio.shield(self._ground.beside.spawn(self._take_whole(parcel)))

    async def _take_whole(self, parcel: bytes) -> int:
        try:
            await self._book.open()
            async with self._book.lock:
                return await self._take(parcel)
        except PassingError as error:
            logger.info("a parcel is taken in later", reason=str(error))
            return LATER

    async def _take(self, parcel: bytes) -> int:
        book, name = self._book, parcel_id(parcel)
        if name in book.seen:
            return KEPT
        edits = Edits(seen={name: self._clock.now_ms()})
        try:
            opened = await off_loop(
                partial(self._sealing.open, parcel, book.keys, book.devices)
            )
        except UnopenedError as error:
            # Anybody can make such parcels without end: what asks for nothing is not noted.
            if not self._ask_again(edits, error.feed_id):
                return KEPT
        except RemoteError as error:
            logger.debug("a parcel is not for this device", reason=str(error))
            return NOT_MINE
        else:
            return await self._read(edits, opened)
        await book.save(edits, self._clock.now_ms())
        self._wake()
        return KEPT

    def _ask_again(self, edits: Edits, feed_id: FeedId) -> bool:
        """Ask a device that we may have lost sessions of to begin anew, now and then; returns
        whether that is done.  Who made the parcel is not known: no session is given up for it.
        """
        device = self._book.devices.get(feed_id)
        author_id = (
            self._ground.shelf.author_of(feed_id) if device is None else device.author_id
        )
        now_ms = self._clock.now_ms()
        if author_id is None or self._is_shut_out(author_id):
            return False
        row = device or LetterDevice(author_id=author_id)
        if now_ms - row.asked_ms < AGAIN_EVERY_MS or not self._is_heard(author_id):
            return False
        # Written with a new session, and by that it is the one they write with.
        edits.devices[feed_id] = replace(row, anew=True, asked_ms=now_ms)
        self._writing.put_to_device(edits, feed_id, author_id, kinds.AGAIN, b"de")
        return True

    def _is_heard(self, author_id: AuthorId) -> bool:
        """Whether somebody is no stranger: us, whom we follow, talk or are in a group with."""
        return (
            author_id == self._own
            or self._knows(author_id)
            or any(
                author_id in open_group(each.group).people
                for each in self._book.talks.values()
                if each.group is not None
            )
        )

    def _is_shut_out(self, author_id: AuthorId) -> bool:
        talk = self._book.talks.get(author_id)
        return talk is not None and talk.standing == Acquaintance.BLOCKED

    # --- what opened ---

    async def _read(self, edits: Edits, opened: OpenedLetter) -> int:
        now_ms, author_id = self._clock.now_ms(), opened.device.author_id
        if self._is_shut_out(author_id):
            return KEPT
        edits.devices[opened.feed_id] = replace(opened.device, heard_ms=now_ms)
        came = Edits(devices={**edits.devices}, seen={**edits.seen})
        afterwards: Afterwards | None = ()
        try:
            afterwards = self._hear(edits, opened, decode_content(opened.content))
        except BadEncodingError as error:
            logger.info("a letter says nothing that is understood", reason=str(error))
            # Of what it changed until then nothing stays.
            edits, afterwards = came, () if self._is_heard(author_id) else None
        if afterwards is None:
            return KEPT  # strangers would fill with it what we remember of friends
        await self._book.save(edits, now_ms)
        for call in afterwards:
            call()
        self._wake()
        return KEPT

    def _hear(
        self, edits: Edits, opened: OpenedLetter, content: Content
    ) -> "Afterwards | None":
        """Note what a letter changes.

        Returns:
            What is done once that is synced, not before: a receipt for what a full disk refused
            would lose the letter.  None: the letter is dropped, and nothing of it noted.

        Raises:
            BadEncodingError: It says nothing that is understood.
            PassingError: Not now: too many strangers wrote today.
        """
        feed_id = opened.feed_id
        if content.node_id:
            row = edits.devices[feed_id]
            assert row is not None
            edits.devices[feed_id] = replace(row, node_id=content.node_id)
        if content.kind == kinds.GOT:
            self._confirm(edits, feed_id, kinds.read_got(content.body))
            return ()
        if content.kind == kinds.AGAIN:
            self._begin_anew(edits, feed_id)
            return (partial(self._note_anew, feed_id),)
        return self._take_in(edits, opened, content)

    def _confirm(self, edits: Edits, feed_id: FeedId, ids: tuple[bytes, ...]) -> None:
        """Note that a device has some letters of ours."""
        for name in ids:
            letter = edits.sent.get(name) or self._book.sent.get(name)
            if letter is None:
                continue
            targets = tuple(
                replace(each, got=True) if each.feed_id == feed_id else each
                for each in letter.targets
            )
            letter = replace(letter, targets=targets)
            is_over = is_done(letter, self._own)
            edits.sent[name] = None if is_over else letter
            if is_over and letter.talk:
                self._note_arrival(edits, name, letter.talk, letter.content)

    def _note_arrival(self, edits: Edits, name: bytes, talk: bytes, content: bytes) -> None:
        kept = KeptLetter(
            author_id=self._own,
            content=content,
            came_ms=decode_content(content).time_ms,
            feed_id=self._ground.identity.feed_id,
            outcome="arrived",
        )
        edits.keep(talk, name, kept)

    def _begin_anew(self, edits: Edits, feed_id: FeedId) -> None:
        """They opened none of ours: what they did not confirm goes out again at once."""
        now_ms = self._clock.now_ms()
        for name, letter in self._book.sent.items():
            targets = tuple(
                replace(each, next_ms=now_ms, given=False)
                if each.feed_id == feed_id and not each.got
                else each
                for each in letter.targets
            )
            if targets != letter.targets:
                edits.sent[name] = replace(letter, targets=targets)

    def _note_anew(self, feed_id: FeedId) -> None:
        self._book.begun_anew[feed_id] += 1

    # --- letters that are kept ---

    def _take_in(
        self, edits: Edits, opened: OpenedLetter, content: Content
    ) -> "Afterwards | None":
        author_id = opened.device.author_id
        name = letter_id(author_id, opened.content)
        receipt = partial(self._receipts.owe, opened.feed_id, author_id, name)
        if name in self._book.seen:
            return (receipt,)
        if content.kind not in kinds.LETTER_KINDS:
            told = self._told(opened, name, content)
            self._admit(author_id)
            edits.seen[name] = self._clock.now_ms()
            # Before it counts as seen: a power cut in between has it told again, not lost.
            self._ground.events.tell(told)
            return (receipt,)
        talk_id, talk = self._talk_of(author_id, opened.content, content)
        text = kinds.read_text(content.body) if content.kind == kinds.TEXT else None
        reception = self._reception(author_id, talk_id, talk, text)
        if reception is Reception.DROPPED:
            return None
        if reception is Reception.ASKED:
            self._admit(author_id)
        edits.seen[name] = self._clock.now_ms()
        self._keep(edits, opened, content, name, talk_id, talk, reception)
        return (receipt,) if reception is Reception.TAKEN else ()

    def _admit(self, author_id: AuthorId) -> None:
        """Count a letter that is kept of a stranger.  PassingError: too many came today."""
        now_s = self._clock.now_ms() / 1_000
        if not self._is_heard(author_id) and not self._strangers.take(1, now_s):
            raise PassingError("too many strangers wrote today", "busy")

    def _told(self, opened: OpenedLetter, name: bytes, content: Content) -> LetterCame:
        return LetterCame(
            author_id=opened.device.author_id,
            feed_id=opened.feed_id,
            letter_id=name,
            kind=content.kind,
            fields=plain_fields(content.body),
        )

    def _talk_of(
        self, author_id: AuthorId, encoded: bytes, content: Content
    ) -> tuple[bytes, TalkRow | None]:
        """The conversation a letter belongs to.

        Raises:
            BadEncodingError: It is for somebody else.
        """
        if content.kind in (kinds.MADE, kinds.CHANGED, kinds.TOLD):
            talk_id = self._grouping.group_of(author_id, encoded, content)
        elif content.to == self._own and author_id != self._own:
            talk_id = bytes(author_id)
        elif author_id == self._own or self._is_group(content.to):
            talk_id = content.to
        else:
            raise BadEncodingError("a letter to somebody else")
        return talk_id, self._book.talks.get(talk_id)

    def _is_group(self, talk_id: bytes) -> bool:
        talk = self._book.talks.get(talk_id)
        return talk is not None and talk.group is not None

    def _reception(
        self, author_id: AuthorId, talk_id: bytes, talk: TalkRow | None, text: str | None
    ) -> Reception:
        if talk is not None and talk.group is not None:
            return self._grouping.receive(author_id, talk)
        requested = sum(
            each.standing == Acquaintance.REQUESTED for each in self._book.talks.values()
        )
        room = TALKS_MAX - len(self._book.talks)
        return receive(
            None if talk is None else Acquaintance(talk.standing),
            is_known=author_id == self._own or self._knows(author_id),
            requests_left=min(REQUESTS_MAX - requested, room),
            text=text,
        )

    def _knows(self, author_id: AuthorId) -> bool:
        """Whether we follow somebody, or talk with them already."""
        talk = self._book.talks.get(author_id)
        if talk is not None and talk.standing == Acquaintance.ACCEPTED:
            return True
        try:
            return author_id in self._ground.shells.index.follows_of(self._own)
        except (PassingError, MendingError):
            return False

    def _keep(
        self,
        edits: Edits,
        opened: OpenedLetter,
        content: Content,
        name: bytes,
        talk_id: bytes,
        talk: TalkRow | None,
        reception: Reception,
    ) -> None:
        """Put a letter into its conversation."""
        author_id, now_ms = opened.device.author_id, self._clock.now_ms()
        asked = reception is Reception.ASKED
        standing = (Acquaintance.REQUESTED if asked else Acquaintance.ACCEPTED).value
        now = talk or TalkRow(standing=standing)
        if content.kind == kinds.TOKEN:
            if talk_id == author_id:
                edits.talks[talk_id] = replace(now, theirs=kinds.read_token(content.body))
            return
        if content.kind != kinds.TEXT:
            now = self._grouping.change(now, author_id, opened.content, content)
        kept = KeptLetter(
            author_id=author_id,
            content=opened.content,
            came_ms=now_ms,
            feed_id=opened.feed_id,
        )
        edits.keep(talk_id, name, kept)
        newest = newest_with(now.newest, name, content.after)
        unread = now.unread + (author_id != self._own and content.kind == kinds.TEXT)
        edits.talks[talk_id] = replace(now, newest=tuple(newest), last_ms=now_ms, unread=unread)
