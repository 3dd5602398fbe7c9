"""How text is laid out: lines of a terminal's width, columns side by side.

What goes into a file or to another program is neither broken nor padded: it comes out as it is,
cells with a tab between.

Source: Unicode Standard Annex #11 (East Asian Width).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import category, east_asian_width

from msgspec import Struct

GAP: Final = "  "
"""Between two columns of a terminal."""

LEAST_COLUMNS: Final = 20
"""A last column that has less room than that is not broken: it would be a column of words."""

_ZERO_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})
_JOINER: Final = "\u200d"
_EMOJI_FORM: Final = "\ufe0f"
_WORDS: Final = re.compile(r" +|[^ ]+")


class Column(Struct, frozen=True, kw_only=True):
    """One column of a table."""

    title: str
    right: bool = False
    """Whether its cells stand at the right: numbers do."""


def width_of(text: str) -> int:
    """How many columns of a terminal a text without line breaks takes."""
    if text.isascii():
        return len(text)
    return sum(width for _, width in _characters(text))


def wrap(text: str, columns: int) -> list[str]:
    """Break lines at spaces, and between wide characters, so that they fit.

    A word that is longer, such as a link, stays whole.  The line breaks of ``text`` stay.
    """
    return [part for line in text.split("\n") for part in _wrap_line(line, columns)]


def cut(line: str, columns: int | None) -> str:
    """Return a line that fits, with ``…`` for what is left out; None: there is no terminal."""
    if columns is None or width_of(line) <= columns:
        return line
    shown, room = "", columns - 1
    for character, width in _characters(line):
        room -= width
        if room < 0:
            break
        shown += character
    return shown.rstrip() + "…"


def rows_side_by_side(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], terminal_columns: int | None
) -> list[str]:
    """Return the lines of a table; ``terminal_columns`` is None where no terminal shows it."""
    if terminal_columns is None:
        return ["\t".join(_one_line(cell) for cell in row) for row in rows]
    widths = [max(map(width_of, cells), default=0) for cells in zip(*rows, strict=True)]
    left = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    lines: list[str] = []
    for row in rows:
        cells = [
            _pad(cell, width, right=column.right)
            for column, cell, width in zip(columns, row, widths, strict=True)
        ]
        room = max(terminal_columns - left, LEAST_COLUMNS)
        first, *more = wrap(cells[-1].rstrip(), room) if not columns[-1].right else cells[-1:]
        lines.append(GAP.join([*cells[:-1], first]).rstrip())
        lines += [" " * left + line for line in more]
    return lines


def _one_line(cell: str) -> str:
    """A cell that holds a tab or a line break would be two."""
    return " ".join(cell.split()) if "\t" in cell or "\n" in cell else cell


def _pad(text: str, width: int, *, right: bool) -> str:
    padding = " " * (width - width_of(text))
    return padding + text if right else text + padding


def _wrap_line(line: str, columns: int) -> Iterator[str]:
    held, width = "", 0
    for piece in _pieces(line):
        piece_width = width_of(piece)
        if width + piece_width > columns and held.strip():
            yield held.rstrip()
            held, width = "", 0
            if piece.isspace():
                continue
        held, width = held + piece, width + piece_width
    yield held.rstrip()


def _pieces(line: str) -> Iterator[str]:
    """Split a line where it may be broken: at spaces, and beside each wide character."""
    for word in _WORDS.findall(line):
        held = ""
        for character, width in [(word, 0)] if word.isascii() else _characters(word):
            # What closes a sentence stays with what is before it.
            if held and width == 2 and category(character[0])[0] != "P":
                yield held
                held = ""
            held += character
        yield held


def _characters(text: str) -> Iterator[tuple[str, int]]:
    """Split into what a terminal shows as one, and how many columns it takes."""
    held, width = "", 0
    for character in text:
        if held and (_is_mark(character) or held.endswith(_JOINER)):
            held += character
            width = 2 if character == _EMOJI_FORM else width
            continue
        if held:
            yield held, width
        held, width = character, 0 if _is_mark(character) else _columns(character)
    if held:
        yield held, width


def _is_mark(character: str) -> bool:
    return category(character) in _ZERO_WIDTH or "\u1160" <= character <= "\u11ff"


def _columns(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1
