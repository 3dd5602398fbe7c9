"""What a file is, by its first bytes: nobody's word is taken for it.

Sources: https://mimesniff.spec.whatwg.org/ (tables of 6.1 and 6.2), RFC 3533 (Ogg),
ISO 14496-12 (``ftyp``), RFC 9559 (Matroska).
"""

import re
from typing import Final

PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
"""What is decoded and made anew; anything else that calls itself a picture is a file."""

FILE: Final = "application/octet-stream"

_BY_START: Final = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"RIFF....WEBPVP8[ LX]", "image/webp"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WAVE", "audio/wav"),
    (rb"fLaC", "audio/flac"),
    (rb"ID3[\x02-\x04]", "audio/mpeg"),
    (rb"\xff[\xfb\xfa\xf3\xf2]", "audio/mpeg"),
    (rb"OggS\x00.{23}(?:\x01vorbis|OpusHead|\x7fFLAC)", "audio/ogg"),
    (rb"OggS\x00.{23}\x80theora", "video/ogg"),
    (rb"....ftypM4[AB] ", "audio/mp4"),
    (rb"....ftyp(?:isom|iso[2-9]|mp4[12]|avc1|M4V |dash|MSNV)", "video/mp4"),
    (rb"\x1aE\xdf\xa3.{0,40}\x42\x82.webm", "video/webm"),
)
_PATTERNS: Final = tuple((re.compile(start, re.DOTALL), kind) for start, kind in _BY_START)


def type_of(first: bytes) -> str:
    """Return the type of a file that a page may show or play, else ``FILE``.

    Args:
        first: Its first SNIFFED_BYTES, or all of it.
    """
    for pattern, kind in _PATTERNS:
        if pattern.match(first):
            return kind
    return FILE


def is_picture(kind: str) -> bool:
    return kind in PICTURES


def is_played(kind: str) -> bool:
    """Whether a browser plays it."""
    return kind.startswith(("audio/", "video/"))
