"""Private state: recovery keys, snapshots, and what own devices say to each other."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from zlib import adler32

from _reference_boxes import draft_vector, hkdf_32, public_of, seal_to_draft_seed
from _reference_forms import AUTHOR, FEED, NEXT, NODE, NOW_MS, bencode, public, sign
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

Case = tuple[str, dict[str, Any]]

OTHER_FEED, OTHER_NODE = bytes(range(160, 192)), bytes(range(192, 224))
KEY, NONCE = bytes(range(32)), bytes(range(24))
AUTHOR_ID = sha256(
    b"swarmfeed author 2" + public(AUTHOR) + sha256(public(NEXT)).digest()
).digest()
ROWS: list[dict[str, Any]] = [
    {"d": public(FEED), "k": OTHER_FEED, "s": b"mute", "t": NOW_MS, "v": b"1"},
    {"d": OTHER_FEED, "k": b"", "s": b"draft", "t": NOW_MS + 1, "v": "hé".encode()},
]


def state_cases() -> Iterator[Case]:
    yield from recovery_statements()
    yield from snapshots()
    yield from exchanges()


def padded(content: bytes, total: int) -> bytes:
    return (len(content).to_bytes(4, "big") + content).ljust(total, b"\0")


def stored_zlib(content: bytes) -> bytes:
    """RFC 1950 around one block of RFC 1951 that is not compressed: any zlib reads it."""
    length = len(content).to_bytes(2, "little")
    opposite = (0xFFFF - len(content)).to_bytes(2, "little")
    return b"\x78\x01\x01" + length + opposite + content + adler32(content).to_bytes(4, "big")


def recovery_statements() -> Iterator[Case]:
    seeds = (bytes(AUTHOR), bytes(NEXT))
    this, next_ = (public_of(hkdf_32(seed, b"swarmfeed recovery 1")) for seed in seeds)
    fields = {"author": AUTHOR_ID, "gen": 0, "key": public(AUTHOR), "next": next_, "this": this}
    message = b"swarmfeed recovery 1\n" + bencode(fields)
    case = {
        "author": AUTHOR_ID.hex(),
        "generation": 0,
        "this": this.hex(),
        "next": next_.hex(),
        "signed": (message + sign(AUTHOR, message)).hex(),
    }
    yield "recovery-keys/valid", case
    bad = {
        "signed-by-another": message + sign(NEXT, message),
        "another-purpose": message.replace(b"recovery", b"recoverx") + sign(AUTHOR, message),
    }
    for name, signed in bad.items():
        yield f"recovery-keys/bad-{name}", {"signed": signed.hex(), "error": name}


def blob(content: bytes, context: bytes, *, total: int = 4_096) -> bytes:
    start = b"\x01" + seal_to_draft_seed(KEY, b"swarmfeed snapshot 1\n" + public(FEED))
    around = len(start) + 24 + 16
    sealed = encrypt(
        padded(content, total - around), context + sha256(start).digest(), NONCE, KEY
    )
    return start + NONCE + bytes(sealed)


def bomb() -> bytes:
    """A content of more than 2 MiB in zlib, written by hand: mostly one zero, again and again.

    Source: RFC 1951, 3.2.6 (the codes that are fixed).
    """
    length = 2 * 1024 * 1024
    content = b"d1:rle1:ti0e1:z%d:" % length + bytes(length) + b"e"
    start, times = len(content) - length - 1, (length - 1) // 258
    codes = [f"{0x30 + byte:08b}" for byte in content[: start + 1]]
    # The same 258 bytes from one byte before: code 285, distance 1.
    codes += ["11000101" + "00000"] * times
    codes += [f"{0x30 + byte:08b}" for byte in content[start + 1 + 258 * times :]]
    bits = "110" + "".join(codes) + "0000000"
    packed = int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")
    return b"\x78\x01" + packed + adler32(content).to_bytes(4, "big")


def snapshots() -> Iterator[Case]:
    content = stored_zlib(bencode({"r": [bencode(row) for row in ROWS], "t": NOW_MS + 2}))
    context = b"swarmfeed snapshot 1\n" + public(FEED)
    whole = blob(content, context)
    case = {
        "seed": draft_vector()["seed"].hex(),
        "feed": public(FEED).hex(),
        "rows": [bencode(row).hex() for row in ROWS],
        "made_ms": NOW_MS + 2,
        "blob": whole.hex(),
        "id": sha256(whole).digest()[:16].hex(),
    }
    yield "snapshot/valid", case
    bad = {
        "another-feed": {"feed": OTHER_FEED.hex()},
        "another-seed": {"seed": KEY.hex()},
        "changed": {"blob": (whole[:-1] + bytes([whole[-1] ^ 1])).hex()},
        "cut-short": {"blob": whole[:-1].hex()},
        "another-context": {"blob": blob(content, context[:-1] + b"x").hex()},
        "something-after-the-content": {"blob": blob(content + b"e", context).hex()},
        "content-cut-short": {"blob": blob(content[:-1], context).hex()},
        "not-compressed": {"blob": blob(bencode({"r": [], "t": 0}), context).hex()},
        "content-beyond-2-mib": {"blob": blob(bomb(), context, total=16_384).hex()},
        "no-boxes": {"blob": (b"\0" + whole[1:]).hex()},
    }
    for name, change in bad.items():
        yield f"snapshot/bad-{name}", {**case, **change, "error": name}


def exchanges() -> Iterator[Case]:
    text = b"swarmfeed mine 1\n" + public(FEED) + public(NODE) + OTHER_NODE
    base = {"feed": public(FEED).hex(), "sender": public(NODE).hex()}
    case = {**base, "receiver": OTHER_NODE.hex(), "proof": sign(FEED, text).hex()}
    yield "mine/valid", case
    yield (
        "mine/bad-for-another-node",
        {**case, "receiver": bytes(32).hex(), "error": "receiver"},
    )
    rows = [bencode(row) for row in ROWS]
    knows: list[dict[str, Any]] = [
        {"d": public(FEED), "t": NOW_MS},
        {"d": OTHER_FEED, "t": NOW_MS + 1},
    ]
    info = b"swarmfeed state 1\n" + public(FEED) + OTHER_FEED
    for name, known in (("with-what-is-known", knows), ("rows-alone", [])):
        fields = {"r": rows, "v": known} if known else {"r": rows}
        box = seal_to_draft_seed(padded(bencode(fields), 512), info)
        yield (
            f"news/{name}",
            {
                "seed": draft_vector()["seed"].hex(),
                "sender": public(FEED).hex(),
                "receiver": OTHER_FEED.hex(),
                "rows": [row.hex() for row in rows],
                "knows": {each["d"].hex(): each["t"] for each in known},
                "box": box.hex(),
            },
        )
