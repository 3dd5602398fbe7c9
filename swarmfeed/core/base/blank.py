"""What names are made of: what can be seen, and nothing that makes a line another one."""

from typing import Final
from unicodedata import category

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Categories of which nothing is seen where no letter carries it.  Characters that this
Python does not know yet are not among them: they may be the emoji of next year."""

_FILLERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols that are drawn as nothing: fillers of Hangul and Khmer (they are
default ignorable, UAX 44), the braille pattern without a dot, the note without a head."""

_NOT_IN_NAMES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories that end a line, turn its direction, or are no text."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Words of Persian and Hindi need them, and pictures of families."""

_TAGS: Final = range(0xE0000, 0xE1000)
"""The plane of tags and variation selectors: default ignorable, assigned or not."""


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: white space, fillers, joiners, variation selectors."""
    return all(map(_is_unseen, text))


def seen_name(name: str) -> str:
    """Return a name, empty where nothing of it can be seen: then it is as good as none."""
    return "" if is_blank(name) else name


def is_one_line(name: str) -> bool:
    """Whether it holds no line ends, controls, turns of direction or half characters.

    Blanks of all scripts, joiners and what this Python does not know yet are welcome.
    """
    return not any(map(_is_stray, name))


def _is_stray(character: str) -> bool:
    is_meant = character in _JOINERS or ord(character) in _TAGS
    return category(character) in _NOT_IN_NAMES and not is_meant


def _is_unseen(character: str) -> bool:
    return (
        character in _FILLERS
        or category(character) in _UNSEEN
        or ord(character) in _TAGS
        or character == "\u2065"
    )
