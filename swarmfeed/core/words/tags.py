"""Hashtags in a text: one reading for the page, the index and the search (UAX #31, rule D2)."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct

from swarmfeed.core.base.limits import TAG_CHARS_MAX
from swarmfeed.core.words.characters import PARTS
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.scripts import TAG

_SIGN: Final = re.compile("[#\ufe5f\uff03]")
_ASCII_TAG: Final = re.compile(r"#(?<![a-zA-Z0-9_&/#]#)([a-zA-Z0-9_]+)")
"""What ``TAG`` is in a text of ASCII, where it need not ask what each character is."""
ENDS_LINK: Final = ' \n\t<>"'
"""Before what stands after one of these, no link goes on."""
_LINK: Final = re.compile(r"\b(?:https?|magnet|swarmfeed):[^\s<>\"]*", re.IGNORECASE)


class Tag(Struct, frozen=True, kw_only=True):
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
    find_all: Callable[[str], Iterable[Any]] = (_ASCII_TAG if text.isascii() else TAG).finditer
    links = _Links(text)
    return tuple(
        Tag(start=match.start(), end=match.end(), term=term)
        for match in find_all(text)
        if (term := _tag_term(match[1])) and not links.has(match.start())
    )


class _Links:
    """The links of a text, as one goes through it: each is looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._links = _LINK.finditer(text)
        self._begin = self._end = 0

    def has(self, at: int) -> bool:
        """Tell whether a place is inside a link; no call asks for an earlier place."""
        before = self._text[at - 1 : at]
        if not before or before in ENDS_LINK:
            return False
        while self._end <= at and (link := next(self._links, None)):
            self._begin, self._end = link.span()
        return self._begin <= at < self._end


def _tag_term(name: str) -> str:
    """Return the term of a tag, or nothing if it is none."""
    if len(name) > TAG_CHARS_MAX:
        return ""
    kept = fold(name)
    if not kept.isascii():
        kept = "".join(c for c in kept if c == "_" or PARTS[ord(c)] != " ")
    return "#" + kept if kept.replace("_", "").strip("0123456789") else ""
