"""What reads archives of one place."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.found import Read
from swarmfeed.core.archives.limits import KEPT_CHARS_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import UserError


class KeptTexts:
    """How much is kept of an archive while it is read: KEPT_CHARS_MAX characters at most."""

    def __init__(self) -> None:
        self._chars = 0

    def take(self, *texts: str) -> None:
        """Keep texts.  UserError: there is no room for them."""
        self._chars += sum(map(len, texts))
        if self._chars > KEPT_CHARS_MAX:
            raise UserError(sentences.TOO_MUCH_TEXT(most=KEPT_CHARS_MAX))


class Format(Protocol):
    """Reads archives of one place.  What it is given was written by who knows whom.

    Most learn nothing before they read, and keep a post under the name it has.
    """

    what: Text
    """What it is called in a sentence."""
    is_one_file: bool = False
    """Whether all posts of somebody are in one file: with two, it is two archives."""

    @abstractmethod
    def __init__(self, names: Sequence[str]) -> None: ...

    @property
    def fits(self) -> bool:
        """Whether its files are among the names."""
        return bool(self.members())

    def first_members(self) -> Sequence[str]:
        """Files that ``learn`` is to have, each record of them."""
        return ()

    @abstractmethod
    def members(self) -> Sequence[str]:
        """Files that ``read`` is to have."""
        ...

    def first_records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take such a file apart.  ValueError: it is none of this place."""
        return self.records(chunks)

    @abstractmethod
    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take a file apart.  ValueError: it is none of this place."""
        ...

    def learn(self, record: object) -> None:
        """Take what posts need; all of it comes before ``read``.  UserError: it is too much."""

    @abstractmethod
    def read(self, record: object) -> Iterator[Read]:
        """Return what is in a record, whatever it is.  UserError: what is to be remembered of
        all of them is too much."""
        ...

    def name_of(self, src: str) -> str:
        """Return what a post that was answered is called here, once all is read."""
        return src


def called(names: Sequence[str], *wanted: str) -> list[str]:
    """Return those names that are one of these, in whatever folder."""
    return [name for name in names if name.rpartition("/")[2] in wanted]
