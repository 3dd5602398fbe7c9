"""The 24 backup words of a seed.

They encode the 32-byte seed itself (BIP-39 English, reversible), not the stretched seed that
wallets derive.

Source: BIP-39.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from swarmfeed.core.base import word_sentences
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.typed_words import (
    WORD_CHARS_SHOWN,
    WordList,
    either,
    make_word_list,
    read_sets,
    words_near,
)

WORD_COUNT: Final = 24
"""Words of a 32-byte seed: 256 bits and 8 bits of checksum, 11 bits in a word."""


def words_of_seed(seed: bytes) -> str:
    """Return the 24 backup words of a 32-byte seed, with single spaces."""
    if len(seed) != KEY_BYTES:
        raise ValueError(f"seed is {len(seed)} bytes, not {KEY_BYTES}")
    return _mnemonic().to_mnemonic(seed)


def seed_of_words(text: str) -> bytes:
    """Return the seed of the backup words in a text, however they were typed.

    Of a file with several sheets it is the first.

    Raises:
        UserError: As ``read_sets``.
    """
    return seeds_of_words(text)[0]


def seeds_of_words(text: str) -> list[bytes]:
    """Return the seeds of all sheets in a text, in their order; one at least.

    Raises:
        UserError: As ``read_sets``.
    """
    sheets = read_sets(text, _known())
    return [bytes(_mnemonic().to_entropy(list(words))) for words in sheets]


def what_is_wrong(typed: str, word: str) -> str:
    """Say what is wrong with one word that was typed from paper; empty when it is ``word``."""
    found = " ".join(typed.split()).casefold()
    if _known().word_of(found) == word:
        return ""
    if not found:
        return word_sentences.WORD_MISSING()
    if _known().word_of(found) is not None:
        return word_sentences.OTHER_WORD()
    near = words_near(found[:WORD_CHARS_SHOWN], _known())
    if not near:
        return word_sentences.NO_SUCH_WORD()
    return word_sentences.NO_SUCH_WORD_NEAR(near=either(near))


def is_backup_word(word: str) -> bool:
    """Whether a word is in the list from which sheets are made."""
    return _known().word_of(word) == word


def _fits(words: Sequence[str]) -> bool:
    return _mnemonic().check(" ".join(words))


@cache
def _known() -> WordList:
    return make_word_list(
        _mnemonic().wordlist, count=WORD_COUNT, fits=_fits, what=word_sentences.THE_SHEET()
    )


@cache
def _mnemonic() -> Mnemonic:
    # Reads a file of the library, once: a constant that happens not to be Python.
    return Mnemonic("english")
