"""Notices and goodbyes as they are mostly said, and the ways to say them wrong."""

from collections.abc import Iterator
from typing import Any

from _reference_forms import (
    AUTHOR,
    FEED,
    NODE,
    NOW_MS,
    bencode,
    public,
    shown,
    sign,
)
from nacl.signing import SigningKey

Case = tuple[str, dict[str, Any]]


def notice_cases() -> Iterator[Case]:
    day = 24 * 3_600_000
    lease: dict[str, Any] = {
        "author": public(AUTHOR),
        "bytes": 95_000,
        "feed": public(FEED),
        "made": NOW_MS,
        "node": public(NODE),
        "reason": b"",
        "size": 1_700,
        "until": NOW_MS + day,
        "word": b"lease",
    }
    hour = {"until": NOW_MS + day // 4}
    refusal = {**lease, **hour, "reason": b"the disk is full", "size": 0, "word": b"refusal"}
    for fields in (lease, refusal):
        said = {key: value for key, value in fields.items() if key not in ("reason", "word")}
        texts = {"reason": fields["reason"].decode(), "word": fields["word"].decode()}
        signed = notice(NODE, fields)
        yield f"notice/{texts['word']}", {**shown(said), **texts, "signed": signed.hex()}
    bad = {
        "signed-by-another": notice(AUTHOR, lease),
        "of-a-word-nobody-knows": notice(NODE, {**lease, "word": b"maybe"}),
        "lasts-longer-than-a-day": notice(NODE, {**lease, "until": NOW_MS + day + 1}),
        "expires-before-it-was-made": notice(NODE, {**lease, "until": NOW_MS - 1}),
        "without-a-size": notice(NODE, {k: v for k, v in lease.items() if k != "size"}),
        "with-words-of-a-goodbye": notice(NODE, lease, b"swarmfeed goodbye 1\n"),
        "longer-than-1500-bytes": notice(NODE, {**lease, "z": bytes(1_400)}),
    }
    for name, signed in bad.items():
        yield f"notice/bad-{name}", {"signed": signed.hex(), "error": name}
    goodbye = {"made": NOW_MS, "node": public(NODE)}
    signed = notice(NODE, goodbye, b"swarmfeed goodbye 1\n")
    yield "goodbye/goodbye", {**shown(goodbye), "signed": signed.hex()}
    forged = notice(AUTHOR, goodbye, b"swarmfeed goodbye 1\n")
    yield "goodbye/bad-signed-by-another", {"signed": forged.hex(), "error": "signature"}


def notice(
    key: SigningKey, fields: dict[str, Any], domain: bytes = b"swarmfeed notice 1\n"
) -> bytes:
    message = domain + bencode(fields)
    return message + sign(key, message)
