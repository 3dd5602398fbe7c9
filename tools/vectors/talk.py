"""What nodes leave in the DHT, as docs/PROTOCOL.md 1 has it."""

from collections.abc import Iterator
from hashlib import sha1, sha256
from typing import Any

from _reference_forms import FEED, NEXT, NOW_MS, bencode, head_text, note, public, sign

Case = tuple[str, dict[str, Any]]


def dht_head_cases() -> Iterator[Case]:
    """Heads as items of BEP 44: number, signature and value have to fit together."""
    root, chunks = sha256(b"root").digest(), sha256(b"le").digest()
    text = head_text(300, root, NOW_MS, chunks)
    head = note(text)
    yield "dht-head/valid", {**item(head, 300), "size": 300}
    other = sign(NEXT, buffer(head, 300, b"head"))
    bad = {
        "number-below-the-size": item(head, 299),
        "number-beyond-the-size": item(head, 2**63 - 1),
        "signed-under-another-number": item(head, 300) | {"seq": 301},
        "signed-under-another-salt": item(head, 300, b"sealed"),
        "signed-without-salt": item(head, 300, b""),
        "signed-by-another": item(head, 300) | {"sig": other.hex()},
        "head-of-another-key": item(note(text, NEXT), 300),
        "no-head": item(text, 300),
        "head-and-more": item(head + b"\n", 300),
    }
    for name, case in bad.items():
        yield f"dht-head/bad-{name}", {**case, "error": name}


def item(value: bytes, seq: int, salt: bytes = b"head") -> dict[str, Any]:
    return {
        "k": public(FEED).hex(),
        "salt": "head",
        "target": sha1(public(FEED) + b"head", usedforsecurity=False).hexdigest(),
        "seq": seq,
        "v": value.hex(),
        "sig": sign(FEED, buffer(value, seq, salt)).hex(),
    }


def buffer(value: bytes, seq: int, salt: bytes) -> bytes:
    """What is signed of an item: BEP 44, "signature verification"."""
    salted = b"4:salt" + bencode(salt) if salt else b""
    return salted + b"3:seq" + bencode(seq) + b"1:v" + bencode(value)
