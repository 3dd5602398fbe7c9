"""How long a post is to read, and its first lines where many posts stand in a list."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

LINE_COLUMNS: Final = 50
"""Columns of a line between a phone's and a wide window's."""

LONG_LINES: Final = 18
"""A post of more lines is shown in part among others: two of them fill a screen."""

SHOWN_LINES: Final = 12
"""Of a long post so many lines are shown: enough to know whether to read on, and so few that
never only a line or two are left out."""

COLUMNS_A_MINUTE: Final = 1_200
"""Some 200 words of English, or 600 characters of Chinese."""

CHARACTERS_KEPT: Final = 4_096
"""Characters whose width is remembered: more than people write in a day's posts."""


def is_long(text: str, columns: int = LINE_COLUMNS) -> bool:
    """Whether a post takes more lines than a list should give it."""
    # A line that is full has half as many characters at least: most posts need no measuring.
    if 1 + text.count("\n") + 2 * len(text) // (columns - 1) <= LONG_LINES:
        return False
    return any(number > LONG_LINES for number, _ in enumerate(_rows(text, columns), 1))


def excerpt(text: str, columns: int = LINE_COLUMNS) -> tuple[str, int]:
    """Return the first lines of a long post, and how many more there are; 0: it is whole."""
    rows = list(_rows(text, columns))
    if len(rows) <= LONG_LINES:
        return text, 0
    return text[: rows[SHOWN_LINES]].rstrip(), len(rows) - SHOWN_LINES


def reading_minutes(text: str) -> int:
    """About how many minutes a text takes to read, at least one."""
    return max(round(columns_of(text) / COLUMNS_A_MINUTE), 1)


def columns_of(text: str) -> int:
    """Columns of a terminal that a text takes in one line."""
    if text.isascii():
        return len(text)
    return sum(count * _width(character) for character, count in Counter(text).items())


def _rows(text: str, columns: int) -> Iterator[int]:
    """Yield where each line begins that the text takes at this width."""
    begin = 0
    for line in text.split("\n"):
        yield begin
        yield from (begin + at for at in _breaks(line, columns))
        begin += len(line) + 1


def _breaks(line: str, columns: int) -> Iterable[int]:
    """Where a line goes on below."""
    if line.isascii():
        return range(columns, len(line), columns)
    return _breaks_between(line, columns)


def _breaks_between(line: str, columns: int) -> Iterator[int]:
    """The same where characters are of several widths."""
    used = 0
    for at, character in enumerate(line):
        used += _width(character)
        if used > columns:
            used = _width(character)
            yield at


@lru_cache(maxsize=CHARACTERS_KEPT)
def _width(character: str) -> int:
    """Columns of a terminal that a character takes; Chinese and Japanese take two."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
