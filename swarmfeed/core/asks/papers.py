"""Sheets that are still to be written down: which, their words, and four of them asked back."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.hiding import hiding


class PapersDue(Struct, frozen=True, kw_only=True):
    """What is not on paper yet."""

    first: bool
    second: bool
    has_passphrase: bool
    """Whether it takes one to see the words."""
    sentences: tuple[str, ...]
    """Why each should be written down; none when nothing is due."""


class PaperWords(Struct, frozen=True, kw_only=True):
    """One sheet."""

    __repr__ = hiding("words")

    words: str
    """24, with spaces between."""
    link: str
    """What belongs below them."""


class PaperCheck(Struct, frozen=True, kw_only=True):
    """What came of words that were typed from paper."""

    wrong: tuple[str, ...]
    """What is wrong with each, in the order they were typed; empty where it is right."""
    due: PapersDue


class WhichPapers(Ask[PapersDue], frozen=True, kw_only=True):
    """Which sheets were put off when the home was made."""

    name = "papers"


class ShowPaper(Ask[PaperWords], frozen=True, kw_only=True):
    """The words of a sheet that is due; of one that is on paper they are not told any more."""

    __repr__ = hiding("passphrase")

    name = "paper-words"
    changes = True

    second: bool
    passphrase: str


class CheckPaper(Ask[PaperCheck], frozen=True, kw_only=True):
    """Compare words typed from paper; with four right ones the sheet is done."""

    __repr__ = hiding("typed", "passphrase")

    name = "check-paper"
    changes = True

    second: bool
    numbers: tuple[int, ...]
    """Which words: four, from 1."""
    typed: tuple[str, ...]
    passphrase: str
