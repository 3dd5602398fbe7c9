"""Signatures that libraries do not agree about, and plain ones."""

from collections.abc import Iterator
from hashlib import sha512
from itertools import count
from typing import Any

import _ed25519 as ed

Case = tuple[str, dict[str, Any]]

RFC_8032 = (
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"),
)
"""RFC 8032, 7.1, tests 1 to 3: seed and message."""

SPECCHECK = "ed25519-speccheck (Chalkias, Garillot, Nikolaenko; Apache-2.0)"

_SMALL_KEY = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
_MIXED_KEY = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
_OTHER_MIXED_KEY = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"
_PLAIN_KEY = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623"
_MINUS_ZERO_KEY = "ec" + "ff" * 31
_MESSAGE_85 = "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40"
_MESSAGE_9B = "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41"
_MESSAGE_9BD9 = "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79"
_MESSAGE_E4 = "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c"
_S_OF_3 = "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"

PUBLISHED: dict[str, tuple[str, str, str]] = {
    "key-and-r-small": (
        _SMALL_KEY,
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        _SMALL_KEY[:-2] + "7a" + "00" * 32,
    ),
    "key-small": (_SMALL_KEY, _MESSAGE_9BD9, _MIXED_KEY + _S_OF_3),
    "r-small": (
        _MIXED_KEY,
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        _SMALL_KEY + "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
    ),
    "key-and-r-mixed": (
        _OTHER_MIXED_KEY,
        _MESSAGE_9BD9,
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
        "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
    ),
    "true-with-cofactor-alone": (
        _OTHER_MIXED_KEY,
        _MESSAGE_E4,
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
        "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ),
    "true-with-cofactor-not-reduced-first": (
        _OTHER_MIXED_KEY,
        _MESSAGE_E4,
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
        "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
    ),
    "s-not-reduced": (
        _PLAIN_KEY,
        _MESSAGE_85,
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
        "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
    ),
    "s-not-reduced-by-far": (
        _PLAIN_KEY,
        _MESSAGE_85,
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
        "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
    ),
    "r-with-minus-zero": (
        _MIXED_KEY,
        _MESSAGE_9B,
        _MINUS_ZERO_KEY + "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
    ),
    "r-with-minus-zero-reduced-before-hashing": (
        _MIXED_KEY,
        _MESSAGE_9B,
        _MINUS_ZERO_KEY + "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
    ),
    "key-with-minus-zero": (
        _MINUS_ZERO_KEY,
        "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc" + _S_OF_3,
    ),
}
"""Cases of ``SPECCHECK``: key, message, signature.  One of them follows the rule."""


def signature_cases() -> Iterator[Case]:
    """All of them; what the rule says of each is computed."""
    for number, (seed, message) in enumerate(RFC_8032, start=1):
        key, signature = sign_with_seed(bytes.fromhex(seed), bytes.fromhex(message))
        yield (
            f"signature/rfc8032-{number}",
            {**shown(key, bytes.fromhex(message), signature), "seed": seed},
        )
    for name, parts in PUBLISHED.items():
        key, message_, signature = map(bytes.fromhex, parts)
        yield judged(f"speccheck-{name}", key, message_, signature, source=SPECCHECK)
    yield from small_order_cases()
    yield from mixed_cases()
    yield from malformed_cases()


def judged(name: str, key: bytes, message: bytes, signature: bytes, **more: str) -> Case:
    """Return a case under its name, with an error where the rule refuses it."""
    case = {**shown(key, message, signature), **more}
    if ed.is_signature(key, message, signature):
        return f"signature/{name}", case
    return f"signature/bad-{name}", {**case, "error": name}


def shown(key: bytes, message: bytes, signature: bytes) -> dict[str, Any]:
    return {"key": key.hex(), "message": message.hex(), "signature": signature.hex()}


def sign_with_seed(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    """RFC 8032, 5.1.5 and 5.1.6: public key and signature."""
    digest = sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    key = ed.compress(ed.multiply(secret, ed.BASE))
    nonce = ed.hash_scalar(digest[32:], message)
    r = ed.compress(ed.multiply(nonce, ed.BASE))
    s = (nonce + ed.hash_scalar(r, key, message) * secret) % ed.L
    return key, r + s.to_bytes(32, "little")


# Small secrets do for what nobody is to trust.
SECRET, NONCE = 1_000_003, 2_000_003


def torsion_point() -> ed.Point:
    """A point of order 8."""
    point = ed.decompress(bytes.fromhex(_SMALL_KEY))
    assert point is not None
    return point


def small_encodings() -> dict[str, bytes]:
    """All 14 spellings of the 8 points of small order, as C2SP/CCTV lists them."""
    top, wrong_sign = 1 << 255, 1 << 255
    found = {}
    for times in range(8):
        encoded = ed.compress(ed.multiply(times, torsion_point()))
        found[f"{times}-eighths"] = encoded
        number = int.from_bytes(encoded, "little")
        y, sign = number & top - 1, number & top
        if y + ed.P < top:
            found[f"{times}-eighths-y-beyond-p"] = ((y + ed.P) | sign).to_bytes(32, "little")
        if y in (1, ed.P - 1):
            found[f"{times}-eighths-minus-zero"] = (y | wrong_sign).to_bytes(32, "little")
        if y == 1:
            both = (y + ed.P) | wrong_sign
            found[f"{times}-eighths-y-beyond-p-minus-zero"] = both.to_bytes(32, "little")
    return found


def small_order_cases() -> Iterator[Case]:
    """Equations that hold, with a key or an R of small order: anybody can make them."""
    for name, encoded in small_encodings().items():
        r = ed.compress(ed.multiply(NONCE, ed.BASE))
        message = message_with(lambda h: h % 8 == 0, r, encoded)
        yield judged(f"key-of-{name}", encoded, message, r + NONCE.to_bytes(32, "little"))
    mixed = ed.add(ed.multiply(SECRET, ed.BASE), torsion_point())
    key = ed.compress(mixed)
    for name, encoded in small_encodings().items():
        times = int(name[0])
        message = message_with(lambda h, t=times: (h + t) % 8 == 0, encoded, key)
        s = ed.hash_scalar(encoded, key, message) * SECRET % ed.L
        yield judged(f"r-of-{name}", key, message, encoded + s.to_bytes(32, "little"))


def mixed_cases() -> Iterator[Case]:
    """A key with a part of small order: the equation holds as it is, or only times 8."""
    key = ed.compress(ed.add(ed.multiply(SECRET, ed.BASE), torsion_point()))
    r = ed.compress(ed.multiply(NONCE, ed.BASE))
    for name, wanted in (("mixed-key", 0), ("mixed-key-with-cofactor-alone", 3)):
        message = message_with(lambda h, w=wanted: h % 8 == w, r, key)
        s = (NONCE + ed.hash_scalar(r, key, message) * SECRET) % ed.L
        yield judged(name, key, message, r + s.to_bytes(32, "little"))


def malformed_cases() -> Iterator[Case]:
    key, signature = sign_with_seed(bytes(range(32)), b"swarm")
    s = int.from_bytes(signature[32:], "little") + ed.L
    twice = (s + ed.L).to_bytes(32, "little")
    yield judged("s-plus-l", key, b"swarm", signature[:32] + s.to_bytes(32, "little"))
    yield judged("s-plus-2l", key, b"swarm", signature[:32] + twice)
    yield judged("signature-of-63-bytes", key, b"swarm", signature[:63])
    yield judged("signature-of-65-bytes", key, b"swarm", signature + b"\0")
    yield judged("key-of-31-bytes", key[:31], b"swarm", signature)
    yield judged("key-of-33-bytes", key + b"\0", b"swarm", signature)
    yield judged("another-message", key, b"swarn", signature)


def message_with(wanted: Any, r: bytes, key: bytes) -> bytes:
    """Return the first message whose hash, as a scalar, is as wanted."""
    for number in count():
        message = b"%d" % number
        if wanted(ed.hash_scalar(r, key, message)):
            return message
    raise AssertionError("count never ends")
