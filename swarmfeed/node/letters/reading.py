"""Parcels that come: opened, written down with what they change, and only then confirmed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog
from msgspec.structs import replace

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
from swarmfeed.core.letters.schedule import untaken
from swarmfeed.core.letters.standing import Acquaintance, Reception, receive
from swarmfeed.core.letters.words import KEPT, LATER, NOT_MINE
from swarmfeed.errors import (
    BadEncodingError,
    MendingError,
    PassingError,
    RemoteError,
    UserError,
)
from swarmfeed.node.ground.events import LetterCame, ParcelCame
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.confirming import Confirming
from swarmfeed.node.letters.early import EarlyLetters
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
        self._confirming = Confirming(ground, book)
        self._early = EarlyLetters()
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
        if author_id is None or self._book.is_blocked(author_id):
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

    # --- what opened ---

    async def _read(self, edits: Edits, opened: OpenedLetter) -> int:
        now_ms, author_id = self._clock.now_ms(), opened.device.author_id
        if self._book.is_blocked(author_id):
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
        if content.kind in (kinds.GOT, kinds.AGAIN):
            is_due = self._is_heard(opened.device.author_id) or self._confirming.awaits(feed_id)
            return self._hear_of_ours(edits, feed_id, content) if is_due else None
        return self._take_in(edits, opened, content)

    def _hear_of_ours(self, edits: Edits, feed_id: FeedId, content: Content) -> Afterwards:
        """Note what a device says of letters that we sent."""
        if content.kind == kinds.GOT:
            self._confirming.confirm(edits, feed_id, kinds.read_got(content.body))
            return ()
        is_begun = self._confirming.begin_anew(edits, feed_id)
        return (partial(self._note_anew, feed_id),) if is_begun else ()

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
        if self._is_early(author_id, content):
            return (partial(self._early.keep, content.to, opened),)
        talk_id, talk = self._talk_of(author_id, opened.content, content)
        is_text = content.kind == kinds.TEXT
        text = kinds.read_text(content.body) if is_text else None
        pictures = kinds.read_pictures(content.body) if is_text else ()
        # Strangers ask with words alone.
        reception = self._reception(author_id, talk_id, talk, None if pictures else text)
        if reception is Reception.DROPPED:
            return None
        if reception is Reception.ASKED:
            self._admit(author_id)
        edits.seen[name] = self._clock.now_ms()
        self._keep(edits, opened, content, name, talk_id, talk, reception)
        if reception is not Reception.TAKEN:
            return ()
        letter = LetterName(opened.feed_id, name)
        wants = (partial(self._ground.media.want_of_letter, each, letter) for each in pictures)
        return (receipt, partial(self._hear_early, talk_id), *wants)

    def _is_early(self, author_id: AuthorId, content: Content) -> bool:
        """Whether a letter is for a group whose beginning has not come yet, it seems."""
        is_known = content.to == self._own or self._is_group(content.to)
        is_of_group = content.kind in (kinds.TEXT, kinds.CHANGED)
        is_own = author_id == self._own
        return is_of_group and not is_known and not is_own and self._is_heard(author_id)

    def _hear_early(self, talk_id: bytes) -> None:
        """A group may have begun: read what came before."""
        if early := self._early.take(talk_id):
            self._ground.beside.spawn(self._read_early(early))

    async def _read_early(self, early: Sequence[OpenedLetter]) -> None:
        try:
            async with self._book.lock:
                for opened in early:
                    device = self._book.devices.get(opened.feed_id)
                    if device is not None:  # what its session came to since
                        await self._read(Edits(), replace(opened, device=device))
        except PassingError as error:
            logger.info("early letters come again", reason=str(error))

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
            each.standing == Acquaintance.REQUESTED
            for name, each in self._book.talks.items()
            if not self._book.is_blocked(AuthorId(name))
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
        if self._book.is_accepted(author_id):
            return True
        try:
            return author_id in self._ground.shells.index.follows_of(self._own)
        except (PassingError, MendingError):
            return False

    def _note_token(self, edits: Edits, opened: OpenedLetter, token: bytes) -> None:
        """Note by what the boxes of a device take parcels."""
        row = edits.devices[opened.feed_id]
        assert row is not None, "it was heard of"
        edits.devices[opened.feed_id] = replace(row, theirs=token)

    def _tell_again(self, edits: Edits, before: TalkRow, now: TalkRow) -> None:
        """Tell of a change whoever was added at the same time."""
        people = self._grouping.untold(before.group, now.group)
        with suppress(UserError):  # too much is on its way
            for who in sorted(people):
                assert now.group is not None
                self._writing.tell_group(edits, who, now.group)

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
            self._note_token(edits, opened, kinds.read_token(content.body))
            edits.sent |= self._book.retargeted(
                lambda each: untaken(each, now_ms) if each.author_id == author_id else each
            ).sent
            if talk_id == author_id != self._own:
                edits.talks[talk_id] = replace(now, theirs=kinds.read_token(content.body))
            return
        if content.kind != kinds.TEXT:
            before, now = now, self._grouping.change(now, author_id, opened.content, content)
            self._tell_again(edits, before, now)
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
