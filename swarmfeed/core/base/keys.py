"""Ed25519 keys.  The only module that signs and verifies with ``nacl``.

Seeds come in as arguments: nothing here rolls dice.

Source: RFC 8032 (Ed25519).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import nacl.exceptions
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.errors import BadSignatureError, UserError

_FIELD_PRIME: Final = 2**255 - 19

_Y_OF_ORDER_8: Final = (
    2707385501144840649318225287225658788936804267575313519463743609750303402022
)

_SMALL_ORDER: Final = frozenset(
    {0, 1, _FIELD_PRIME - 1, _Y_OF_ORDER_8, _FIELD_PRIME - _Y_OF_ORDER_8}
)
"""The y of all points of small order."""

_TOUCHSTONES: Final = (
    (  # key and R have parts of small order that cancel out
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
        "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
        True,
    ),
    (  # parts of small order that are gone only when the equation is taken eight times
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
        "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
        False,
    ),
    (  # R of small order
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
        "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
        False,
    ),
    (  # a key of small order
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
        "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        False,
    ),
)
"""Signatures that libraries do not agree about, and whether they follow the rule.

Source: ed25519-speccheck, cases.json, by the authors of "Taming the Many EdDSAs"."""


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


Verify = Callable[[bytes, bytes, bytes], None]
"""Checks public key, message and signature, as ``verify_signature`` does."""


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Check that the owner of ``public`` signed ``message``.

    The rule is that of FORMAT 1, and libsodium's own: no key and no R of small order or in
    another spelling, S below the order of the base point, and S * B = R + h * A as it is, not
    only eight times it.  So all nodes say the same of each signature.

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


def is_public_key(public: bytes) -> bool:
    """Whether anything signed under it can be true: canonical, and not of small order."""
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    return len(public) == KEY_BYTES and y < _FIELD_PRIME and y not in _SMALL_ORDER


def is_strict(is_signature: Callable[[bytes, bytes, bytes], bool]) -> bool:
    """Whether a verifier follows the rule where libraries differ.

    Args:
        is_signature: Of public key, message and signature, whether they belong together.
    """
    return all(
        is_signature(*map(bytes.fromhex, (public, message, signature))) == follows
        for public, message, signature, follows in _TOUCHSTONES
    )


def require_strict_signatures() -> None:
    """Check that the libsodium underneath follows the rule: another release may not.

    Raises:
        UserError: It would take signatures that other nodes refuse, or the other way round.
    """
    if not is_strict(_is_signature):
        raise UserError(
            "The PyNaCl installed here checks signatures by another rule than swarmfeed;"
            " install the version that its setup.cfg names."
        )


def _is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        verify_signature(public, message, signature)
    except BadSignatureError:
        return False
    return True
