"""Hashtags in a text: one reading for the page, the index and the search (UAX #31, rule D2)."""

import re
from dataclasses import dataclass
from typing import Final

from swarmfeed.core.base.limits import TAG_CHARS_MAX
from swarmfeed.core.words.characters import PARTS
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.scripts import TAG

_SIGN: Final = re.compile("[#\ufe5f\uff03]")
_LINK: Final = re.compile(r"\b(?:https?|magnet|swarmfeed):[^\s<>\"]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A hashtag, as ``text[start:end]``."""

    start: int
    end: int
    term: str
    """What it is found by: ``#`` and the fold of its letters, digits and low lines."""


def find_tags(text: str) -> tuple[Tag, ...]:
    """Return the hashtags of a text, in order.

    None is inside a link, none is a number alone, and none is longer than TAG_CHARS_MAX.
    """
    if not _SIGN.search(text):
        return ()
    links = [match.span() for match in _LINK.finditer(text)]
    found: list[Tag] = []
    for match in TAG.finditer(text):
        start, end = match.span()
        term = _tag_term(match[1])
        if term and not any(low <= start < high for low, high in links):
            found.append(Tag(start=start, end=end, term=term))
    return tuple(found)


def _tag_term(name: str) -> str:
    """Return the term of a tag, or nothing if it is none."""
    if len(name) > TAG_CHARS_MAX:
        return ""
    kept = "".join(c for c in fold(name) if c == "_" or PARTS[ord(c)] != " ")
    return "#" + kept if kept.replace("_", "").strip("0123456789") else ""
