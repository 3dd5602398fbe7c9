"""Strangers whose one letter waits for an answer, as the notifications tell of them."""

from contextlib import suppress

from swarmfeed.core.asks.notifications import REQUESTS
from swarmfeed.core.asks.posts import first_words
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.content import decode_content
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.node.ground.approaches import KnownApproach
from swarmfeed.node.letters.book import LetterBook
from swarmfeed.node.letters.showing import text_of


class Strangers:
    """Belongs to the node's loop."""

    def __init__(self, book: LetterBook) -> None:
        self._book = book

    async def approaches(self) -> list[KnownApproach]:
        """Nothing where letters cannot be read now: their own page says what is wrong."""
        with suppress(DamageError, PassingError):
            await self._book.open()
        return [
            KnownApproach(type=REQUESTS, author_id=AuthorId(name), time_ms=talk.last_ms)
            for name, talk in self._book.talks.items()
            if talk.standing == Acquaintance.REQUESTED
            and not self._book.is_blocked(AuthorId(name))
        ]

    async def first_words(self, of: KnownApproach) -> str:
        if of.type != REQUESTS:
            return ""
        with suppress(DamageError, PassingError):
            for letter in (await self._book.letters(of.author_id)).values():
                if text := text_of(decode_content(letter.content)):
                    return first_words(text, "")
        return ""
