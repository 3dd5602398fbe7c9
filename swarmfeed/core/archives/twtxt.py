"""twtxt: a line for each post, time and text with a tab between; ``#`` begins a remark."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import Format, called
from swarmfeed.core.archives.found import FoundPost, LeftOut, Read
from swarmfeed.core.archives.lines import lines_of
from swarmfeed.core.archives.records import visible
from swarmfeed.core.archives.times import parse_iso

NAME: Final = "twtxt.txt"
LINE_FEED: Final = "\u2028"
"""Stands for the end of a line within a post (twtxt, multiline extension)."""


class ArchiveOfTwtxt(Format):
    """Reads one file."""

    what = sentences.OF_TWTXT
    is_one_file = True

    def __init__(self, names: Sequence[str]) -> None:
        self._files = called(names, NAME)
        self._line = 0

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._files

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the file apart.  ValueError: a line is too long, or no text."""
        lines = lines_of(chunks)
        return (line for line in lines if line.strip() and not line.startswith("#"))

    def read(self, record: object) -> Iterator[Read]:
        """Read one line."""
        when, tab, text = str(record).partition("\t")
        self._line += 1
        try:
            time_ms = parse_iso(when)
        except ValueError:
            yield LeftOut(sentences.NO_TIME if tab else sentences.NO_POST, str(record))
            return
        words = visible(text.replace(LINE_FEED, "\n"))
        yield FoundPost(time_ms=time_ms, text=words, order=self._line)


def is_twtxt(head: bytes) -> bool:
    """Whether a file begins as one does: the first line that is no remark has a time."""
    for line in head.decode("utf-8", "replace").splitlines():
        if line.strip() and not line.startswith("#"):
            when, tab, _ = line.partition("\t")
            try:
                parse_iso(when)
            except ValueError:
                return False
            return bool(tab)
    return False
