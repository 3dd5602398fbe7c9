"""Ed25519 keys and their backup words.  The only module that signs and verifies with ``nacl``.

Seeds come in as arguments: nothing here rolls dice.  The words encode the 32-byte seed itself
(24 words of BIP-39 English, reversible), not the stretched seed that wallets derive.

Sources: RFC 8032 (Ed25519), BIP-39 (words).
"""

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Final

import nacl.exceptions
from mnemonic import Mnemonic
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.errors import BadSignatureError, UserError

WORD_COUNT: Final = 24
"""Words of a 32-byte seed: 256 bits and 8 bits of checksum, 11 bits in a word."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; its secret parts stay out of ``repr``."""

    seed: bytes = field(repr=False)
    """32 secret bytes (the private key of RFC 8032)."""

    public: bytes = field(init=False)
    """32 bytes; the id of the author, feed or node."""

    _secret: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != KEY_BYTES:
            raise ValueError(f"seed is {len(self.seed)} bytes, not {KEY_BYTES}")
        public, secret = crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "public", public)
        object.__setattr__(self, "_secret", secret)

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes; equal messages give equal signatures."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Check that the owner of ``public`` signed ``message``.

    Keys of small order, and signatures with an S that is not reduced, are refused by
    libsodium: a signature has one spelling only.

    Raises:
        BadSignatureError: Not so, or a length is wrong.
    """
    # libsodium reads 32 and 64 bytes whatever it is given.
    if len(public) != KEY_BYTES:
        raise BadSignatureError(f"public key is {len(public)} bytes, not {KEY_BYTES}")
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignatureError(f"signature is {len(signature)} bytes, not {SIGNATURE_BYTES}")
    try:
        crypto_sign_open(signature + message, public)
    except nacl.exceptions.CryptoError as error:
        raise BadSignatureError("signature does not verify") from error


def words_of_seed(seed: bytes) -> str:
    """Return the 24 backup words of a 32-byte seed, with single spaces."""
    if len(seed) != KEY_BYTES:
        raise ValueError(f"seed is {len(seed)} bytes, not {KEY_BYTES}")
    return _word_list().to_mnemonic(seed)


def seed_of_words(text: str) -> bytes:
    """Return the seed that backup words encode; case and white space do not matter.

    Raises:
        UserError: Not 24 words, a word that is not in the list, or a wrong checksum.
    """
    words = text.lower().split()
    if len(words) != WORD_COUNT:
        raise UserError(f"There are {len(words)} words; the backup has {WORD_COUNT}.")
    known = _word_list().wordlist
    for number, word in enumerate(words, start=1):
        if word not in known:
            raise UserError(_explain_unknown(number, word, known))
    try:
        return bytes(_word_list().to_entropy(words))
    except ValueError as error:
        raise UserError(
            "Every word exists, but together they do not fit: a word is wrong,"
            " or two stand in the wrong order."
        ) from error


def _explain_unknown(number: int, word: str, known: list[str]) -> str:
    near = get_close_matches(word[:16], known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'Word {number}, "{word[:16]}", is not one of the backup words.{hint}'


@cache
def _word_list() -> Mnemonic:
    # Reads a file of the library, once: a constant that happens not to be Python.
    return Mnemonic("english")
