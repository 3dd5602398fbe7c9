"""Sealing with a key that both sides have: XChaCha20-Poly1305.

The nonce is an argument and has to be random: two messages under one key and nonce give away
their difference.

Sources: draft-irtf-cfrg-xchacha-03; RFC 8439.  It commits to no key: one sealed text may open
under two, so a key that others choose has to be bound in ``context``.
"""

from typing import Final

import nacl.exceptions
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)

from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.errors import BadSealError

NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16
"""By how much a sealed text is longer."""


def seal(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Return ``plain``, encrypted, and its tag.

    Args:
        key: 32 bytes.
        nonce: 24 bytes, random, never used twice with this key.
        context: What is not secret, and has to be the same when it is opened.
    """
    _check(key, nonce)
    return crypto_aead_xchacha20poly1305_ietf_encrypt(plain, context, nonce, key)


def unseal(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        BadSealError: With another key, nonce or context, or it was changed.
    """
    _check(key, nonce)
    if len(sealed) < TAG_BYTES:
        raise BadSealError(f"sealed text of {len(sealed)} bytes")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, context, nonce, key)
    except nacl.exceptions.CryptoError as error:
        raise BadSealError("it does not open with this key") from error


def _check(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError(f"key of {len(key)} bytes, nonce of {len(nonce)}")
