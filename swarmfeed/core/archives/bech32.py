"""Bech32 (BIP-173), to write what Nostr names a note by."""

from collections.abc import Iterable
from typing import Final

_SIGNS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode_bech32(prefix: str, raw: bytes) -> str:
    """Return bytes as text with a checksum."""
    data = _fives(raw)
    spread = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    sum_ = _polymod([*spread, *data, *[0] * 6]) ^ 1
    checksum = [(sum_ >> 5 * (5 - at)) & 31 for at in range(6)]
    return f"{prefix}1{''.join(_SIGNS[each] for each in (*data, *checksum))}"


def _fives(raw: bytes) -> list[int]:
    """Bytes as groups of five bits, the last filled up with zeros."""
    bits = len(raw) * 8
    padded = -(-bits // 5) * 5
    number = int.from_bytes(raw, "big") << (padded - bits)
    return [(number >> shift) & 31 for shift in range(padded - 5, -1, -5)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate(_GENERATOR):
            check ^= factor if top >> bit & 1 else 0
    return check
