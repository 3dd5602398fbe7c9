"""Section 3 of docs/FORMAT.md: certificates, and whose a feed is.

The second implementation that ``verify_feed.py`` uses.  Nothing of swarmfeed is imported.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from _feed_format import check_signature, decode, decode_at, need, take

DOMAIN = b"swarmfeed certificate 2\n"
CERTIFICATE_MAX, GENERATIONS_MAX, FEEDS_MAX = 1_000, 16, 64
WHAT = "certificate"

Body = dict[bytes, Any]


def open_certificate(signed: Any) -> Body:
    """Verify one certificate with all its signatures, and return its body."""
    need(isinstance(signed, bytes) and len(signed) <= CERTIFICATE_MAX, f"{WHAT} is too long")
    need(signed.startswith(DOMAIN), f"{WHAT} is of another version")
    body, end = decode_at(signed, len(DOMAIN), WHAT, 8)
    check_body(body)
    signers = [b"key", b"feed"] if body[b"type"] == b"join" else [b"key"]
    need(len(signed) == end + 64 * len(signers), f"{WHAT} of another number of signatures")
    for number, key in enumerate(signers):
        signature = signed[end + 64 * number : end + 64 * (number + 1)]
        check_signature(body[key], signed[:end], signature, WHAT)
    if body[b"type"] == b"keep":
        check_signature(
            body[b"feed"], DOMAIN + body[b"join"], body[b"sig"], f"{WHAT}: the join"
        )
    first = first_generation(body)
    need(first is None or author_id(*first) == body[b"author"], f"{WHAT}: not the author's key")
    return dict(body)


def check_body(body: Any) -> None:
    """Check what a certificate says, and nothing about signatures."""
    kind = take(body, "type", bytes, WHAT)
    need(kind in (b"join", b"keep", b"leave", b"rotate"), f"{WHAT} is of an unknown type")
    ids = ["author", "key", "next", "was" if kind == b"rotate" else "feed"]
    need(all(len(take(body, key, bytes, WHAT)) == 32 for key in ids), f"{WHAT}: a short id")
    lowest = 1 if kind in (b"keep", b"rotate") else 0
    need(lowest <= take(body, "gen", int, WHAT) < GENERATIONS_MAX, f"{WHAT}: a bad generation")
    if kind != b"rotate":
        need(0 <= take(body, "from_ms", int, WHAT) < 10**15, f"{WHAT}: a bad time")
    for key, kinds in (("size", [b"leave"]), ("end", [b"keep"] if b"end" in body else [])):
        if kind in kinds:
            need(0 <= take(body, key, int, WHAT) <= 2**32, f"{WHAT}: a bad size")
    if kind == b"join" and b"first" in body:
        need(take(body, "first", int, WHAT) == 1, f"{WHAT}: a bad mark of the first feed")
    if kind == b"keep":
        check_keep(body)


def check_keep(body: Body) -> None:
    old = decode(take(body, "join", bytes, WHAT), f"{WHAT}: the join")
    check_body(old)
    same = all(old.get(key) == body[key] for key in (b"author", b"feed"))
    need(old[b"type"] == b"join" and same, f"{WHAT} keeps what is no join of that feed")
    need(old[b"gen"] < body[b"gen"], f"{WHAT} keeps a join of no older generation")
    need(len(take(body, "sig", bytes, WHAT)) == 64, f"{WHAT}: a short signature")


def author_id(key: bytes, next_hash: bytes) -> bytes:
    return sha256(b"swarmfeed author 2" + key + next_hash).digest()


def first_generation(body: Body) -> tuple[bytes, bytes] | None:
    """Key 0 and the hash of key 1, where a certificate alone says them."""
    if body[b"gen"] == 0:
        return body[b"key"], body[b"next"]
    if body[b"gen"] == 1 and body[b"type"] == b"rotate":
        return body[b"was"], sha256(body[b"key"]).digest()
    return None


@dataclass
class State:
    """What a list of certificates says of an author."""

    generation: int
    ends: dict[bytes, int | None]
    """Feeds that count, and where the author's part of each ends."""
    disputed: bool


def state_of(author: bytes, bodies: Iterable[Body]) -> State | None:
    """The state of an author; None where no certificate proves a key of theirs."""
    own = [each for each in bodies if each[b"author"] == author]
    firsts = [first for each in own if (first := first_generation(each)) is not None]
    if not firsts:
        return None
    chain, disputed = [(0, *firsts[0])], False
    while found := [each for each in own if follows(chain[-1], each)]:
        disputed |= len({each[b"next"] for each in found}) > 1
        chain.append(place(found[0]))
    joins: list[Body] = []
    while not joins and chain:
        here = chain.pop()
        joins = [e for e in own if e[b"type"] in (b"join", b"keep") and place(e) == here]
    joins.sort(key=joined)
    feeds = list(dict.fromkeys(each[b"feed"] for each in joins))[:FEEDS_MAX]
    cuts = [(e.get(b"feed"), cut) for e in own if place(e) == here and (cut := cut_of(e)) != -1]
    ends = {
        feed: min((cut for key, cut in cuts if key == feed), default=None) for feed in feeds
    }
    return State(here[0], ends, disputed)


def place(body: Body) -> tuple[int, bytes, bytes]:
    return body[b"gen"], body[b"key"], body[b"next"]


def follows(before: tuple[int, bytes, bytes], body: Body) -> bool:
    generation, key, next_hash = before
    return (
        body[b"type"] == b"rotate"
        and body[b"gen"] == generation + 1
        and body[b"was"] == key
        and sha256(body[b"key"]).digest() == next_hash
    )


def joined(body: Body) -> tuple[int, bytes]:
    """When a feed joined, by the author's clock, and which."""
    old = decode(body[b"join"], WHAT) if body[b"type"] == b"keep" else body
    return old[b"from_ms"], body[b"feed"]


def cut_of(body: Body) -> int:
    """Where a certificate ends a feed; -1: it says nothing of that."""
    said = {b"leave": body.get(b"size", -1), b"keep": body.get(b"end", -1)}
    return int(said.get(body[b"type"], -1))
