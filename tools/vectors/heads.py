"""Heads and receipts at their bounds, and those that somebody bent."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import _ed25519 as ed
from _reference_forms import (
    AUTHOR,
    FEED,
    NODE,
    NOW_MS,
    address,
    cosignature,
    head_text,
    note,
    public,
    reference,
    sign,
)

Case = tuple[str, dict[str, Any]]

ROOT, CHUNKS = sha256(b"root").digest(), sha256(b"le").digest()
NEUTRAL = bytes([1]) + bytes(31)
"""The neutral point: as a key it belongs to everybody."""


def head_cases() -> Iterator[Case]:
    feed = {"feed": public(FEED).hex()}
    for name, size, time_ms in (
        ("of-0-entries-at-time-0", 0, 0),
        ("at-all-limits", 2**32, 10**15 - 1),
    ):
        said = {
            "size": size,
            "root": ROOT.hex(),
            "time_ms": time_ms,
            "chunks_hash": CHUNKS.hex(),
        }
        signed = note(head_text(size, ROOT, time_ms, CHUNKS))
        yield f"head/{name}", {**feed, **said, "signed": signed.decode()}
    for name, text in bent_heads().items():
        yield f"head/bad-{name}", {**feed, "signed": text.decode(), "error": name}
    everybody = head_of_everybody()
    error = {"error": "a key of small order"}
    yield "head/bad-key-of-small-order", {"feed": NEUTRAL.hex(), "signed": everybody, **error}


def bent_heads() -> dict[str, bytes]:
    """What is wrong -> a head that is, and signed by the feed all the same."""
    text = head_text(2, ROOT, NOW_MS, CHUNKS)
    lines = text.split(b"\n")
    swapped = b"\n".join([*lines[:3], lines[4], lines[3], b""])
    valid, shown = note(text), address(public(FEED)).encode()
    signature = valid.split()[-1]
    no_padding = valid.replace(signature, signature.rstrip(b"="))
    stray = b64encode(b64decode(signature))[:-2] + b"l="
    return {
        "lines-in-another-order": note(swapped),
        "without-chunks": note(b"\n".join([*lines[:4], b""])),
        "time-with-leading-zero": note(text.replace(b"time 1", b"time 01")),
        "negative-time": note(text.replace(b"time 1", b"time -1")),
        "size-with-plus": note(text.replace(b"\n2\n", b"\n+2\n")),
        "size-with-blank": note(text.replace(b"\n2\n", b"\n2 \n")),
        "line-ends-of-windows": note(text.replace(b"\n", b"\r\n")),
        "two-empty-lines": valid.replace(b"\n\n", b"\n\n\n"),
        "plain-dash": valid.replace("\u2014".encode(), b"-"),
        "signature-without-padding": no_padding,
        "stray-bits-in-the-signature": valid.replace(signature, stray),
        "address-in-capitals": note(text.replace(shown, shown.upper())),
        "line-of-a-witness": valid + cosignature(text, NOW_MS // 1000) + b"\n",
        "signed-twice": valid + valid.split(b"\n\n")[1],
        "text-before": b"\n" + valid,
        "signature-over-the-empty-line": note(text + b"\n").replace(b"\n\n\n", b"\n\n"),
    }


def head_of_everybody() -> str:
    """A head of a feed whose id is the neutral point: signed without knowing a secret."""
    name = f"swarmfeed/{address(NEUTRAL)}"
    feed = address(public(FEED)).encode()
    text = head_text(2, ROOT, NOW_MS, CHUNKS).replace(feed, name[10:].encode())
    r = ed.compress(ed.multiply(7, ed.BASE))
    raw = reference.key_id(name, 1, NEUTRAL) + r + (7).to_bytes(32, "little")
    return text.decode() + f"\n\u2014 {name} {b64encode(raw).decode()}\n"


# --- receipts ---


def receipt_cases() -> Iterator[Case]:
    yield from cosigned_cases("receipt", "node")


def witness_cases() -> Iterator[Case]:
    text = head_text(2, ROOT, NOW_MS, CHUNKS)
    head, node = {"head": note(text).decode()}, {"node": public(NODE).hex()}
    valid = {"witness": cosignature(text, NOW_MS // 1000, "witness").decode()}
    yield "witness/valid", {**head, **valid, **node, "time_s": NOW_MS // 1000}
    yield from cosigned_cases("witness", "witness")
    receipt = cosignature(text, NOW_MS // 1000).decode()
    yield "witness/bad-a-receipt", {**head, "witness": receipt, "error": "a-receipt"}
    renamed = receipt.replace("-node/", "-witness/")
    yield "witness/bad-renamed", {**head, "witness": renamed, "error": "renamed"}


def cosigned_cases(kind: str, who: str) -> Iterator[Case]:
    """What ends well and badly for a line of a holder, or of a witness."""
    text = head_text(2, ROOT, NOW_MS, CHUNKS)
    head, node = {"head": note(text).decode()}, {"node": public(NODE).hex()}
    for name, time_s in (("at-time-0", 0), ("at-the-last-second", 10**12 - 1)):
        said = {kind: cosignature(text, time_s, who).decode(), "time_s": time_s}
        yield f"{kind}/{name}", {**head, **node, **said}
    for name, bent in bent_cosignatures(text, who).items():
        yield f"{kind}/bad-{name}", {**head, kind: bent, "error": name}


def bent_cosignatures(text: bytes, who: str) -> dict[str, str]:
    time_s = NOW_MS // 1000
    valid = cosignature(text, time_s, who).decode()
    dash, name, encoded = valid.split(" ")
    raw = b64decode(encoded)
    of_feed = f"swarmfeed/{address(public(FEED))}"
    plain = reference.key_id(name, 4, public(NODE)) + (time_s).to_bytes(8, "big")
    return {
        "from-beyond-time": cosignature(text, 10**12, who).decode(),
        "of-the-last-of-times": cosignature(text, 2**64 - 1, who).decode(),
        "with-a-line-end": valid + "\n",
        "of-another-time": line(name, raw[:11] + bytes([raw[11] ^ 1]) + raw[12:]),
        "with-the-key-hash-of-a-note": line(
            name, reference.key_id(name, 1, public(NODE)) + raw[4:]
        ),
        "signed-by-another": line(name, plain + sign(AUTHOR, b"cosignature/v1\n" + text)),
        "signed-without-its-time": line(name, plain + sign(NODE, text)),
        "named-as-a-feed": line(of_feed, raw),
        "named-in-capitals": line(f"swarmfeed-{who}/" + name.partition("/")[2].upper(), raw),
        "name-mistyped": line(name[:-3] + "aab", raw),
        "plain-dash": f"- {name} {encoded}",
        "two-blanks": f"{dash}  {name} {encoded}",
        "without-padding": valid.rstrip("="),
        "line-of-a-note": note(text).decode().split("\n\n")[1].rstrip(),
        "of-everybody": line_of_everybody(who),
    }


def line(name: str, raw: bytes) -> str:
    return f"\u2014 {name} {b64encode(raw).decode()}"


def line_of_everybody(who: str) -> str:
    name = f"swarmfeed-{who}/{address(NEUTRAL)}"
    r = ed.compress(ed.multiply(7, ed.BASE))
    raw = reference.key_id(name, 4, NEUTRAL) + (1).to_bytes(8, "big")
    return line(name, raw + r + (7).to_bytes(32, "little"))
