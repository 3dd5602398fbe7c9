"""Parcels of docs/FORMAT.md 19 as reference code: HPKE and the Double Ratchet, word for word.

Only X25519 and the ciphers come from a library.  What is random in life is an argument here.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt
from nacl.bindings import crypto_scalarmult as dh
from nacl.bindings import crypto_scalarmult_base as base

_KEM: Final = b"KEM" + bytes.fromhex("0020")
_SUITE: Final = b"HPKE" + bytes.fromhex("0020 0001 0003")


def hkdf(secret: bytes, info: bytes, length: int, salt: bytes = bytes(32)) -> bytes:
    """RFC 5869, word for word."""
    return _expand(hmac.digest(salt, secret, sha256), info, length)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    block, output = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), sha256)
        output += block
    return output[:length]


# --- HPKE: RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305 ---


def close_up(receiver: bytes, plain: bytes, info: bytes, ephemeral: bytes) -> bytes:
    """SealBase (6.1) to a public key, with the key pair that it would roll."""
    encapsulated = base(ephemeral)
    agreed = _labeled_extract(_KEM, b"", b"eae_prk", dh(ephemeral, receiver))
    context = encapsulated + receiver
    shared = _labeled_expand(_KEM, agreed, b"shared_secret", context, 32)
    hashes = b"".join(
        _labeled_extract(_SUITE, b"", label, of)
        for label, of in ((b"psk_id_hash", b""), (b"info_hash", info))
    )
    secret = _labeled_extract(_SUITE, shared, b"secret", b"")
    key = _labeled_expand(_SUITE, secret, b"key", b"\x00" + hashes, 32)
    nonce = _labeled_expand(_SUITE, secret, b"base_nonce", b"\x00" + hashes, 12)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plain, None)


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, of: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + of, sha256)


def _labeled_expand(suite: bytes, key: bytes, label: bytes, of: bytes, length: int) -> bytes:
    return _expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + of, length)


# --- the Double Ratchet: Signal, revision 4, 3.3 and 3.4 ---


@dataclass
class Ratchet:
    """One end of a session; what overtakes something is opened by the program, not here."""

    root: bytes
    """RK."""
    own: bytes = b""
    """DHs, the private half."""
    sending: bytes = b""
    """CKs."""
    number: int = 0
    """Ns."""
    before: int = 0
    """PN."""

    def step(self, theirs: bytes, new_own: bytes) -> None:
        """DHRatchet: a key of the other end came, and is answered with a new one."""
        self.before, self.number = self.number, 0
        if self.own:
            self.root, _ = _kdf_rk(self.root, dh(self.own, theirs))
        self.own = new_own
        self.root, self.sending = _kdf_rk(self.root, dh(self.own, theirs))

    def seal(self, plain: bytes, context: bytes, nonce: bytes) -> dict[str, bytes]:
        """RatchetEncrypt: the fields of a parcel that it fills."""
        key = hmac.digest(self.sending, b"\x02", sha256)
        self.sending = hmac.digest(self.sending, b"\x01", sha256)
        header = base(self.own), self.before.to_bytes(4, "big"), self.number.to_bytes(4, "big")
        self.number += 1
        sealed = nonce + encrypt(plain, context + b"".join(header), nonce, key)
        return {"h": header[0], "p": header[1], "n": header[2], "x": sealed}


def _kdf_rk(root: bytes, agreed: bytes) -> tuple[bytes, bytes]:
    both = hkdf(agreed, b"swarmfeed ratchet root 1", 64, salt=root)
    return both[:32], both[32:]
