"""The start of somebody who is new here, as the page sees it: who makes a home, how far it is.

Behind it is ``swarmfeed.starting``; there is no node yet, so there is no desk to ask.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct
from swarmfeed.core.base.hiding import hiding


class Stage(StrEnum):
    """Where a start is."""

    CLOSED = "closed"
    """There are keys, and their passphrase is needed."""
    NEW = "new"
    """Nothing is made yet."""
    SHEETS = "sheets"
    """There is a name, and words that nobody has seen."""
    LOOKING = "looking"
    """Somebody is looked up by their words."""
    WAITING = "waiting"
    """Another machine of the same person is waited for."""
    DONE = "done"
    """A node is about to start."""


class Paper(Struct, frozen=True, kw_only=True):
    """One sheet of paper, and what is asked back of it."""

    __repr__ = hiding("words")

    words: tuple[str, ...]
    asked: tuple[int, ...]
    """Numbers of words, from 1."""
    link: str
    """What stands below the words."""
    is_second: bool


class SoFar(Struct, frozen=True, kw_only=True):
    """How far a start is."""

    stage: Stage
    sheet: Paper | None = None
    """The one to write now, at ``SHEETS``."""
    device_link: str = ""
    """What another machine needs, at ``WAITING``."""
    said: str = ""
    """What a person has to compare, or wait for."""
    trouble: str = ""
    """Why the last attempt came to nothing."""
    has_words: bool = False
    """Whether words that were typed are kept for another attempt."""
    leads_to: str = "/"
    """Where the page goes on when what is done now is done, or came to nothing."""


class Beginner(Protocol):
    """Makes a home.  From any thread; every change raises UserError when it is refused."""

    def so_far(self) -> SoFar: ...

    def unlock(self, passphrase: str) -> None:
        """Open the keys that are there."""
        ...

    def draw(self, name: str, passphrase: str) -> None:
        """Make keys of a new author, in memory only, and the words of both sheets."""
        ...

    def practise(self, typed: Mapping[int, str]) -> Mapping[int, str]:
        """Compare words that were typed from paper; returns what is wrong with which.

        With nothing wrong the sheet is done, and after the second one the home is made.
        """
        ...

    def put_off(self) -> None:
        """Go on without that; the home reminds of it."""
        ...

    def restore(self, words: str, link: str, passphrase: str) -> None:
        """Begin to make this machine a device of the author whose words these are."""
        ...

    def wait_for_device(self, name: str, passphrase: str) -> None:
        """Begin to wait for another machine that takes this one in as ``name``."""
        ...

    def start_over(self) -> None:
        """Forget all that is not on the disk, and end what is waited for."""
        ...
