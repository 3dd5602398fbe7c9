"""Pictures and files of posts, as a reader sees them, and what is asked of them."""

from typing import Annotated, Final
from unicodedata import normalize

import regex
from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare, Whole
from swarmfeed.core.asks.utf8 import require_visible
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.limits import ALT_CHARS_MAX, FILE_NAME_CHARS_MAX, MEDIA_MAX
from swarmfeed.core.media import sentences as media_sentences
from swarmfeed.core.media.limits import ALT_GRAPHEMES_MAX
from swarmfeed.errors import UserError

GRAPHEMES: Final = regex.compile(r"\X").findall

HERE: Final = "here"
COMING: Final = "coming"
"""It is being fetched."""
AWAY: Final = "away"
"""It is not on this machine."""
UNREADABLE: Final = "unreadable"
"""It is here, and is no picture that can be shown."""

WHOLE: Final = "whole"
SMALL: Final = "small"
FILE: Final = "file"

UPLOAD_BYTES_MAX: Final = 1_500_000
"""Longest request with a part of a file: a mebibyte in base64."""


class MediumView(Struct, frozen=True, kw_only=True):
    """A picture, sound, film or file of a post."""

    id: Hash
    """Its pieces root (BEP 52)."""
    type: str
    """What its author says it is, such as ``image/jpeg``."""
    size_bytes: int
    state: str = AWAY
    """``here``, ``coming``, ``away`` or ``unreadable``."""
    alt: Annotated[str, Spare()] = ""
    """What it shows, in words; left out when nobody said."""
    width: Annotated[int, Spare()] = 0
    height: Annotated[int, Spare()] = 0
    """In pixels, as its author says; left out when unknown."""
    file_name: Annotated[str, Spare()] = ""
    """How it was called; left out for pictures."""
    named: bytes = b""
    """As the post names it: docs/FORMAT.md 21."""

    @property
    def is_picture(self) -> bool:
        return self.type.startswith("image/")


class Attached(Struct, frozen=True, kw_only=True):
    """A file that was handed over by ``upload``, and is to go with a post."""

    upload: str
    """What ``upload`` answered."""
    alt: str = ""
    """What it shows, in words."""
    file_name: str = ""
    """How it is called; of pictures nobody is told."""


class HandedFile(Struct, frozen=True, kw_only=True):
    """A file that was handed over, and stands in no post yet."""

    upload: str
    """What ``upload`` answered."""
    state: str
    """``here``, or ``away``: another own device has it, or nobody any more."""
    type: str = ""
    """By its first bytes; empty when unknown."""
    size_bytes: int = 0
    alt: str = ""
    """What it shows, in words, as far as a draft says."""
    file_name: str = ""
    """How it is called, in the same way."""

    @property
    def is_here(self) -> bool:
        return self.state == HERE

    @property
    def is_picture(self) -> bool:
        return self.type.startswith("image/")


class HandedOver(Ask[HandedFile], frozen=True, kw_only=True):
    """How it is with a file that was handed over by ``upload``."""

    name = "handed-over"

    upload: str
    """What ``upload`` answered."""


class Uploaded(Struct, frozen=True, kw_only=True):
    """A file that is being handed over."""

    upload: str
    """Names it for the next part, and for the post."""
    size_bytes: int
    """How much of it is here."""


class Upload(Ask[Uploaded], frozen=True, kw_only=True):
    """Hand over a file for a post, part by part, a mebibyte each at most."""

    name = "upload"
    changes = True
    bytes_max = UPLOAD_BYTES_MAX

    data: bytes
    """The next bytes of the file."""
    upload: str = ""
    """What the first part was answered with; empty: this is the first part."""


class CodeLink(Struct, frozen=True, kw_only=True):
    """What a QR code in a picture says."""

    link: str
    """Of a person; whether it is mistyped shows when it is looked at."""


class ReadCode(Ask[CodeLink], frozen=True, kw_only=True):
    """Read the link in a picture of a QR code; the picture is not kept."""

    name = "read-code"
    changes = True

    upload: str
    """What ``upload`` answered when the picture was handed over."""


class FetchMedium(Ask[MediumView], frozen=True, kw_only=True):
    """Fetch a picture or file of a post, unless it is here."""

    name = "fetch-medium"
    changes = True

    ref: str
    """The post: its public id, ``<feed address>/<index>``, or the hex of its hash."""
    number: Annotated[int, Whole(first=1, last=MEDIA_MAX)] = 1
    """Which of them, from 1."""


class MediumFile(Struct, frozen=True, kw_only=True):
    """A file on this machine that may be shown."""

    type: str
    """By its first bytes; ``application/octet-stream`` is not shown but saved."""
    path: str
    """Where it lies, readable for this user alone; empty where it lies nowhere."""
    data: bytes
    """Its bytes, where they may lie in no file."""


class ShowMedium(Ask[MediumFile], frozen=True, kw_only=True):
    """A picture or file that is here, as it may be shown; a 400 when it is not."""

    name = "medium"

    id: Hash
    form: str = WHOLE
    """Of a picture ``whole`` or ``small``, made anew here; of others ``file``."""


class ShowHanded(Ask[MediumFile], frozen=True, kw_only=True):
    """A picture that was handed over, made anew here; a 400 when it is none."""

    name = "handed-picture"

    upload: str
    """What ``upload`` answered."""


class MediaStatus(Struct, frozen=True, kw_only=True):
    """Pictures and files on this machine."""

    own: int
    own_bytes: int
    others: int
    others_bytes: int
    disk_bytes: int
    """How much of the disk is for those of others."""
    fetched_bytes: int
    """Those of people one follows come by themselves up to this size."""


class HowIsMedia(Ask[MediaStatus], frozen=True, kw_only=True):
    """How many pictures and files are on this machine."""

    name = "media"


def clean_file_name(name: str) -> str:
    """What a file is called: no folders, nothing that is not seen."""
    last = normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[-FILE_NAME_CHARS_MAX:]


def clean_alt(alt: str) -> str:
    """Return a description as it is published.  UserError when it is too long, or no text."""
    cleaned = normalize("NFC", require_visible(alt, media_sentences.THE_DESCRIPTION())).strip()
    letters = len(GRAPHEMES(cleaned))
    if letters > ALT_GRAPHEMES_MAX or len(cleaned) > ALT_CHARS_MAX:
        raise UserError(media_sentences.ALT_TOO_LONG(letters=letters, most=ALT_GRAPHEMES_MAX))
    return cleaned
