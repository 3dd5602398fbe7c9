"""Boxes of docs/FORMAT.md 13 as reference code: X-Wing and HPKE, word for word.

Only ML-KEM-768, X25519 and ChaCha20-Poly1305 come from a library.  What is sealed here is
sealed with the one encapsulated key of the draft's test vector, and so always comes out alike.
"""

import hmac
from hashlib import sha3_256, sha256, shake_256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_DRAFT: Final = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "xwing.txt"
_ENCAPSULATED_BYTES: Final = 1_120
_SUITE: Final = b"HPKE" + bytes.fromhex("647a 0001 0003")


def draft_vector() -> dict[str, bytes]:
    """What the draft's test vector says, by name."""
    named, _, encapsulated = _DRAFT.read_text(encoding="utf-8").partition("\nencapsulated\n")
    pairs = (line.split() for line in named.splitlines() if not line.startswith("#"))
    found = {name: bytes.fromhex(value) for name, value in pairs}
    return {**found, "encapsulated": bytes.fromhex(encapsulated)}


def hkdf_32(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256 and no salt: the first 32 bytes."""
    key = hmac.digest(bytes(32), secret, sha256)
    return hmac.digest(key, info + b"\x01", sha256)


def public_of(seed: bytes) -> bytes:
    mlkem_key, x25519_key = _keys_of(seed)
    return (
        mlkem_key.public_key().public_bytes_raw() + x25519_key.public_key().public_bytes_raw()
    )


def decapsulate(seed: bytes, encapsulated: bytes) -> bytes:
    """draft-connolly-cfrg-xwing-kem, 5.5."""
    mlkem_key, x25519_key = _keys_of(seed)
    mlkem_text, x25519_text = encapsulated[:1_088], encapsulated[1_088:]
    mlkem_secret = mlkem_key.decapsulate(mlkem_text)
    x25519_secret = x25519_key.exchange(X25519PublicKey.from_public_bytes(x25519_text))
    public = x25519_key.public_key().public_bytes_raw()
    label = b"\\.//^\\"
    return sha3_256(mlkem_secret + x25519_secret + x25519_text + public + label).digest()


def seal_to_draft_seed(plain: bytes, info: bytes) -> bytes:
    """A box for the seed of the draft's test vector."""
    vector = draft_vector()
    key, nonce = _schedule(vector["secret"], info)
    return vector["encapsulated"] + ChaCha20Poly1305(key).encrypt(nonce, plain, None)


def open_box(seed: bytes, box: bytes, info: bytes) -> bytes:
    """What is in a box."""
    key, nonce = _schedule(decapsulate(seed, box[:_ENCAPSULATED_BYTES]), info)
    return ChaCha20Poly1305(key).decrypt(nonce, box[_ENCAPSULATED_BYTES:], None)


def _keys_of(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    both = shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(both[:64]),
        X25519PrivateKey.from_private_bytes(both[64:]),
    )


def _schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and nonce in base mode: RFC 9180, 5.1, for KEM 0x647a, KDF 1, AEAD 3."""
    context = b"\x00" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    return _expand(secret, b"key", context, 32), _expand(secret, b"base_nonce", context, 12)


def _extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + _SUITE + label + secret, sha256)


def _expand(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
    text = length.to_bytes(2, "big") + b"HPKE-v1" + _SUITE + label + context
    return hmac.digest(key, text + b"\x01", sha256)[:length]
