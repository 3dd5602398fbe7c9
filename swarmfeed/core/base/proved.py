"""Signatures that were found true before, known again without the curve.

Each is kept as a mark: a hash of key, signature and message that only who has the secret can
make.  A changed bit has no mark, and is verified as ever.
"""

from hashlib import blake2b
from typing import Final

from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES

MARK_BYTES: Final = 16
"""Nobody guesses a mark: 128 bits, under a secret key."""

_INFO: Final = b"swarmfeed proved signatures 1"


class Proved:
    """Knows what was true before, and notes all that is true now."""

    def __init__(self, secret: bytes, kept: bytes = b"") -> None:
        """
        Args:
            secret: 32 bytes that this node alone has.
            kept: What ``marks`` gave before; anything else knows nothing.
        """
        self._key = hkdf(secret, info=_INFO)
        whole = range(0, len(kept) - MARK_BYTES + 1, MARK_BYTES)
        self._before = frozenset(kept[at : at + MARK_BYTES] for at in whole)
        self._now: set[bytes] = set()

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        """As ``verify_signature``, and raises the same; what is known takes a hash alone."""
        if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
            verify_signature(public, message, signature)  # says so
        mark = blake2b(
            public + signature + message, key=self._key, digest_size=MARK_BYTES
        ).digest()
        if mark not in self._before:
            verify_signature(public, message, signature)
        self._now.add(mark)

    def marks(self) -> bytes:
        """All that was verified here, to be kept: the same for the same, in whatever order."""
        return b"".join(sorted(self._now))
