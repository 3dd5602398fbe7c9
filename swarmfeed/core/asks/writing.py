"""Writing: what a person typed, made fit for a post, and how it is handed over."""

import re
from typing import Final, NamedTuple, Self
from unicodedata import normalize

from msgspec import Struct

from swarmfeed.core.asks import input_sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.utf8 import require_visible
from swarmfeed.core.base.limits import (
    IMPORT_BYTES_MAX,
    LANG_CHARS_MAX,
    TEXT_BYTES_MAX,
    TIME_MS_MAX,
    WARNING_CHARS_MAX,
)
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.words.query import LANGUAGE
from swarmfeed.errors import UserError


class OldPost(NamedTuple):
    """A post of another place: ``[time_ms, text]``, or ``[time_ms, text, earlier]``."""

    time_ms: int
    text: str
    earlier: int = 0
    """How many equal ones stood in the batches before this one."""

    def as_json(self) -> list[object]:
        return list(self) if self.earlier else [self.time_ms, self.text]

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Raises UserError when it is no such pair."""
        match value:
            case [int(time_ms), str(text)] if _is_whole(time_ms):
                return cls(time_ms, text)
            case [int(time_ms), str(text), int(earlier)] if _is_whole(time_ms, earlier):
                return cls(time_ms, text, earlier)
        raise UserError(f'Each of "posts" has to be {cls.described()}.')

    @staticmethod
    def described() -> str:
        return "[time_ms, text]"

    @staticmethod
    def json_schema() -> dict[str, object]:
        time_ms = {"type": "integer", "minimum": 0, "maximum": TIME_MS_MAX}
        earlier = {"type": "integer", "minimum": 0, "default": 0}
        items = [time_ms, {"type": "string"}, earlier]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": 2}


def _is_whole(*numbers: int) -> bool:
    # True is an int for isinstance, and no time.
    return not any(isinstance(each, bool) for each in numbers) and all(
        0 <= each <= TIME_MS_MAX for each in numbers
    )


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did."""

    read: int
    imported: int
    already_there: int
    skipped: tuple[str, ...] = ()
    """One line for each skipped record, with its line number and the reason."""


class OwnFeed(Struct, frozen=True, kw_only=True):
    """Whether this device may write, as far as its own feed goes."""

    standing: str
    """``signs``, ``waits`` while entries are missing, ``ended`` for good."""
    sentence: str
    """Why nothing can be written, and what to do next; empty while something can."""
    missing_start: int
    missing_end: int
    """Entries [start, end) were signed and are not here."""


class HowIsMyFeed(Ask[OwnFeed], frozen=True, kw_only=True):
    """Whether this device may write, and what to do where it may not."""

    name = "own-feed"


class WritePost(Ask[PostView], frozen=True, kw_only=True):
    """Sign and store a post.  When it is answered, the post survives a power cut."""

    name = "post"
    changes = True
    makes = True

    text: str
    reply_to: str = ""
    """The post it answers, named as ``show`` takes it; empty for none."""
    key: str = ""
    """Names this wish, with 1 to 64 visible ASCII characters, new for each: with the same key
    the same post is published once, and answered each time.  The header Idempotency-Key says
    the same.  Empty: it is a wish of its own."""
    again: bool = True
    """Whether it may say what the newest own post says, within an hour of it."""
    to: str = ""
    """The circle whose people can read it; empty: everybody, or who reads what it answers."""
    quote: str = ""
    """The post it quotes, named as ``show`` takes it; empty for none."""
    cw: str | None = None
    """Content warning, on one line; empty: none, null: the one of what it answers."""
    lang: str = ""
    """Its language as RFC 5646 names it, ``de`` or ``pt-BR``; empty: unsaid."""
    media: tuple[Attached, ...] = ()
    """Pictures and files that go with it, four at most, handed over by ``upload`` before."""


class Beside(Struct, frozen=True, kw_only=True):
    """What stands in a post beside its text and what it answers."""

    quote: EntryRef | None = None
    cw: str = ""
    lang: str = ""
    attached: tuple[Attached, ...] = ()
    """Files that go with it."""

    def spelled(self) -> bytes:
        """What tells two wishes apart, as bytes: all but files; empty when there is nothing."""
        if not (self.quote or self.cw or self.lang):
            return b""
        place = b"" if self.quote is None else self.quote.feed_id + self.quote.entry_hash
        return b"\0".join([place, self.cw.encode("utf-8"), self.lang.encode("utf-8")])


NOTHING_BESIDE: Final = Beside()


class ImportPosts(Ask[ImportReport], frozen=True, kw_only=True):
    """Append posts with their original times; those already there are left out.

    Refused while something of what the author wrote on other devices is not here.
    """

    name = "import"
    changes = True
    bytes_max = IMPORT_BYTES_MAX

    posts: tuple[OldPost, ...]
    """One batch of an import."""
    anyway: bool = False
    """Go on though not all of the author's feeds are here: what is in them may stand twice."""


_THE_POST: Final = input_sentences.THE_POST()
_THE_WARNING: Final = input_sentences.THE_WARNING()
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x85]")
"""Besides the line feed: of other systems, and of programs that lay out pages (UAX 14, BK)."""


def plain_lines(text: str) -> str:
    """Return a text whose lines end in line feeds, as those of a post do."""
    return _LINE_ENDS.sub("\n", text)


def clean_text(text: str) -> str:
    """Return the text as it is published.

    Line ends become line feeds, white space at the end goes, and the rest is brought to NFC,
    so that equal texts have equal bytes.

    Raises:
        UserError: Nothing is left, or more than TEXT_BYTES_MAX bytes of UTF-8 are, or what is
            no text (``core.asks.utf8``) is in it.
    """
    lines = require_visible(plain_lines(text), _THE_POST)
    cleaned = normalize("NFC", lines).rstrip()
    if not cleaned:
        raise UserError("The post is empty.")
    size_bytes = len(cleaned.encode("utf-8"))
    if size_bytes > TEXT_BYTES_MAX:
        raise UserError(
            f"The post is {size_bytes:,} bytes long ({len(cleaned):,} characters);"
            f" at most {TEXT_BYTES_MAX:,} bytes fit."
        )
    return cleaned


def clean_warning(typed: str) -> str:
    """Return a content warning as it is published: on one line.  Raises UserError."""
    warning = " ".join(normalize("NFC", typed).split())
    if not warning:
        return ""
    require_visible(warning, _THE_WARNING)
    if len(warning) > WARNING_CHARS_MAX:
        raise UserError(input_sentences.WARNING_TOO_LONG(most=WARNING_CHARS_MAX))
    return warning


def warning_of(typed: str | None, answered: PostView | None) -> str:
    """Return the content warning of a post: who says nothing takes that of what it answers."""
    if typed is None:
        return answered.cw if answered is not None else ""
    return clean_warning(typed)


def clean_language(typed: str) -> str:
    """Return a language as it is published.  Raises UserError: it names none."""
    lang = typed.strip()
    if lang and not (LANGUAGE.fullmatch(lang.lower()) and len(lang) <= LANG_CHARS_MAX):
        raise UserError(input_sentences.NO_LANGUAGE(typed=lang))
    return lang
