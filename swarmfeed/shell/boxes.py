"""HPKE with X-Wing and with X25519, and ML-KEM.  The only importer of all that.

The library rolls the dice: that is why this is a shell.  It is loaded at the first use, for it
takes tens of milliseconds, and most commands seal nothing.
"""

from typing import Any, Final

from swarmfeed.core.asks.state_sentences import NO_MLKEM
from swarmfeed.core.base.boxes import MLKEM_PUBLIC_BYTES, PUBLIC_BYTES, expand_seed
from swarmfeed.errors import BadSealError, UserError

_PROBE: Final = bytes(32)
"""A seed that is nobody's."""


class HpkeBoxes:
    """Implements ``ports.Boxes``."""

    def __init__(self) -> None:
        self._trouble: str | None = None

    def trouble(self) -> str:
        """As in ``ports.Boxes``: tried once, by sealing something and opening it again."""
        if self._trouble is None:
            self._trouble = "" if _works() else NO_MLKEM()
        return self._trouble

    def public_of(self, seed: bytes) -> bytes:
        """As in ``ports.Boxes``."""
        self._require()
        return _public_of(seed)

    def seal(self, public: bytes, plain: bytes, info: bytes) -> bytes:
        """As in ``ports.Boxes``."""
        self._require()
        return _seal(public, plain, info)

    def open(self, seed: bytes, box: bytes, info: bytes) -> bytes:
        """As in ``ports.Boxes``."""
        self._require()
        return _open(seed, box, info)

    def _require(self) -> None:
        if trouble := self.trouble():
            raise UserError(trouble)


class HpkeEnvelopes:
    """Implements ``ports.Envelopes``."""

    def mlkem_public(self, seed: bytes) -> bytes:
        """As in ``ports.Envelopes``."""
        public: bytes = _mlkem_key(seed).public_key().public_bytes_raw()
        return public

    def encapsulate(self, public: bytes) -> tuple[bytes, bytes]:
        """As in ``ports.Envelopes``."""
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey

        try:
            return MLKEM768PublicKey.from_public_bytes(public).encapsulate()
        except ValueError as error:
            raise BadSealError("nothing can be sealed to this public key") from error

    def decapsulate(self, seed: bytes, text: bytes) -> bytes:
        """As in ``ports.Envelopes``."""
        try:
            secret: bytes = _mlkem_key(seed).decapsulate(text)
        except ValueError as error:
            raise BadSealError("no text of this key") from error
        return secret

    def close_up(self, public: bytes, plain: bytes, info: bytes) -> bytes:
        """As in ``ports.Envelopes``."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

        try:
            key = X25519PublicKey.from_public_bytes(public)
            return bytes(_outer_suite().encrypt(plain, key, info=info))
        except ValueError as error:
            raise BadSealError("nothing can be sealed to this public key") from error

    def open_up(self, private: bytes, box: bytes, info: bytes) -> bytes:
        """As in ``ports.Envelopes``."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        try:
            key = X25519PrivateKey.from_private_bytes(private)
            return bytes(_outer_suite().decrypt(box, key, info=info))
        except (InvalidTag, ValueError) as error:
            raise BadSealError("the parcel does not open with this key") from error


def _works() -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return _open(_PROBE, _seal(_public_of(_PROBE), b"probe", b""), b"") == b"probe"
    except (ImportError, AttributeError, UnsupportedAlgorithm):
        # An older library than setup.cfg asks for, or one built without it.
        return False


def _public_of(seed: bytes) -> bytes:
    mlkem_key, x25519_key = _keys_of(seed)
    mlkem_public: bytes = mlkem_key.public_key().public_bytes_raw()
    x25519_public: bytes = x25519_key.public_key().public_bytes_raw()
    return mlkem_public + x25519_public


def _seal(public: bytes, plain: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives import hpke
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    if len(public) != PUBLIC_BYTES:
        raise BadSealError(f"public key is {len(public)} bytes, not {PUBLIC_BYTES}")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:]),
        )
        return bytes(_suite().encrypt(plain, key, info=info))
    except ValueError as error:
        # FIPS 203, 7.2: numbers that are not reduced; RFC 7748, 6.1: a point of small order.
        raise BadSealError("nothing can be sealed to this public key") from error


def _open(seed: bytes, box: bytes, info: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives import hpke

    try:
        key = hpke.MLKEM768X25519PrivateKey(*_keys_of(seed))
        return bytes(_suite().decrypt(box, key, info=info))
    except (InvalidTag, ValueError) as error:
        raise BadSealError("the box does not open with this key") from error


def _keys_of(seed: bytes) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    mlkem_seed, x25519_seed = expand_seed(seed)
    return _mlkem_key(mlkem_seed), X25519PrivateKey.from_private_bytes(x25519_seed)


def _mlkem_key(seed: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

    return MLKEM768PrivateKey.from_seed_bytes(seed)


def _outer_suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
