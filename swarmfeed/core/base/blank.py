"""Whether anything of a text can be seen: a name of blank characters alone is no name."""

from typing import Final
from unicodedata import category

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Categories of which nothing is seen where no letter carries it.  Characters that this
Python does not know yet are not among them: they may be the emoji of next year."""

_FILLERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that are drawn as nothing: fillers of Hangul and Khmer (they are
default ignorable, UAX 44), and the braille pattern without a dot."""

_TAGS: Final = range(0xE0000, 0xE1000)
"""The plane of tags and variation selectors: default ignorable, assigned or not."""


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: white space, fillers, joiners, variation selectors."""
    return all(map(_is_unseen, text))


def seen_name(name: str) -> str:
    """Return a name, empty where nothing of it can be seen: then it is as good as none."""
    return "" if is_blank(name) else name


def _is_unseen(character: str) -> bool:
    return (
        character in _FILLERS
        or category(character) in _UNSEEN
        or ord(character) in _TAGS
        or character == "\u2065"
    )
