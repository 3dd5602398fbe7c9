"""The door by which a part of the node writes to a person, so that nobody else can read it.

The role of letters fills it.  What comes for others than itself it tells as ``LetterCame``.
"""

from collections.abc import Mapping
from typing import Protocol

from swarmfeed.core.base.bencoding import Encodable
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError

LetterFields = Mapping[bytes, Encodable]
"""What a letter says beside its kind: a bencoded dict."""


class Clerk(Protocol):
    """Seals letters, and has them delivered."""

    async def send(self, author_id: AuthorId, kind: str, fields: LetterFields) -> bytes:
        """As ``Letters.send``."""
        ...

    async def expect(self) -> None:
        """As ``Letters.expect``."""
        ...


class Letters:
    """Where letters are given up, once a role brings that."""

    def __init__(self) -> None:
        self._clerk: Clerk | None = None

    def connect(self, clerk: Clerk) -> None:
        """Have letters sealed by ``clerk``.  A second one is a bug: ValueError."""
        if self._clerk is not None:
            raise ValueError("letters are sealed already")
        self._clerk = clerk

    async def expect(self) -> None:
        """See to it now that others can write to us; else that is so minutes after the start.

        Raises:
            UserError: No keys can be made here, or nothing may be signed.
            PassingError: Not now.
        """
        if self._clerk is not None:
            await self._clerk.expect()

    async def send(self, author_id: AuthorId, kind: str, fields: LetterFields) -> bytes:
        """Write to all devices of a person.

        It is sealed and synced before this returns; it is delivered later, and again and again
        until each device confirmed it, or it expires.

        Returns:
            The id of the letter.

        Raises:
            RetryError: Nobody seals letters here, or nothing is known yet to seal to.
            UserError: It is too long, or this person is blocked.
            PassingError: Not now: the disk is full, say.
        """
        if self._clerk is None:
            raise RetryError("this node seals no letters")
        return await self._clerk.send(author_id, kind, fields)
