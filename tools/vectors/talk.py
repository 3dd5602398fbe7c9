"""What nodes leave in the DHT, and how they prove their key: docs/PROTOCOL.md 1 and 2."""

from collections.abc import Iterator
from hashlib import sha1, sha256
from typing import Any

from _certificate_vectors import said_by
from _reference_forms import (
    AUTHOR,
    FEED,
    NEXT,
    NODE,
    NOW_MS,
    author_id,
    bencode,
    head_text,
    note,
    public,
    sign,
)
from nacl.signing import SigningKey

from vectors.sets import KEYS, join, rotate

Case = tuple[str, dict[str, Any]]


def topic_cases() -> Iterator[Case]:
    topic = sha1(b"swarmfeed author 2" + author_id(), usedforsecurity=False).hexdigest()
    yield "topic/author", {"author": author_id().hex(), "topic": topic}


# --- gates ---


def gate_cases() -> Iterator[Case]:
    """The newest feed of an author who moved never, once, twice."""
    for generation in range(3):
        join_, forms = gate_forms(generation)
        value = gate_value(generation, join_, forms)
        said = {
            "feed": public(FEED).hex(),
            "certificates": [each.hex() for each in (*forms, join_)],
            "seq": generation * 2**50 + NOW_MS,
        }
        yield f"gate/generation-{generation}", {**gate(bencode(value)), **said}
    join_, forms = gate_forms(1)
    value = gate_value(1, join_, forms)
    first = join(FEED, first=1)
    marked = {**gate_value(0, first, []), "i": 1}
    said = {"feed": public(FEED).hex(), "certificates": [first.hex()], "seq": NOW_MS}
    yield "gate/of-the-first-feed", {**gate(bencode(marked)), **said}
    for name, wrong in bent_gates(value, marked).items():
        yield f"gate/bad-{name}", {**gate(bencode(wrong)), "error": name}
    long = bencode({**value, "z": bytes(1_000)})
    yield "gate/bad-longer-than-996-bytes", {**gate(long), "error": "too long"}
    other = {**gate(bencode(value)), "author": bytes(32).hex(), "error": "another author"}
    yield "gate/bad-of-another-author", {**other, "k": gate_key(bytes(32)).hex()}


def bent_gates(value: dict[str, Any], marked: dict[str, Any]) -> dict[str, dict[str, Any]]:
    swapped = {**value, "a": value["b"], "b": value["a"]}
    without = {key: item for key, item in value.items() if key != "t"}
    return {
        "signatures-swapped": swapped,
        "another-feed": {**value, "f": public(NODE)},
        "another-time": {**value, "t": NOW_MS + 1},
        "another-next": {**value, "n": bytes(32)},
        "keys-swapped": {**value, "k": value["k"][::-1]},
        "rotate-missing": {**value, "r": []},
        "rotate-twice": {**value, "r": value["r"] * 2},
        "rotate-of-zeros": {**value, "r": [bytes(64)]},
        "newest-key-alone": {**value, "k": value["k"][1:], "r": []},
        "no-keys": {**value, "k": [], "r": []},
        "without-time": without,
        "mark-of-the-first-feed-is-not-signed": {**value, "i": 1},
        "mark-of-the-first-feed-left-out": {k: v for k, v in marked.items() if k != "i"},
        "mark-of-the-first-feed-is-2": {**marked, "i": 2},
    }


def gate_forms(generation: int) -> tuple[bytes, list[bytes]]:
    """The signed join of a generation, and the rotates that lead to it."""
    return join(FEED, generation), [rotate(each) for each in range(1, generation + 1)]


def gate_value(generation: int, join_: bytes, rotates: list[bytes]) -> dict[str, Any]:
    return {
        "a": join_[-128:-64],
        "b": join_[-64:],
        "f": public(FEED),
        "k": [public(key) for key in KEYS[: generation + 1]],
        "n": said_by(generation)["next"],
        "r": [each[-64:] for each in rotates],
        "t": NOW_MS,
    }


def gate(value: bytes) -> dict[str, Any]:
    key = gate_key(author_id()).hex()
    return {"author": author_id().hex(), "k": key, "salt": "feed", "v": value.hex()}


def gate_key(author: bytes) -> bytes:
    return public(SigningKey(sha256(b"swarmfeed gate 2" + author).digest()))


# --- sheets and deposits ---


def sheet_cases() -> Iterator[Case]:
    """Whose a sheet is, under the key of its words."""
    alone = bencode({"a": author_id()})
    second = sign(NEXT, buffer(alone, 1, b"author"))
    both = {"a": author_id(), "k": public(NEXT), "s": second}
    said = {"author": author_id().hex()}
    yield "sheet/alone", {**said, "v": alone.hex()}
    with_second = {"second": public(NEXT).hex(), "second_v": alone.hex(), "second_seq": 1}
    yield "sheet/first-with-the-second", {**said, **with_second, "v": bencode(both).hex()}
    bad = {
        "second-signed-by-the-first": {**both, "s": sign(AUTHOR, buffer(alone, 1, b"author"))},
        "second-under-another-number": {**both, "s": sign(NEXT, buffer(alone, 2, b"author"))},
        "second-without-signature": {"a": author_id(), "k": public(NEXT)},
        "author-of-31-bytes": {"a": author_id()[:31]},
        "no-author": {"k": public(NEXT), "s": second},
    }
    for name, value in bad.items():
        yield f"sheet/bad-{name}", {"v": bencode(value).hex(), "error": name}


def deposit_cases() -> Iterator[Case]:
    root, chunks = sha256(b"root").digest(), sha256(b"le").digest()
    head = note(head_text(512, root, NOW_MS, chunks))
    value = {
        "c": join(FEED),
        "h": head,
        "n": 2**20,
        "o": [],
        "p": bytes(32),
        "s": bytes(20),
    }
    feed = {"feed": public(FEED).hex()}
    for name, seq in (("valid", 512), ("of-a-larger-head", 767)):
        case = {**feed, "seq": seq, "v": bencode(value).hex(), "size": 512}
        yield f"deposit/{name}", case
    tail = note(head_text(513, root, NOW_MS, chunks))
    empty = note(head_text(0, root, NOW_MS, chunks))
    bad: dict[str, tuple[dict[str, Any], int]] = {
        "number-beyond-the-head": (value, 768),
        "number-below-the-head": (value, 511),
        "head-with-a-tail": ({**value, "h": tail}, 513),
        "head-of-nothing": ({**value, "h": empty}, 0),
        "head-of-another": ({**value, "h": note(head_text(512, root, 0, chunks), NEXT)}, 512),
        "list-of-0-bytes": ({**value, "n": 0}, 512),
        "list-beyond-1-mib": ({**value, "n": 2**20 + 1}, 512),
        "two-pieces": ({**value, "p": bytes(64)}, 512),
        "other-feed-of-31-bytes": ({**value, "o": [bytes(31)]}, 512),
        "9-other-feeds": ({**value, "o": [bytes(32)] * 9}, 512),
        "without-certificate": ({k: v for k, v in value.items() if k != "c"}, 512),
    }
    for name, (wrong, seq) in bad.items():
        yield (
            f"deposit/bad-{name}",
            {**feed, "seq": seq, "v": bencode(wrong).hex(), "error": name},
        )


# --- the hello ---


def hello_cases() -> Iterator[Case]:
    """A client's proof is for one certificate, one nonce and its own id."""
    nonce, certificate = bytes(range(32)), sha256(b"a certificate in DER").digest()
    proven = b"swarmfeed hello 1" + certificate + nonce + public(NODE)
    case = {
        "certificate_hash": certificate.hex(),
        "nonce": nonce.hex(),
        "node": public(NODE).hex(),
        "proof": sign(NODE, proven).hex(),
    }
    yield "hello-proof/valid", case
    bad = {
        "another-nonce": {"nonce": bytes(32).hex()},
        "another-server": {"certificate_hash": bytes(32).hex()},
        "another-node": {"node": public(FEED).hex()},
        "signed-by-another": {"proof": sign(FEED, proven).hex()},
        "without-its-words": {"proof": sign(NODE, proven[17:]).hex()},
    }
    for name, change in bad.items():
        yield f"hello-proof/bad-{name}", {**case, **change, "error": name}


# --- heads ---


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
