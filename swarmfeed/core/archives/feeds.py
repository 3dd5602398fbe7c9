"""One's own old blog or feed: RSS, Atom or JSON Feed, as a file.

XML is read by expat alone, which opens nothing; what declares a document type is refused, for
it could make a text of any length out of a few bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import ParseError, XMLParser

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.format import Format, called
from swarmfeed.core.archives.found import FoundPost, LeftOut, Read
from swarmfeed.core.archives.html_text import text_of
from swarmfeed.core.archives.json_items import items
from swarmfeed.core.archives.limits import DEPTH_MAX, XML_BYTES_MAX
from swarmfeed.core.archives.lines import bounded
from swarmfeed.core.archives.records import text_at, visible
from swarmfeed.core.archives.times import parse_iso, parse_time_of_mail

XML, JSON = "feed.xml", "feed.json"


class ArchiveOfFeed(Format):
    """Reads one file."""

    what = sentences.OF_FEED
    is_one_file = True

    def __init__(self, names: Sequence[str]) -> None:
        # Sites give out the same in both forms, side by side.
        beside = {name.rpartition("/")[0]: name for name in reversed(called(names, XML, JSON))}
        self._files = sorted(beside.values())

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._files

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the file apart.  ValueError: it is no feed, or declares a document type."""
        if self._files[0].endswith(JSON):
            return items(chunks, "items")
        return _entries(bounded(chunks, XML_BYTES_MAX))

    def read(self, record: object) -> Iterator[Read]:
        """Read one entry."""
        keys = ("title", "content_html", "content_text")
        title, html, plain = (text_at(record, key) for key in keys)
        body = plain or text_of(html)
        begins = " ".join(body.split()).startswith(" ".join(title.split()).rstrip("…."))
        text = visible("\n\n".join(part for part in ("" if begins else title, body) if part))
        try:
            time_ms = _time_ms(text_at(record, "date_published"))
        except ValueError:
            yield LeftOut(sentences.NO_TIME, text)
            return
        yield FoundPost(
            time_ms=time_ms,
            text=text,
            src=text_at(record, "url") or text_at(record, "id"),
            lang=text_at(record, "language"),
        )


def is_json_feed(head: bytes) -> bool:
    """Whether a file begins as a JSON Feed does."""
    return (
        head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
        and b"jsonfeed.org/version/" in head
    )


def is_xml_feed(head: bytes) -> bool:
    """Whether a file begins as RSS or Atom does."""
    begins = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return begins.startswith(b"<") and any(
        sign in head for sign in (b"<rss", b"<feed", b"<rdf:RDF")
    )


def _entries(chunks: Iterable[bytes]) -> Iterator[object]:
    target = _Entries()
    # What makes XML dangerous is declared in a document type, which is refused.
    parser = XMLParser(target=target)  # noqa: S314
    try:
        for chunk in chunks:
            parser.feed(chunk)
            yield from target.take()
        parser.close()
    except (ParseError, LookupError) as error:  # LookupError: an encoding that is none
        raise ValueError(f"no XML: {error}") from error


class _Entries:
    """Takes what the parser finds, and makes of each entry the keys that a JSON Feed has."""

    def __init__(self) -> None:
        self._found: list[object] = []
        self._entry: dict[str, str] | None = None
        self._field = ""
        self._parts: list[str] = []
        self._depth = 0
        """Below the entry."""

    def take(self) -> list[object]:
        """Return the entries that ended since the last time."""
        found, self._found = self._found, []
        return found

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Refuse before anything that it declares is read."""
        raise ValueError(sentences.DOCUMENT_TYPE())

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self._entry is None:
            self._entry = {} if name in ("item", "entry") else None
            return
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ValueError("nested too deeply")
        if self._depth == 1:
            self._field, self._parts = name, []
            if name == "link" and given.get("rel", "alternate") == "alternate":
                self._parts = [given.get("href", "")]
            elif name == "link":
                self._field = ""

    def data(self, text: str) -> None:
        if self._depth:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        if self._entry is None:
            return
        if self._depth == 0:
            self._found.append(self._entry)
            self._entry = None
            return
        self._depth -= 1
        if self._depth == 0:
            _take_field(self._entry, self._field, "".join(self._parts).strip())

    def close(self) -> None:
        """Nothing is left."""


def _take_field(entry: dict[str, str], name: str, text: str) -> None:
    """The better of two fields for one key wins: the whole text, and when it was first said."""
    best, second = _FIELDS
    if name in best:
        entry[best[name]] = text_of(text) if name == "title" else text
    elif name in second:
        entry.setdefault(second[name], text)


_FIELDS: Final = (
    {"guid": "id", "id": "id", "link": "url", "title": "title", "pubDate": "date_published",
     "published": "date_published", "date": "date_published", "encoded": "content_html",
     "content": "content_html"},
    {"updated": "date_published", "description": "content_html", "summary": "content_html"},
)  # fmt: skip


def _time_ms(text: str) -> int:
    """JSON Feed says RFC 3339, and some write the time of RSS."""
    try:
        return parse_iso(text)
    except ValueError:
        return parse_time_of_mail(text)
