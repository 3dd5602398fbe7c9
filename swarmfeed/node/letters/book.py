"""What is written down of letters: changed on disk first, then in memory, one at a time.

page      key                row
keys      name of the keys   OwnPrekeys
devices   feed id            LetterDevice
talks     author or group    TalkRow
sent      letter id          SentLetter
seen      letter, parcel id  when it came (8 bytes)
wishes    hash of a key      WishedLetter
talk-...  letter id          KeptLetter, of one conversation; read when it is looked at
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Set
from typing import Any, Final

import structlog
from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.once import outlived
from swarmfeed.core.letters.limits import DEVICES_MAX, SEEN_MAX, SEEN_MS
from swarmfeed.core.letters.rows import (
    KeptLetter,
    LetterDevice,
    LetterTarget,
    OwnPrekeys,
    SentLetter,
    TalkRow,
    WishedLetter,
    encode_row,
    row_reader,
)
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.private import BLOCK, PrivateState
from swarmfeed.ports import Ledger

logger = structlog.get_logger()

_KEYS, _DEVICES, _TALKS, _SENT, _SEEN = "keys", "devices", "talks", "sent", "seen"
_WISHES: Final = "wishes"


class Edits(Struct, kw_only=True):
    """What is to be written at once; None: it goes."""

    keys: dict[bytes, OwnPrekeys | None] = field(default_factory=dict)
    devices: dict[FeedId, LetterDevice | None] = field(default_factory=dict)
    talks: dict[bytes, TalkRow | None] = field(default_factory=dict)
    sent: dict[bytes, SentLetter | None] = field(default_factory=dict)
    seen: dict[bytes, int | None] = field(default_factory=dict)
    wishes: dict[bytes, WishedLetter | None] = field(default_factory=dict)
    letters: dict[bytes, dict[bytes, KeptLetter | None]] = field(default_factory=dict)
    """By conversation."""

    def keep(self, talk: bytes, letter_id: bytes, letter: KeptLetter | None) -> None:
        self.letters.setdefault(talk, {})[letter_id] = letter


class LetterBook:
    """The tables; whoever changes them holds ``lock`` from looking to saving."""

    def __init__(
        self, file: Ledger, private: PrivateState, tell: Callable[[], None] = lambda: None
    ) -> None:
        """``tell`` is called whenever a conversation changed."""
        self._file = file
        self._private = private
        self._tell = tell
        self.lock: Final = asyncio.Lock()
        self.keys: dict[bytes, OwnPrekeys] = {}
        self.devices: dict[FeedId, LetterDevice] = {}
        self.talks: dict[bytes, TalkRow] = {}
        self.sent: dict[bytes, SentLetter] = {}
        self.seen: OrderedDict[bytes, int] = OrderedDict()
        self.wishes: dict[bytes, WishedLetter] = {}
        """The oldest first."""
        self.begun_anew: Counter[FeedId] = Counter()
        """How often each device asked for a new session, since the start."""
        self._is_open = False
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Take up what is on disk, at the first call: most commands never ask.

        Raises:
            DamageError: It cannot be read.
            PassingError: Not now.
        """
        async with self._opening:
            if not self._is_open:
                await off_loop(self._read)
                self._is_open = True

    def _read(self) -> None:
        self.keys = _rows(self._file, _KEYS, row_reader(OwnPrekeys))
        devices = _rows(self._file, _DEVICES, row_reader(LetterDevice))
        self.devices = {FeedId(name): row for name, row in devices.items()}
        self.talks = _rows(self._file, _TALKS, row_reader(TalkRow))
        self.sent = _rows(self._file, _SENT, row_reader(SentLetter))
        seen = _rows(self._file, _SEEN, lambda data: int.from_bytes(data, "big"))
        self.seen = OrderedDict(sorted(seen.items(), key=lambda each: each[1]))
        wishes = _rows(self._file, _WISHES, row_reader(WishedLetter))
        self.wishes = dict(sorted(wishes.items(), key=lambda each: each[1].at_ms))

    # --- conversations ---

    def is_blocked(self, author_id: AuthorId) -> bool:
        """Whether the person wants nothing of somebody; on whichever device they said so."""
        talk = self.talks.get(author_id)
        is_noted = talk is not None and talk.standing == Acquaintance.BLOCKED  # before ADR 90
        return is_noted or author_id in self._private.names(BLOCK)

    def is_accepted(self, author_id: AuthorId) -> bool:
        """Whether the person talks with somebody."""
        talk = self.talks.get(author_id)
        is_noted = talk is not None and talk.standing == Acquaintance.ACCEPTED
        return is_noted and not self.is_blocked(author_id)

    async def letters(self, talk: bytes) -> dict[bytes, KeptLetter]:
        """All letters of a conversation."""
        return await off_loop(lambda: self._letters(talk))

    def _letters(self, talk: bytes) -> dict[bytes, KeptLetter]:
        return _rows(self._file, _page(talk), row_reader(KeptLetter))

    async def standing(self, names: Set[bytes]) -> set[bytes]:
        """Those of some letters that stand in a conversation, and did not expire."""
        found = set[bytes]()
        for talk in list(self.talks):
            if found >= names:
                break
            letters = await self.letters(talk)
            found |= {each for each in names & letters.keys() if not letters[each].is_expired}
        return found

    def retargeted(self, change: Callable[[LetterTarget], LetterTarget]) -> Edits:
        """Return edits that change targets of letters on their way."""
        edits = Edits()
        for name, letter in self.sent.items():
            targets = tuple(map(change, letter.targets))
            if targets != letter.targets:
                edits.sent[name] = replace(letter, targets=targets)
        return edits

    # --- changing ---

    async def save(self, edits: Edits, now_ms: int) -> None:
        """Write it down, synced; then it is known.

        Raises:
            PassingError: Not now: nothing changed.
            FatalError: Whether it was written is unknown.
        """
        self._bound(edits, now_ms)
        rows = _encoded(edits)
        await off_loop(lambda: self._file.write(rows))
        _apply(self.keys, edits.keys)
        _apply(self.devices, edits.devices)
        _apply(self.talks, edits.talks)
        _apply(self.sent, edits.sent)
        _apply(self.seen, edits.seen)
        _apply(self.wishes, edits.wishes)
        if edits.talks:
            self._tell()

    def _bound(self, edits: Edits, now_ms: int) -> None:
        """Let go of what is oldest, where a table is full."""
        for name, at_ms in self.seen.items():
            if len(self.seen) < SEEN_MAX and at_ms > now_ms - SEEN_MS:
                break
            edits.seen.setdefault(name, None)
            if len(edits.seen) > _FORGOTTEN_AT_ONCE:
                break
        if edits.wishes:
            known_ms = {key: each.at_ms for key, each in self.wishes.items()}
            edits.wishes = {**dict.fromkeys(outlived(known_ms, now_ms)), **edits.wishes}
        new = [name for name in edits.devices if name not in self.devices]
        if len(self.devices) + len(new) > DEVICES_MAX:
            edits.devices.setdefault(min(self.devices, key=self._worth), None)

    def _worth(self, feed_id: FeedId) -> tuple[bool, int]:
        """What is kept rather: whom the person talks with, and who was heard of lately."""
        row = self.devices[feed_id]
        return self.is_accepted(row.author_id), row.heard_ms


def take_along(before: Ledger, now: Ledger) -> None:
    """Bring conversations, and what is on its way, into the ledger of another device.

    Sessions and keys stay behind: two devices must not go on with the same ones.

    Raises:
        DamageError: What there is cannot be read.
        PassingError: Not now.
    """
    pages = (_TALKS, _SENT, _SEEN, *map(_page, before.read(_TALKS)))
    now.write({page: dict(before.read(page)) for page in pages})


_FORGOTTEN_AT_ONCE: Final = 64
"""Rows of what was seen that go with one change: more than come with it."""


def _page(talk: bytes) -> str:
    return f"talk-{talk.hex()}"


def _rows(file: Ledger, page: str, read: Callable[[bytes], Any]) -> dict[bytes, Any]:
    """Rows of a page.  One that cannot be read is passed over: it would shut out all others."""
    found = {}
    for key, value in file.read(page).items():
        try:
            found[key] = read(value)
        except BadEncodingError as error:
            logger.warning("a row of letters says nothing", reason=str(error))
    return found


def _encoded(edits: Edits) -> dict[str, Mapping[bytes, bytes | None]]:
    def rows(table: Mapping[Any, object]) -> dict[bytes, bytes | None]:
        return {key: None if row is None else encode_row(row) for key, row in table.items()}

    seen = {
        key: None if at_ms is None else at_ms.to_bytes(8, "big")
        for key, at_ms in edits.seen.items()
    }
    found = {
        _KEYS: rows(edits.keys),
        _DEVICES: rows(edits.devices),
        _TALKS: rows(edits.talks),
        _SENT: rows(edits.sent),
        _SEEN: seen,
        _WISHES: rows(edits.wishes),
        **{_page(talk): rows(letters) for talk, letters in edits.letters.items()},
    }
    return {page: table for page, table in found.items() if table}


def _apply(table: dict[Any, Any], changes: Mapping[Any, Any]) -> None:
    for key, row in changes.items():
        if row is None:
            table.pop(key, None)
        else:
            table[key] = row
