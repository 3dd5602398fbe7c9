"""What swarmfeed itself exported: ``posts.jsonl`` (``core.exports.ours``)."""

from collections.abc import Iterable, Iterator, Sequence

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import Format, KeptTexts, called
from swarmfeed.core.archives.found import FoundMedium, FoundPost, LeftOut, Read
from swarmfeed.core.archives.json_items import of_text
from swarmfeed.core.archives.limits import POSTS_MAX
from swarmfeed.core.archives.lines import lines_of
from swarmfeed.core.archives.records import list_at, text_at, value_at
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.exports.ours import NAME


class ArchiveOfOurs(Format):
    """Reads one archive."""

    what = sentences.OF_OURS
    is_one_file = True

    def __init__(self, names: Sequence[str]) -> None:
        self._posts = called(names, NAME)
        self._folder = self._posts[0].rpartition("/")[0] if self._posts else ""
        self._sources: dict[str, str] = {}
        self._kept = KeptTexts()

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._posts

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the file apart.  ValueError: a line is no JSON."""
        return (of_text(line) for line in lines_of(chunks) if line.strip())

    def read(self, record: object) -> Iterator[Read]:
        """Read one line."""
        text, time_ms = text_at(record, "text"), _time_ms(value_at(record, "time_ms"))
        name, src = text_at(record, "id"), text_at(record, "src")
        if time_ms is None:
            yield LeftOut(sentences.NO_TIME, text)
        else:
            if name and src and len(self._sources) < POSTS_MAX:
                self._kept.take(name, src)
                self._sources[name] = src
            yield FoundPost(
                time_ms=time_ms,
                text=text,
                src=src or name,
                cw=text_at(record, "cw"),
                lang=text_at(record, "lang"),
                answers=text_at(record, "answers"),
                media=tuple(self._media(record)),
                as_it_is=True,
            )

    def name_of(self, src: str) -> str:
        """Return what a post that was answered is kept as."""
        return self._sources.get(src, src)

    def _media(self, record: object) -> Iterator[FoundMedium]:
        for each in list_at(record, "media"):
            name = text_at(each, "file")
            yield FoundMedium(
                (f"{self._folder}/{name}" if self._folder else name,), text_at(each, "alt")
            )


def _time_ms(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= TIME_MS_MAX else None


def is_ours(head: bytes) -> bool:
    """Whether a file begins as ours does."""
    return head.startswith(b'{"id": "swarmfeed:')
