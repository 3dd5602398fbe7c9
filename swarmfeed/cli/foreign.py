"""What a file seems to be that holds no lines of posts: told by its first bytes.

People hand in what their old home gave them.  A sentence that names it says more than one
that a line is no JSON.
"""

import re
from typing import Final

from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.base.texts import Text

HEAD_BYTES: Final = 4_096
"""Bytes that are looked at: all signatures, and the first lines of a text."""

_SIGNATURES: Final[tuple[tuple[bytes, int, Text], ...]] = (
    (b"PK\x03\x04", 0, said.A_ZIP),
    (b"PK\x05\x06", 0, said.A_ZIP),
    (b"ustar", 257, said.A_TAR),
    (b"\x1f\x8b", 0, said.A_GZIP),
    (b"BZh", 0, said.A_PACKED_FILE),
    (b"\xfd7zXZ\0", 0, said.A_PACKED_FILE),
    (b"\x28\xb5\x2f\xfd", 0, said.A_PACKED_FILE),
    (b"7z\xbc\xaf\x27\x1c", 0, said.A_PACKED_FILE),
    (b"Rar!\x1a\x07", 0, said.A_PACKED_FILE),
    (b"%PDF-", 0, said.A_PDF),
    (b"\x89PNG\r\n", 0, said.A_PICTURE),
    (b"\xff\xd8\xff", 0, said.A_PICTURE),
    (b"GIF8", 0, said.A_PICTURE),
    (b"WEBP", 8, said.A_PICTURE),
    (b"ftyp", 4, said.A_FILM),
    (b"SQLite format 3\0", 0, said.A_DATABASE),
    (b"\xff\xfe", 0, said.UTF16_TEXT),
    (b"\xfe\xff", 0, said.UTF16_TEXT),
)
"""Bytes, where they stand, and what has them.  Source: the file(1) database."""

_SPELLINGS: Final[tuple[tuple[re.Pattern[bytes], Text], ...]] = (
    (re.compile(rb"window\.YTD\.|\w+\.YTD\.\w+\.part\d+ ="), said.AN_ARCHIVE_OF_X),
    (re.compile(rb'\{[^\0]{0,2000}?"orderedItems"|\{\s*"@context"'), said.AN_OUTBOX),
    (re.compile(rb"<!doctype html|<html", re.IGNORECASE), said.A_WEB_PAGE),
    (re.compile(rb"<\?xml|<rss|<feed"), said.SOME_XML),
    (re.compile(rb"\["), said.A_JSON_LIST),
    (re.compile(rb"\{\s*\n|\{(?![^\n]*\"author\")[^\n]*\n?\Z"), said.A_JSON_OBJECT),
    (re.compile(rb"[^\n{},;\t]+(?:[,;\t](?! )[^\n{},;\t]*){2,}(?:\n|\Z)"), said.A_TABLE),
)
"""How texts of other places begin, after white space; the first that fits."""


def signature_of(head: bytes) -> Text | None:
    """Return what the first bytes are the signature of; None: of nothing that is known."""
    for signature, at, what in _SIGNATURES:
        if head.startswith(signature, at):
            return what
    # UTF-16 without a mark: every other byte of ordinary text is a zero.
    return said.UTF16_TEXT if len(head) > 3 and 0 in (head[0], head[1]) else None


def spelling_of(head: bytes) -> Text | None:
    """Return what a text whose first line is no post seems to be; None: nobody can tell."""
    begins = head.lstrip()
    return next((what for pattern, what in _SPELLINGS if pattern.match(begins)), None)
