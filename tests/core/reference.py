"""Reference code for tests: the definitions word for word, slow and independent of the project.

Nothing here imports swarmfeed; what fast code does is checked against it.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence

from nacl.signing import VerifyKey


def leaf_hash(entry: bytes) -> bytes:
    """MTH({d[0]}) = HASH(0x00 || d[0]).  RFC 9162, 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def split(n: int) -> int:
    """k: the largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(hashes: Sequence[bytes]) -> bytes:
    """MTH(D_n), given the hashes of single entries.  RFC 9162, 2.1.1."""
    n = len(hashes)
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return hashes[0]
    k = split(n)
    return hashlib.sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D_n).  RFC 9162, 2.1.3.1."""
    n = len(hashes)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def proof(m: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D_n) = SUBPROOF(m, D_n, true).  RFC 9162, 2.1.4.1."""
    return subproof(m, hashes, True)


def subproof(m: int, hashes: Sequence[bytes], b: bool) -> list[bytes]:
    """SUBPROOF(m, D_n, b).  RFC 9162, 2.1.4.1."""
    n = len(hashes)
    if m == n:
        return [] if b else [mth(hashes)]
    k = split(n)
    if m <= k:
        return [*subproof(m, hashes[:k], b), mth(hashes[k:])]
    return [*subproof(m - k, hashes[k:], False), mth(hashes[:k])]


def key_id(name: str, algorithm: int, key: bytes) -> bytes:
    """c2sp.org/signed-note: SHA-256(key name || 0x0A || signature type || public key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + key).digest()[:4]


def verify_note(note: bytes, name: str, key: bytes) -> str:
    """Return the text of a note that ``key`` signed (c2sp.org/signed-note, type 0x01)."""

    def verify(text: bytes, signature: bytes) -> None:
        VerifyKey(key).verify(text, signature)

    return _verify_line(note, name, key_id(name, 1, key), verify)


def verify_cosigned_note(note: bytes, name: str, key: bytes) -> tuple[str, int]:
    """Return the text of a cosigned note and when (c2sp.org/tlog-cosignature, type 0x04)."""
    times: list[int] = []

    def verify(text: bytes, signature: bytes) -> None:
        time_s = int.from_bytes(signature[:8], "big")
        times.append(time_s)
        message = b"cosignature/v1\ntime " + str(time_s).encode() + b"\n" + text
        VerifyKey(key).verify(message, signature[8:])

    return _verify_line(note, name, key_id(name, 4, key), verify), times[0]


def _verify_line(
    note: bytes, name: str, known_id: bytes, verify: Callable[[bytes, bytes], None]
) -> str:
    assert not any(byte < 0x20 and byte != 0x0A for byte in note), "control character"
    text, _, signatures = note.decode("utf-8").rpartition("\n\n")
    text += "\n"
    assert signatures.endswith("\n")
    for line in signatures[:-1].split("\n"):
        dash, found_name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
        if dash == "\u2014" and found_name == name and raw[:4] == known_id:
            verify(text.encode("utf-8"), raw[4:])
            return text
    raise AssertionError("no signature of this key")
