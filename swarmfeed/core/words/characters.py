"""Single characters: what each is folded to, and what part it plays in a word.

Both are tables for ``str.translate`` that fill themselves as characters are met.
"""

import unicodedata
from collections.abc import Callable
from typing import Final

from swarmfeed.core.words.scripts import CJK, FOLDED_MARK, IGNORED, SOUTHEAST, STACKER

CHARACTERS_KEPT_MAX: Final = 20_000
"""Characters whose fold is remembered: enough for living languages; some 100 bytes each."""

APOSTROPHE: Final = "'"

_SPELLED: Final = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i",
    "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "æ": "ae", "œ": "oe", "þ": "th",
    "\u02bb": "", "\u02bc": "", "\u2019": APOSTROPHE, "\u2044": " ",
    # Cyrillic: ё and accents are left out in print; й, ї and ў are letters.
    "ё": "е", "ѐ": "е", "ѝ": "и",
    # Hebrew: pairs of Yiddish.
    "\u05f0": "\u05d5\u05d5", "\u05f1": "\u05d5\u05d9", "\u05f2": "\u05d9\u05d9",
    # Arabic, Persian, Urdu: alef and what it carries; forms of yeh, heh and kaf that differ
    # by keyboard or place; the line that stretches words.
    "\u0671": "\u0627", "\u0672": "\u0627", "\u0673": "\u0627", "\u0675": "\u0627",
    "\u0649": "\u064a", "\u06cc": "\u064a", "\u0629": "\u0647", "\u06c3": "\u0647",
    "\u06c0": "\u0647", "\u06c1": "\u0647", "\u06c2": "\u0647", "\u06a9": "\u0643",
    "\u06aa": "\u0643", "\u0640": "",
    # Hindi: the two signs of a nasal vowel.
    "\u0901": "\u0902",
    # Malayalam and Bengali: letters without a vowel that are also written in two signs.
    "\u0d7a": "\u0d23\u0d4d", "\u0d7b": "\u0d28\u0d4d", "\u0d7c": "\u0d30\u0d4d",
    "\u0d7d": "\u0d32\u0d4d", "\u0d7e": "\u0d33\u0d4d", "\u0d7f": "\u0d15\u0d4d",
    "\u09ce": "\u09a4\u09cd",
}  # fmt: skip
"""Letters that Unicode keeps apart and readers do not."""

_AS_IS: Final = frozenset("\u200d\u2120\u2122\u3297\u3299")
"""Signs that compatibility would take for letters, and glue to the word before."""


class _Table(dict[int, str]):
    """What a function says of each character; remembered for those that came first."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, code: int) -> str:
        answer = self._function(chr(code))
        if len(self) < CHARACTERS_KEPT_MAX:
            self[code] = answer
        return answer


_RANGES: Final = (
    ("z", "\u200d", "\u200d"),
    ("m", "\u3099", "\u309a"),  # voices of Kana
    ("r", "\U0001f1e6", "\U0001f1ff"),
    ("s", "\U0001f3fb", "\U0001f3ff"),  # tones of skin
    ("t", "\U000e0020", "\U000e007f"),
)


def part_of(character: str) -> str:
    """Tell the part that a folded character plays.

    ``a`` a letter or mark of a script with blanks, ``c`` a Cyrillic one, ``d`` a digit,
    ``k`` a letter of a script without blanks, ``n`` one that takes marks, ``m`` such a mark,
    ``j`` a stacker, ``s`` a symbol, ``z`` a joiner of symbols, ``r`` half a flag, ``t`` the
    name of a flag's region; ``' # + .`` themselves; a blank for all that parts words.
    """
    if character.isascii():
        return character if character in "'#+." else _ascii_part(character)
    found = [part for part, low, high in _RANGES if low <= character <= high]
    if found:
        return found[0]
    return "j" if STACKER.match(character) else _letter_part(character)


def _ascii_part(character: str) -> str:
    return "d" if character.isdigit() else "a" if character.isalpha() else " "


def _letter_part(character: str) -> str:
    category = unicodedata.category(character)
    is_word = category[0] in "LMN"
    # Letters of a Unicode newer than this Python's are unassigned to it, and known to regex.
    if CJK.match(character) and (is_word or category == "Cn"):
        return "k"
    if is_word and SOUTHEAST.match(character):
        return "m" if category[0] == "M" else "n"
    if is_word:
        return "c" if "\u0400" <= character <= "\u052f" else "a"
    return "s" if category in ("So", "Sm", "Sc", "Co", "Cn") else " "


def folded(character: str) -> str:
    """Fold one character of NFC text: to none, one or more."""
    if character in _AS_IS or "\U0001f200" <= character <= "\U0001f2ff":
        return character
    if "\U000e0020" <= character <= "\U000e007f":
        return character
    if IGNORED.match(character):
        return ""
    if character in _SPELLED:
        return _SPELLED[character]
    if "\u0400" <= character <= "\u052f":
        small = character.casefold()
        return "".join(_SPELLED.get(each, each) for each in small if not _is_folded(each))
    plain = _decompose(_decompose(character).casefold())
    spelled = unicodedata.normalize("NFC", "".join(_spell(each) for each in plain))
    return spelled.strip() if unicodedata.category(character)[0] == "L" else spelled


def _decompose(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not _is_folded(each))


def _is_folded(character: str) -> bool:
    return FOLDED_MARK.match(character) is not None


def _spell(character: str) -> str:
    if character.isascii():
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    if "\u30a1" <= character <= "\u30f6" or character in "\u30fd\u30fe":
        return chr(ord(character) - 0x60)  # Katakana as Hiragana
    return " " if PARTS[ord(character)] == " " else character


FOLDED: Final = _Table(folded)
PARTS: Final = _Table(part_of)
BLANKED: Final = _Table(lambda each: " " if PARTS[ord(each)] in " '#+." else each)
"""Blanks for all that parts words."""
