"""Shares of a sheet: so many of them make its seed again, fewer say nothing about it.

All is done here, offline; nothing is written.  The scheme cannot tell a wrong passphrase from
the right one: it gives another seed.  So every set of shares has a code, made of the public
key of the seed, and whoever joins them compares it.

Source: SLIP-0039, one group; the only module that imports ``shamir_mnemonic``.
"""

from base64 import b32encode
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.typed_words import WordList, make_word_list, read_sets
from swarmfeed.errors import UserError

SHARE_WORDS: Final = 33
"""Words of a share of 32 bytes: 7 of head and checksum, 26 of 10 bits each."""

SHARES_MAX: Final = 16
"""Shares of one set; the head of a share has four bits for its number."""

CODE_CHARS: Final = 8
"""Letters of the code of a sheet: 40 bits, enough against a slip, and short to copy."""


def sheet_code(seed: bytes) -> str:
    """Return what a sheet is compared by: the start of its public key, in base32."""
    start = b32encode(SigningKey(seed).public).decode("ascii").lower()[:CODE_CHARS]
    return f"{start[:4]}-{start[4:]}"


def make_shares(
    seed: bytes, *, needed: int, count: int, passphrase: str = ""
) -> tuple[str, ...]:
    """Split a seed into shares, each 33 words; they are different ones each time.

    Args:
        needed: How many make the seed again, from 2 to ``count``.
        count: How many there are, at most SHARES_MAX.
        passphrase: Without it shares give another seed; empty for none.

    Raises:
        UserError: Numbers or the passphrase are not within these bounds.
    """
    if not 2 <= needed <= count <= SHARES_MAX:
        raise UserError(sentences.SHARES_COUNT(most=SHARES_MAX, of=count))
    secret = _passphrase_bytes(passphrase)
    (shares,) = generate_mnemonics(1, [(needed, count)], seed, secret)
    return tuple(shares)


def read_shares(text: str) -> list[str]:
    """Return the shares in a text, however they were typed; one at least.

    Raises:
        UserError: As ``read_sets``.
    """
    return [" ".join(words) for words in read_sets(text, _known())]


def are_shares(text: str) -> bool:
    """Whether the words in a text are those of shares."""
    try:
        return bool(read_shares(text))
    except UserError:
        return False


def shares_needed(shares: Sequence[str]) -> int:
    """How many shares of their set are needed; those given have to be of one set.

    Raises:
        UserError: They are of several, or no shares.
    """
    return int(_one_set(shares)[0].member_threshold)


def join_shares(shares: Sequence[str], passphrase: str = "") -> bytes:
    """Return the secret of shares; with a wrong passphrase another one.

    Where more shares are given than are needed, one that does not fit is left out.

    Raises:
        UserError: Too few, of several sets, or they do not fit.
    """
    secret = _passphrase_bytes(passphrase)
    found = _one_set(shares)
    last: MnemonicError | None = None
    for some in _choices(found):
        try:
            return bytes(combine_mnemonics([share.mnemonic() for share in some], secret))
        except MnemonicError as error:
            last = error
    raise UserError(sentences.SHARES_DO_NOT_FIT()) from last


def _choices(found: Sequence[Share]) -> Iterable[Sequence[Share]]:
    if found[0].group_count > 1:  # not made here: the library says what is needed
        return [found]
    needed = found[0].member_threshold
    if len(found) < needed:
        raise UserError(sentences.SHARES_NEEDED(needed=needed, given=len(found)))
    return combinations(found, needed)


def _one_set(shares: Sequence[str]) -> list[Share]:
    """Open shares of one set, each once."""
    try:
        opened = {Share.from_mnemonic(share): share for share in shares}
    except MnemonicError as error:
        raise UserError(sentences.SHARES_DO_NOT_FIT()) from error
    sets = {
        share.group_parameters() if share.group_count == 1 else share.common_parameters()
        for share in opened
    }
    if len(sets) != 1:
        raise UserError(sentences.SHARES_OF_SEVERAL())
    return list(opened)


def _passphrase_bytes(passphrase: str) -> bytes:
    if not passphrase.isascii() or not (passphrase + "x").isprintable():
        raise UserError(sentences.SHARE_PASSPHRASE())
    return passphrase.encode("ascii")


def _fits(words: Sequence[str]) -> bool:
    try:
        Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        return False
    return True


@cache
def _known() -> WordList:
    return make_word_list(WORDLIST, count=SHARE_WORDS, fits=_fits, what=sentences.A_SHARE())
