"""Agreeing on a secret with X25519.

Source: RFC 7748.  A point of small order gives a secret that everybody knows; it is refused.
"""

import nacl.exceptions
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base

from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.errors import BadSealError


def x25519_public(private: bytes) -> bytes:
    """Return the public key of 32 private bytes."""
    return crypto_scalarmult_base(private)


def exchange(private: bytes, public: bytes) -> bytes:
    """Return the 32 bytes that only the owners of both keys can work out.

    Raises:
        BadSealError: ``public`` is no key that keeps anything secret.
    """
    if len(public) != KEY_BYTES:
        raise BadSealError(f"public key is {len(public)} bytes, not {KEY_BYTES}")
    try:
        return crypto_scalarmult(private, public)
    except (nacl.exceptions.CryptoError, RuntimeError) as error:
        raise BadSealError("this public key keeps nothing secret") from error
