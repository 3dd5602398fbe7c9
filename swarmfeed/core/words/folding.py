"""One folding for all that is looked for: what a reader takes for the same, has the same fold.

Case, width, ligatures and the like go (NFKC, case folding); marks go where readers leave them
out, and stay where they are vowels; some letters are spelled as people type them: straße
strasse, Łódź lodz, ё е.  Digits of all scripts are ASCII ones, punctuation is a blank.

Sources: Unicode's NFKC and CaseFolding; for what goes beyond them the normalizers of Apache
Lucene (ASCIIFolding, Arabic, Persian, Hindi) and ADR 0024.
"""

import re
from typing import Final
from unicodedata import is_normalized, normalize, unidata_version

from swarmfeed.core.words.characters import FOLDED
from swarmfeed.core.words.scripts import MANY_MARKS, MEANT, VERSION

FOLDING: Final = f"3/{unidata_version}/{VERSION}"
"""Names what the folds are made by: an index of other folds finds nothing, and is made anew."""

_ONLY_LATIN: Final = re.compile("[\x00-\u024f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e]*")
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]")
_MAY_BE_MEANT: Final = re.compile("[\u200d\U000e0020-\U000e007f]")

# Hindi writes a nasal before a consonant of its place as a letter or as a sign: हिन्दी, हिंदी.
_NASAL: Final = re.compile("न्|ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|म्(?=[प-भ])")
_NASAL_SIGN: Final = "\u0902"

# Thai and Lao am is one sign, or two of which the first stands before the tone or behind it.
_AM_BEFORE_TONE: Final = re.compile("([\u0e4d\u0ecd])([\u0e48-\u0e4b\u0ec8-\u0ecb]+)")


def fold(text: str) -> str:
    """Return the fold of a text; the fold of a fold is itself.

    Texts that are canonically equivalent (NFC, NFD) have equal folds, as long as no letter
    carries more marks than Unicode's stream-safe text has.
    """
    if text.isascii():
        return text.lower()
    if _ONLY_LATIN.fullmatch(text):
        return _NOT_ASCII.sub(_fold_match, text).lower()
    return _fold_any(text)


def name_key(name: str) -> str:
    """Return what a name is found by: its fold, with single blanks."""
    return " ".join(fold(name).split())


def _fold_match(match: re.Match[str]) -> str:
    return FOLDED[ord(match[0])]


def _fold_any(text: str) -> str:
    if _MAY_BE_MEANT.search(text):
        text = MEANT.sub(lambda match: match[1] or "", text)
    plain = _compose(_compose(text).translate(FOLDED))
    return _AM_BEFORE_TONE.sub(r"\2\1", _NASAL.sub(_NASAL_SIGN, plain))


def _compose(text: str) -> str:
    """NFC; marks that nobody reads are left out: to order them takes the square of how many."""
    if is_normalized("NFC", text):
        return text
    return normalize("NFC", MANY_MARKS.sub(r"\1", text))
