"""Test vectors of section 3 of docs/FORMAT.md, for ``make_vectors.py``: certificates.

Nothing of swarmfeed is imported.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from _reference_forms import (
    AUTHOR,
    FEED,
    NEXT,
    NOW_MS,
    THIRD,
    author_id,
    bencode,
    public,
    shown,
    sign,
)
from nacl.signing import SigningKey

DOMAIN = b"swarmfeed certificate 2\n"

Fields = dict[str, Any]


def said_by(generation: int) -> Fields:
    """What every certificate of a generation says."""
    keys = (AUTHOR, NEXT, THIRD, FEED)
    key, after = keys[generation : generation + 2]
    return {
        "author": author_id(),
        "gen": generation,
        "key": public(key),
        "next": sha256(public(after)).digest(),
    }


BASE: Fields = {**said_by(0), "feed": public(FEED), "from_ms": NOW_MS}
JOIN: Fields = {**BASE, "type": b"join"}
LEAVE: Fields = {**BASE, "size": 300, "type": b"leave"}
ROTATE: Fields = {**said_by(1), "type": b"rotate", "was": public(AUTHOR)}
LATER: Fields = {**said_by(1), "feed": public(FEED), "from_ms": NOW_MS + 1}
KEEP: Fields = {
    **LATER,
    "join": bencode(JOIN),
    "sig": sign(FEED, DOMAIN + bencode(JOIN)),
    "type": b"keep",
}
BOTH, LATER_BOTH = (AUTHOR, FEED), (NEXT, FEED)


def certificate_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    good: dict[str, tuple[tuple[SigningKey, ...], Fields]] = {
        "join": (BOTH, JOIN),
        "join-of-the-first-feed": (BOTH, {**JOIN, "first": 1}),
        "join-with-a-key-of-later": (BOTH, {**JOIN, "zz": 1}),
        "join-of-the-second-author-key": (LATER_BOTH, {**LATER, "type": b"join"}),
        "keep": ((NEXT,), KEEP),
        "keep-with-an-end": ((NEXT,), {**KEEP, "end": 77}),
        "leave": ((AUTHOR,), LEAVE),
        "rotate": ((NEXT,), ROTATE),
        "rotate-to-the-third": (
            (THIRD,),
            {**said_by(2), "type": b"rotate", "was": public(NEXT)},
        ),
    }
    for name, (keys, said) in good.items():
        yield f"certificate/{name}", {**shown(said), "signed": certificate(keys, said).hex()}
    for name, signed in bad_certificates().items():
        yield f"certificate/bad-{name}", {"signed": signed.hex(), "error": name}


def bad_certificates() -> dict[str, bytes]:
    """What is wrong with each -> its bytes, made from the fields of good ones."""
    return {**bad_signatures(), **bad_values(), **bad_proofs()}


def bad_signatures() -> dict[str, bytes]:
    thief = {**JOIN, "key": public(NEXT)}
    return {
        "join-signed-by-the-author-alone": certificate((AUTHOR,), JOIN),
        "join-signed-twice-by-the-author": certificate((AUTHOR, AUTHOR), JOIN),
        "join-signed-twice-by-the-feed": certificate((FEED, FEED), JOIN),
        "join-signatures-swapped": certificate((FEED, AUTHOR), JOIN),
        "join-signed-three-times": certificate((AUTHOR, FEED, FEED), JOIN),
        "join-of-the-feed-of-another": certificate((NEXT, NEXT), thief),
        "join-with-signatures-of-another": certificate((), thief)
        + certificate(BOTH, JOIN)[-128:],
        "leave-signed-by-the-feed": certificate((FEED,), LEAVE),
        "leave-signed-by-both": certificate(BOTH, LEAVE),
        "rotate-signed-by-the-old-key": certificate((AUTHOR,), ROTATE),
        "keep-signed-by-the-old-key": certificate((AUTHOR,), KEEP),
        "keep-with-the-author-s-signature-of-the-join": certificate(
            (NEXT,), {**KEEP, "sig": sign(AUTHOR, DOMAIN + KEEP["join"])}
        ),
    }


def bad_values() -> dict[str, bytes]:
    unsorted = b"d" + bencode(JOIN)[1:-1] + b"3:abci0e" + b"e"
    message = DOMAIN + unsorted
    return {
        "unknown-type": certificate(BOTH, {**BASE, "type": b"joy"}),
        "feed-of-31-bytes": certificate(BOTH, {**JOIN, "feed": bytes(31)}),
        "key-of-33-bytes": certificate(BOTH, {**JOIN, "key": bytes(33)}),
        "negative-time": certificate(BOTH, {**JOIN, "from_ms": -1}),
        "time-of-16-digits": certificate(BOTH, {**JOIN, "from_ms": 10**15}),
        "size-beyond-the-limit": certificate((AUTHOR,), {**LEAVE, "size": 2**32 + 1}),
        "end-beyond-the-limit": certificate((NEXT,), {**KEEP, "end": 2**32 + 1}),
        "first-is-2": certificate(BOTH, {**JOIN, "first": 2}),
        "generation-16": certificate(LATER_BOTH, {**LATER, "gen": 16, "type": b"join"}),
        "rotate-to-generation-0": certificate((AUTHOR,), {**ROTATE, **said_by(0)}),
        "longer-than-1000-bytes": certificate(BOTH, {**JOIN, "z": bytes(900)}),
        "version-1": certificate(BOTH, JOIN, b"swarmfeed certificate 1\n"),
        "keys-out-of-order": message + sign(AUTHOR, message) + sign(FEED, message),
    }


def bad_proofs() -> dict[str, bytes]:
    second = {**LATER, "type": b"join"}
    old = {"join": bencode(second), "sig": sign(FEED, DOMAIN + bencode(second))}
    leave = {"join": bencode(LEAVE), "sig": sign(FEED, DOMAIN + bencode(LEAVE))}
    return {
        "first-key-is-not-the-author-s": certificate(LATER_BOTH, {**JOIN, "key": public(NEXT)}),
        "next-hash-is-not-the-author-s": certificate(BOTH, {**JOIN, "next": bytes(32)}),
        "author-is-another": certificate(BOTH, {**JOIN, "author": bytes(32)}),
        "second-key-is-not-the-author-s": certificate((FEED,), {**ROTATE, "key": public(FEED)}),
        "rotate-from-a-key-that-is-not-the-author-s": certificate(
            (NEXT,), {**ROTATE, "was": public(FEED)}
        ),
        "keep-of-the-same-generation": certificate((NEXT,), {**KEEP, **old}),
        "keep-of-a-leave": certificate((NEXT,), {**KEEP, **leave}),
        "keep-of-another-feed": certificate((NEXT,), {**KEEP, "feed": public(AUTHOR)}),
        "keep-in-generation-0": certificate((AUTHOR,), {**KEEP, **said_by(0)}),
    }


def certificate(keys: Iterable[SigningKey], fields: Fields, domain: bytes = DOMAIN) -> bytes:
    message = domain + bencode(fields)
    return message + b"".join(sign(key, message) for key in keys)
