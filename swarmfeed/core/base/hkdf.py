"""HKDF with SHA-256: keys for one purpose each, out of one secret.

Source: RFC 5869.
"""

import hmac
from hashlib import sha256
from typing import Final

OUTPUT_BYTES_MAX: Final = 255 * 32
"""What RFC 5869 allows: 255 hashes."""


def hkdf(secret: bytes, *, info: bytes, salt: bytes = b"", length: int = 32) -> bytes:
    """Return ``length`` bytes that nobody can tell from random ones without the secret.

    Args:
        secret: At least 32 bytes nobody can guess: this stretches no passphrases.
        info: What they are for; other purposes give unrelated keys.

    Raises:
        ValueError: More than OUTPUT_BYTES_MAX are asked for.
    """
    if length > OUTPUT_BYTES_MAX:
        raise ValueError(f"{length} bytes are asked for, at most {OUTPUT_BYTES_MAX} come")
    key = hmac.digest(salt or bytes(32), secret, sha256)
    block, output = b"", b""
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes([len(output) // 32 + 1]), sha256)
        output += block
    return output[:length]
