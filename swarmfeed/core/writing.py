"""What a person typed, made fit for a post: cleaning, and the tags in it."""

import re
from typing import Final
from unicodedata import category, normalize

from swarmfeed.core.limits import TAG_CHARS_MAX, TAGS_MAX, TEXT_BYTES_MAX
from swarmfeed.errors import UserError

_TAG: Final = re.compile(r"(?<![\w&#/])#(\w+)")
"""A number sign at the start of a word.  Not in ``&#39;``, and not in ``page.html/#top``."""


def clean_text(text: str) -> str:
    """Return the text as it is published.

    Line ends become line feeds, other control characters and lone surrogates go, white space
    at the end goes, and the rest is brought to NFC, so that equal texts have equal bytes.

    Raises:
        UserError: Nothing is left, or more than TEXT_BYTES_MAX bytes of UTF-8 are.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in lines if _is_writable(character))
    cleaned = normalize("NFC", kept).rstrip()
    if not cleaned:
        raise UserError("The post is empty.")
    size_bytes = len(cleaned.encode("utf-8"))
    if size_bytes > TEXT_BYTES_MAX:
        raise UserError(
            f"The post is {size_bytes:,} bytes long ({len(cleaned):,} characters);"
            f" at most {TEXT_BYTES_MAX:,} bytes fit."
        )
    return cleaned


def _is_writable(character: str) -> bool:
    return character in "\n\t" or category(character) not in ("Cc", "Cs")


def find_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a text, lower case, without the number sign, each once, in order.

    A tag has at least one letter: ``#1`` is a number.  At most TAGS_MAX are returned, and
    words longer than TAG_CHARS_MAX are none.
    """
    words = (found[1].lower() for found in _TAG.finditer(text))
    tags = dict.fromkeys(word for word in words if _is_tag(word))
    return tuple(tags)[:TAGS_MAX]


def _is_tag(word: str) -> bool:
    return len(word) <= TAG_CHARS_MAX and any(character.isalpha() for character in word)
