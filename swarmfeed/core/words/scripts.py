"""What Unicode says of characters; the one door to its tables in the ``regex`` library.

The tables travel with the library, so every Python has the same ones, unlike ``unicodedata``.
"""

from collections.abc import Iterator
from typing import Final

import regex

VERSION: Final = regex.__version__
"""Of the library: another one may know more letters."""

_CJK: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Yi}\p{Tangut}\p{Nushu}"
    r"\p{Khitan_Small_Script}\u30fc\uff70"
)
_SOUTHEAST: Final = (
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Tham}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Viet}"
    r"\p{Javanese}\p{Balinese}"
)

CJK: Final = regex.compile(rf"[{_CJK}]")
"""Letters of scripts that write no blanks between words, or glue endings to them."""

SOUTHEAST: Final = regex.compile(rf"[{_SOUTHEAST}]")
"""Letters and marks of the others without blanks, where marks belong to the letter before."""

STACKER: Final = regex.compile(r"[\u1039\u17d2\u1a60\u1b44\ua9c0]")
"""Signs of these that put the next letter below the last one."""

IGNORED: Final = regex.compile(r"\p{Default_Ignorable_Code_Point}|\u2800")
"""What nobody sees in a text."""

FOLDED_MARK: Final = regex.compile(
    r"[[[\p{Inherited}\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{Syriac}"
    r"\p{Samaritan}\p{Mandaic}\u093c\u0951-\u0954\u1cd0-\u1cff\ua8e0-\ua8f1]&&\p{M}]"
    r"--[\u3099\u309a]]",
    regex.VERSION1,
)
"""Marks that a reader looking for a word leaves out: accents, points, tones of recitation.
All others are vowels, or make another letter: they stay."""

MANY_MARKS: Final = regex.compile(r"(\p{M}{30})\p{M}+")
"""More marks in a row than a text has that is made to be read (UAX #15, stream-safe format);
group 1: as many as that."""

MEANT: Final = regex.compile(
    r"(\N{WAVING BLACK FLAG}[\U000e0061-\U000e007a]+\U000e007f"
    r"|(?<=\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff]?)\u200d"
    r"(?=\p{Extended_Pictographic}))"
    r"|[\u200d\U000e0020-\U000e007f]"
)
"""Joiners and signs of regions; group 1 when they belong to a picture."""

_JOINABLE: Final = r"[\p{XID_Continue}--[\p{Latin}\p{Greek}\p{Cyrillic}\p{Common}]]"

TAG: Final = regex.compile(
    rf"(?<![\p{{XID_Continue}}--[{_CJK}{_SOUTHEAST}\ufe00-\ufe0f]])(?<![&/#\ufe5f\uff03])"
    rf"[#\ufe5f\uff03]((?:[\p{{XID_Continue}}--[\u200c\u200d]]|(?<={_JOINABLE})[\u200c\u200d](?={_JOINABLE}))++)",
    regex.VERSION1,
)
"""A hashtag by UAX #31, rule D2, with the joiners that words of some scripts need (R1a).
None follows a letter, unless blanks are not written there."""

EACH_ALONE: Final = regex.compile(
    r"[[\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}\p{GCB=Control}\p{GCB=LF}]--[\uffa0-\uffdc]]*",
    regex.VERSION1,
)
"""A text of which each code point is a character of its own, for readers and for folding."""

_GRAPHEME: Final = regex.compile(r"\X")
_LEANS: Final = regex.compile(r"[\u1160-\u11ff\ud7b0-\ud7ff\uffa0-\uffdc]")


def graphemes(text: str) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of what readers take for one character (UAX #29); they cover it."""
    return (match.span() for match in _GRAPHEME.finditer(text))


def leans(character: str) -> bool:
    """Tell letters of Hangul that may grow together with the one before, both being folded."""
    return _LEANS.match(character) is not None
