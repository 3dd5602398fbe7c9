"""Lists of feeds that other readers write: OPML 1 and 2 (opml.org/spec2.opml).

XML is read by expat alone, which opens nothing; what declares a document type is refused.
Writing is ``core.exports.people.opml``.
"""

from xml.etree.ElementTree import ParseError, XMLParser

from msgspec import Struct

from swarmfeed.core.archives import sentences as archives
from swarmfeed.core.archives.limits import DEPTH_MAX
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.limits import OPML_BYTES_MAX, OUTLINES_MAX
from swarmfeed.core.webfeeds.plain import plain_line
from swarmfeed.errors import UserError


class Outline(Struct, frozen=True, kw_only=True):
    """One feed of a list."""

    url: str
    """As it stands there."""
    title: str


def read_opml(text: str) -> tuple[Outline, ...]:
    """Return all that have an address, folders or not, in their order.

    Raises:
        UserError: It is no OPML, or more of it than is read.
    """
    raw = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if len(raw) > OPML_BYTES_MAX:
        raise UserError(sentences.NO_OPML(reason=archives.TOO_LONG_A_FILE()))
    outlines = _Outlines()
    # What makes XML dangerous is declared in a document type, which is refused.  It is text
    # already, whatever encoding it says it has.
    parser = XMLParser(target=outlines, encoding="utf-8")  # noqa: S314
    try:
        parser.feed(raw)
        parser.close()
    except (ParseError, ValueError) as error:
        raise UserError(sentences.NO_OPML(reason=error)) from error
    if not outlines.is_opml:
        raise UserError(sentences.NO_OPML(reason="<opml>"))
    return tuple(outlines.found)


class _Outlines:
    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self._depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Refuse before anything that it declares is read."""
        raise ValueError(archives.DOCUMENT_TYPE())

    def start(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ValueError("nested too deeply")
        name = tag.rpartition("}")[2].lower()
        if self._depth == 1:
            self.is_opml = name == "opml"
        keys = {key.lower(): value for key, value in given.items()}
        url = keys.get("xmlurl", "").strip()
        if name == "outline" and url:
            if len(self.found) == OUTLINES_MAX:
                raise ValueError(archives.TOO_LONG_A_FILE())
            said = keys.get("title") or keys.get("text") or ""
            self.found.append(Outline(url=url, title=plain_line(said)))

    def end(self, tag: str) -> None:
        self._depth -= 1

    def close(self) -> None:
        """Nothing is left."""
