"""A key file in memory."""

from swarmfeed.core.asks.device_sentences import CANNOT_ADD
from swarmfeed.core.base.papers import Papers
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.errors import UserError


class FakeSafe:
    """Implements ``ports.Safe``."""

    def __init__(self, author: AuthorKey | None, passphrase: str = "") -> None:
        self._author = author
        self._passphrase = passphrase
        self._papers = Papers()

    def is_protected(self) -> bool:
        return bool(self._passphrase)

    def papers(self) -> Papers:
        return self._papers

    def note_papers(self, papers: Papers) -> None:
        self._papers = papers

    def author_key(self, passphrase: str) -> AuthorKey:
        if passphrase != self._passphrase:
            raise UserError("the passphrase is wrong")
        if self._author is None:
            raise UserError(CANNOT_ADD())
        return self._author
