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
from swarmfeed.core.base.typed_words import WordList, make_word_list, read_sets

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
