"""The forms of docs/FORMAT.md as reference code for ``make_vectors.py``: plain, and not fast.

Nothing of swarmfeed is imported; the tree comes from ``tests/core/reference.py``.
"""

import sys
from base64 import b32encode, b64encode
from hashlib import sha3_256, sha256
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.core import reference as reference  # noqa: E402  after the path is set; exported

AUTHOR = SigningKey(bytes(range(0, 32)))
"""The first author key; the one after it is NEXT."""
FEED = SigningKey(bytes(range(32, 64)))
NEXT = SigningKey(bytes(range(64, 96)))
NODE = SigningKey(bytes(range(96, 128)))
THIRD = SigningKey(bytes(range(128, 160)))
"""The author key after NEXT."""
NOW_MS = 1_700_000_000_000


def bencode(value: Any) -> bytes:
    """BEP 3, word for word."""
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%b" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(bencode(item) for item in value) + b"e"
    pairs = sorted((key.encode(), item) for key, item in value.items())
    return b"d" + b"".join(bencode(key) + bencode(item) for key, item in pairs) + b"e"


def public(key: SigningKey) -> bytes:
    return bytes(key.verify_key)


def sign(key: SigningKey, message: bytes) -> bytes:
    return bytes(key.sign(message).signature)


def author_id() -> bytes:
    hashed = sha256(public(NEXT)).digest()
    return sha256(b"swarmfeed author 2" + public(AUTHOR) + hashed).digest()


def address(key: bytes, version: bytes = b"\x01") -> str:
    checksum = sha3_256(b"swarmfeed address" + key + version).digest()[:2]
    return b32encode(key + checksum + version).decode().lower()


def stored(kind: str, time_ms: int, body: bytes) -> bytes:
    return bencode({"b": body, "k": kind.encode(), "t": time_ms})


def entry_hash(kind: str, time_ms: int, body_hash: bytes) -> bytes:
    return reference.leaf_hash(bencode({"b": body_hash, "k": kind.encode(), "t": time_ms}))


def head_text(size: int | str, root: bytes, time_ms: int, chunks: bytes) -> bytes:
    lines = [
        f"swarmfeed/{address(public(FEED))}",
        str(size),
        b64encode(root).decode(),
        f"time {time_ms}",
        f"chunks {b64encode(chunks).decode()}",
    ]
    return "".join(line + "\n" for line in lines).encode()


def note(text: bytes, key: SigningKey = FEED, algorithm: int = 1) -> bytes:
    name = f"swarmfeed/{address(public(FEED))}"
    raw = reference.key_id(name, algorithm, public(FEED)) + sign(key, text)
    return text + b"\n" + f"\u2014 {name} {b64encode(raw).decode()}\n".encode()


def verifier_key() -> str:
    """Of the feed: c2sp.org/signed-note, "verifier keys"."""
    name = f"swarmfeed/{address(public(FEED))}"
    key_hash = reference.key_id(name, 1, public(FEED)).hex()
    return f"{name}+{key_hash}+{b64encode(bytes([1]) + public(FEED)).decode()}"


def cosignature(text: bytes, time_s: int, who: str = "node") -> bytes:
    """A line of a holder, or under the name of a ``witness``."""
    name = f"swarmfeed-{who}/{address(public(NODE))}"
    signature = sign(NODE, b"cosignature/v1\ntime %d\n" % time_s + text)
    raw = reference.key_id(name, 4, public(NODE)) + time_s.to_bytes(8, "big") + signature
    return f"\u2014 {name} {b64encode(raw).decode()}".encode()


def raw_frame(content: bytes) -> bytes:
    """A zstd frame of one block that is not compressed (RFC 8878): any zstd reads it."""
    block = (len(content) << 3 | 1).to_bytes(3, "little") + content
    return b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little") + block


def journal_frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload


def spans(size: int) -> list[list[int]]:
    found, at = [], 0
    while at + 256 <= size:
        fits = [
            level
            for level in range(4)
            if at % (256 * 16**level) == 0 and at + 256 * 16**level <= size - size % 256
        ]
        found.append([fits[-1], at // (256 * 16 ** fits[-1])])
        at += 256 * 16 ** fits[-1]
    return found


def shown(fields: dict[str, Any]) -> dict[str, Any]:
    """Bytes as hex, but for names of types."""
    return {
        key: item.decode() if key == "type" else item.hex() if isinstance(item, bytes) else item
        for key, item in fields.items()
    }
