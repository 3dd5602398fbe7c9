"""Keeps in the DHT whose each sheet is, so that words alone lead back to their author.

Of the own author: what was signed when the sheets were made.  Of those we read: what lies there
is put again, for the DHT forgets.
"""

import structlog
from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.identity_sentences import SHEETS_PUT
from swarmfeed.core.asks.sheets import SheetOwner, SheetsTaken, TakeSheets, WhoseSheet
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import DEPOSIT_MS, DEPOSITS_PER_ROUND
from swarmfeed.core.net.krpc import SHEET_SALT, Item, signed_buffer
from swarmfeed.core.talk.sheets import SheetFound, read_sheet
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import HeadBoard

logger = structlog.get_logger()


class _Known(Struct, frozen=True):
    """The first sheet's item of an author, as it was seen last."""

    item: Item
    found: SheetFound


class SheetKeeper:
    """Puts, and looks up."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._board = ground.shells.board
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._put_ms: dict[AuthorId, int] = {}
        self._known: dict[AuthorId, _Known] = {}
        self._own = ground.identity.sheets
        """What both sheets of the own author say, the first sheet first; none if not here."""

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(WhoseSheet, self.whose), in_loop(TakeSheets, self.take))

    async def take(self, ask: TakeSheets) -> SheetsTaken:
        """The person moved to new sheets: their words are put at the next round."""
        item = Item(public=ask.key, value=ask.value, seq=ask.seq, signature=ask.signature)
        try:
            found = read_sheet(item.value)
            buffer = signed_buffer(item.value, item.seq, SHEET_SALT)
            verify_signature(item.public, buffer, item.signature)
        except RemoteError as error:
            logger.info("the key of a sheet says nothing", reason=str(error))
            return SheetsTaken(taken=False)
        if found.author_id != self._identity.author_id or found.second is None:
            return SheetsTaken(taken=False)
        self._own = (item, found.second)
        self._put_ms.pop(found.author_id, None)
        return SheetsTaken(taken=True)

    async def whose(self, ask: WhoseSheet) -> SheetOwner:
        board = self._open_board()
        if board is None or len(ask.key) != KEY_BYTES:
            return SheetOwner(author=None)
        found = await board.get(ask.key, SHEET_SALT)
        if found is None:
            return SheetOwner(author=None)
        try:
            return SheetOwner(author=read_sheet(found[0]).author_id)
        except RemoteError as error:
            logger.info("the key of a sheet says nothing", reason=str(error))
            return SheetOwner(author=None)

    async def put(self) -> str:
        """Put what is due: each author's once an hour, a few in each round."""
        board = self._open_board()
        if board is None:
            return sentences.NO_DHT()
        due = self._due()
        for author_id in due:
            self._put_ms[author_id] = self._clock.monotonic_ms()
            for item in await self._items_of(board, author_id):
                await board.put(item.public, item.value, item.seq, item.signature, SHEET_SALT)
        return SHEETS_PUT(authors=len(due))

    # --- inside ---

    def _open_board(self) -> HeadBoard | None:
        return self._board if self._swarm.dht_nodes() else None

    def _due(self) -> list[AuthorId]:
        now_ms, own = self._clock.monotonic_ms(), self._identity.author_id
        wanted = [own, *(each for each in self._interests.read() if each != own)]
        kept = set(wanted)
        self._put_ms = {each: at for each, at in self._put_ms.items() if each in kept}
        self._known = {each: known for each, known in self._known.items() if each in kept}
        due = [
            each
            for each in wanted
            if now_ms - self._put_ms.get(each, -DEPOSIT_MS) >= DEPOSIT_MS
        ]
        return due[:DEPOSITS_PER_ROUND]

    async def _items_of(self, board: HeadBoard, author_id: AuthorId) -> tuple[Item, ...]:
        key = self._shelf.certified(author_id).key
        is_own = author_id == self._identity.author_id
        if is_own and self._own and key in (None, self._own[0].public):
            return self._own
        known = self._known.get(author_id)
        if known is not None and known.item.public != key:
            known = None  # the author moved to the second sheet
        newest = await self._look_up(board, author_id, key) if key is not None else None
        if newest is not None and (known is None or newest.item.seq >= known.item.seq):
            known = self._known[author_id] = newest
        if known is None:
            return ()
        second = known.found.second
        return (known.item,) if second is None else (known.item, second)

    async def _look_up(
        self, board: HeadBoard, author_id: AuthorId, key: bytes
    ) -> _Known | None:
        lies = await board.get(key, SHEET_SALT)
        if lies is None:
            return None
        value, seq, signature = lies
        try:
            found = read_sheet(value)
        except RemoteError as error:
            logger.info("the key of a sheet says nothing", reason=str(error))
            return None
        if found.author_id != author_id:
            return None
        return _Known(Item(public=key, value=value, seq=seq, signature=signature), found)
