"""Boxes: what is sealed to a public key, so that only the owner of its seed opens it.

    seed      32 bytes: of a device (in its key file), or of a sheet: HKDF of the author seed
    key       SHAKE-256(seed, 96): ML-KEM-768 seed (64), X25519 private key (32)
    public    ML-KEM-768 public key (1,184) || X25519 public key (32)
    box       HPKE, base mode: X-Wing, HKDF-SHA256, ChaCha20-Poly1305
              = encapsulated key (1,120) || encrypted text || tag (16)

Both kinds of keys have to be broken to open one: X25519 may fall to a quantum computer, and
ML-KEM is young.  A box says nothing of who sealed it; what it belongs to goes into ``info``.

Sealing rolls dice, so it is a shell's (``ports.Boxes``); the sizes and seeds stand here.

Sources: RFC 9180 (HPKE), draft-ietf-hpke-pq (suite 0x647a), draft-connolly-cfrg-xwing-kem
(X-Wing), FIPS 203 (ML-KEM).
"""

from hashlib import shake_256
from typing import Final

from swarmfeed.core.base.hkdf import hkdf

SEED_BYTES: Final = 32
MLKEM_SEED_BYTES: Final = 64
MLKEM_PUBLIC_BYTES: Final = 1_184

PUBLIC_BYTES: Final = MLKEM_PUBLIC_BYTES + 32
"""A public key to seal to."""

EXTRA_BYTES: Final = 1_120 + 16
"""By how much a box is longer than what is in it."""

BOX_SUITE: Final = 1
"""The suite above, where a format names it: others may come."""

RECOVERY_INFO: Final = b"swarmfeed recovery 1"


def recovery_seed(author_seed: bytes) -> bytes:
    """Return the seed with which a sheet's words open boxes.

    Its public key tells nothing of the author key that the same words stand for.
    """
    return hkdf(author_seed, info=RECOVERY_INFO)


def expand_seed(seed: bytes) -> tuple[bytes, bytes]:
    """Return the ML-KEM-768 seed (64 bytes) and the X25519 private key (32) of a seed."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"seed is {len(seed)} bytes, not {SEED_BYTES}")
    both = shake_256(seed).digest(MLKEM_SEED_BYTES + 32)
    return both[:MLKEM_SEED_BYTES], both[MLKEM_SEED_BYTES:]
