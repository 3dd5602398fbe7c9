"""Receipts: what came is confirmed to the device that sent it, many letters at a time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.letters.content import GOT, got_body
from swarmfeed.core.letters.limits import GOT_MAX
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.writing import LetterWriter

_SOON_S: Final = 0.3
"""How long a receipt waits for more of its kind: nobody looks at it sooner."""


class Receipts:
    """What is owed to each device; belongs to the node's loop.

    It is kept in memory: of a letter whose receipt is lost, its sender brings another parcel.
    """

    def __init__(
        self, ground: Ground, book: LetterBook, writing: LetterWriter, wake: Callable[[], None]
    ) -> None:
        self._ground = ground
        self._book = book
        self._writing = writing
        self._wake = wake
        self._owed: dict[tuple[FeedId, AuthorId], dict[bytes, None]] = {}
        self._is_awake = False

    def owe(self, feed_id: FeedId, author_id: AuthorId, name: bytes) -> None:
        """Confirm a letter to the device it came from, soon."""
        self._owed.setdefault((feed_id, author_id), {})[name] = None
        if not self._is_awake:
            self._is_awake = True
            self._ground.beside.spawn(self._pay())

    async def _pay(self) -> None:
        await asyncio.sleep(_SOON_S)
        self._is_awake = False
        owed, self._owed = self._owed, {}
        edits = Edits()
        # What is refused now is confirmed when the letter comes again.
        with suppress(PassingError, UserError):
            async with self._book.lock:
                for (feed_id, author_id), names in owed.items():
                    self._confirm(edits, feed_id, author_id, list(names))
                await self._book.save(edits, self._ground.shells.clock.now_ms())
        self._wake()

    def _confirm(
        self, edits: Edits, feed_id: FeedId, author_id: AuthorId, names: list[bytes]
    ) -> None:
        for start in range(0, len(names), GOT_MAX):
            body = got_body(names[start : start + GOT_MAX])
            self._writing.put_to_device(edits, feed_id, author_id, GOT, body)
