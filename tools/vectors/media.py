"""Media: the torrent that an entry names, and the parts of an encrypted file."""

from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from math import floor, log2
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

from vectors.chunks import pattern, pieces_of, torrent_of

Case = tuple[str, dict[str, Any]]

KEY, PART = bytes(range(32)), 65_536


def media_cases() -> Iterator[Case]:
    said = pieces_of(pattern(3_000_000))
    name = b32encode(said["pieces_root"][:20]).decode().lower() + ".medium"
    yield "medium/several-pieces", {"id": said["pieces_root"].hex(), **torrent_of(name, said)}
    for size in (1, 2, 1_000, PART, PART + 1, 200_000):
        yield f"sealed-medium/of-{size}-bytes", told(size)
    changed = sealed(pattern(1_000))
    changed = changed[:-1] + bytes([changed[-1] ^ 1])
    for name, change in (
        ("changed", {"sealed": changed.hex()}),
        ("under-another-key", {"key": KEY[::-1].hex()}),
        ("of-fewer-bytes", {"bytes": 900}),
    ):
        yield f"sealed-medium/bad-{name}", {**told(1_000), **change, "error": name}


def told(size: int) -> dict[str, Any]:
    file = sealed(pattern(size))
    case = {
        "content": "byte i is i mod 251",
        "bytes": size,
        "key": KEY.hex(),
        "padded": padme(size),
        "sealed_bytes": len(file),
        "sealed_sha256": sha256(file).hexdigest(),
    }
    return {**case, "sealed": file.hex()} if size <= 1_000 else case


def padme(length: int) -> int:
    """Word for word: what of the length is more exact than it may be is rounded up."""
    if length < 2:
        return length
    exponent = floor(log2(length))
    last_bits = exponent - (floor(log2(exponent)) + 1)
    step = 1 << max(last_bits, 0)
    return -(-length // step) * step


def sealed(content: bytes) -> bytes:
    padded = content.ljust(padme(len(content)), b"\0")
    parts = [padded[at : at + PART] for at in range(0, len(padded), PART)]
    return b"".join(
        encrypt(part, b"", number.to_bytes(23, "big") + bytes([number == len(parts) - 1]), KEY)
        for number, part in enumerate(parts)
    )
