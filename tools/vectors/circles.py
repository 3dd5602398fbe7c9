"""Circles: the tree, a rekey, protected entries, a welcome."""

import hmac
from collections.abc import Iterator
from typing import Any

from _reference_forms import FEED, bencode, public
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

Case = tuple[str, dict[str, Any]]

SEED, KEY, BEFORE, OTHER = (bytes(range(at, at + 32)) for at in (0, 32, 64, 96))
NONCE, OTHER_FEED = bytes(range(24)), bytes(range(160, 192))
EPOCH, LEAF, ASSIGNED, REMOVED = 7, 5, 11, (2, 8)


def circle_cases() -> Iterator[Case]:
    yield from trees()
    yield from rekeys()
    yield from protected_entries()
    yield from welcomes()


def mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def node_key(node: int) -> bytes:
    return mac(SEED, b"swarmfeed circle node 1" + node.to_bytes(2, "big"))


def above(leaf: int) -> list[int]:
    node, found = 2**14 + leaf, []
    while node:
        found.append(node)
        node //= 2
    return found[::-1]


def covering(assigned: int, removed: tuple[int, ...]) -> list[int]:
    """Nodes all of whose leaves may read, and whose parent has one that may not."""
    may = {leaf for leaf in range(assigned) if leaf not in removed}

    def whole(node: int) -> bool:
        below = 2 ** (15 - node.bit_length())
        first = node * below - 2**14
        return may.issuperset(range(first, first + below))

    near = {node for leaf in may for node in above(leaf)}
    good = {node for node in near if whole(node)}
    return sorted(node for node in good if node // 2 not in good)


def trees() -> Iterator[Case]:
    case: dict[str, Any] = {
        "seed": SEED.hex(),
        "leaf": LEAF,
        "path": above(LEAF),
        "path_keys": [node_key(node).hex() for node in above(LEAF)],
        "assigned": ASSIGNED,
        "removed": list(REMOVED),
        "cover": covering(ASSIGNED, REMOVED),
    }
    yield "circle-tree/two-removed", case


CHECK = hmac.digest(KEY, b"swarmfeed circle check 1", "sha256")[:16]
PLACE = public(FEED) + EPOCH.to_bytes(4, "big") + CHECK


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def wrap(node: int) -> bytes:
    tag = mac(node_key(node), b"swarmfeed circle tag 1" + PLACE)[:6]
    return tag + xor(KEY, mac(node_key(node), b"swarmfeed circle wrap 1" + PLACE))


def rekeys() -> Iterator[Case]:
    nodes = covering(ASSIGNED, REMOVED)
    wraps = sorted([*map(wrap, nodes), wrap(0), b"\xee" * 38, b"\xdd" * 38])
    before = xor(BEFORE, mac(KEY, b"swarmfeed circle before 1" + PLACE))
    fields = {"c": CHECK, "e": EPOCH, "p": before, "w": b"".join(wraps)}
    case: dict[str, Any] = {
        "feed": public(FEED).hex(),
        "node_keys": [node_key(node).hex() for node in above(LEAF)],
        "body": bencode(fields).hex(),
        "key": KEY.hex(),
        "before": BEFORE.hex(),
    }
    yield "rekey/for-a-leaf", case
    yield "rekey/for-own-devices", {**case, "node_keys": [node_key(0).hex()]}
    removed = [node_key(node).hex() for node in above(REMOVED[0])]
    late = [node_key(node).hex() for node in above(ASSIGNED)]
    changed = {**fields, "w": b"".join(each[:-1] + b"\0" for each in wraps)}
    bad: dict[str, dict[str, Any]] = {
        "for-who-was-removed": {"node_keys": removed},
        "for-a-newcomer": {"node_keys": late},
        "in-another-feed": {"feed": OTHER_FEED.hex()},
        "with-changed-wraps": {"body": bencode(changed).hex()},
        "with-another-check": {"body": bencode({**fields, "c": CHECK[::-1]}).hex()},
    }
    for name, change in bad.items():
        yield f"rekey/bad-{name}", {**case, **change, "error": name}


def protect(content: bytes, key: bytes, place: bytes, size: int = 128) -> dict[str, bytes]:
    own = mac(key, b"swarmfeed protected 1" + NONCE)
    padded = (len(content).to_bytes(2, "big") + content).ljust(size, b"\0")
    inner = mac(own, b"swarmfeed protected key 1")
    sealed = bytes(encrypt(padded, place, NONCE, inner))
    return {"c": mac(own, b"swarmfeed protected tag 1"), "n": NONCE, "x": sealed}


def protected_entries() -> Iterator[Case]:
    place = public(FEED) + (9).to_bytes(8, "big")
    said = bencode({"text": "hé".encode()})
    content = bencode({"b": said, "k": b"post"})
    body = protect(content, KEY, place)
    case: dict[str, Any] = {
        "feed": public(FEED).hex(),
        "index": 9,
        "key": KEY.hex(),
        "kind": "post",
        "said": said.hex(),
        "body": bencode(body).hex(),
    }
    yield "protected/a-post", case
    zeros = protect(content, KEY, place)
    zeros["x"] = protect(content.ljust(126, b"x"), KEY, place)["x"]
    two = {**body, "c": protect(content, OTHER, place)["c"]}
    own = mac(KEY, b"swarmfeed protected 1" + NONCE[:-1])
    short = {**body, "n": NONCE[:-1], "c": mac(own, b"swarmfeed protected tag 1")}
    bad: dict[str, dict[str, Any]] = {
        "with-another-key": {"key": OTHER.hex()},
        "at-another-index": {"index": 10},
        "in-another-feed": {"feed": OTHER_FEED.hex()},
        "changed": {"body": bencode({**body, "x": body["x"][:-1] + b"\0"}).hex()},
        "that-commits-to-another-key": {"body": bencode(two).hex()},
        "with-a-short-nonce": {"body": bencode(short).hex()},
        "of-another-size": {"body": bencode(protect(content, KEY, place, 129)).hex()},
        "padded-with-something": {"body": bencode(zeros).hex()},
    }
    for name, change in bad.items():
        yield f"protected/bad-{name}", {**case, **change, "error": name}


def welcomes() -> Iterator[Case]:
    path = b"".join(node_key(node) for node in above(LEAF))
    fields: dict[str, Any] = {
        "c": bytes(range(16)),
        "e": EPOCH,
        "g": bytes(range(8)),
        "k": KEY,
        "l": LEAF,
        "n": "Fälle".encode(),
        "p": path,
    }
    case: dict[str, Any] = {
        "fields": bencode(fields).hex(),
        "leaf": LEAF,
        "epoch": EPOCH,
        "name": "Fälle",
    }
    yield "welcome/valid", case
    bad: dict[str, dict[str, Any]] = {
        "without-a-name": {**fields, "n": b""},
        "with-a-short-path": {**fields, "p": path[:-1]},
        "with-a-leaf-beyond-the-last": {**fields, "l": 2**14},
        "without-a-key": {key: value for key, value in fields.items() if key != "k"},
    }
    for name, changed in bad.items():
        yield f"welcome/bad-{name}", {**case, "fields": bencode(changed).hex(), "error": name}
