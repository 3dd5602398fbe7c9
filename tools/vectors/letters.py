"""Letters: keys, the secret of a session, its first letter, contents and ids."""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from _reference_forms import FEED, NOW_MS, author_id, bencode, public
from _reference_parcels import hkdf
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt
from nacl.bindings import crypto_scalarmult as dh
from nacl.bindings import crypto_scalarmult_base as base

Case = tuple[str, dict[str, Any]]

OTHER_FEED = bytes(range(160, 192))
HASH = sha256(b"a piece").digest()
SEED, OTHER_SEED = bytes(range(32)), bytes(range(32, 64))
EPHEMERAL, RATCHET, NONCE = bytes(range(64, 96)), bytes(range(96, 128)), bytes(range(24))
MLKEM_TEXT = sha256(b"text").digest() * 34
"""Any text decapsulates to a secret (FIPS 203, 6.3): this one always to the same."""


def letter_cases() -> Iterator[Case]:
    yield from key_cases()
    yield from session_cases()
    yield from content_cases()


def privates(seed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    both = hkdf(seed, b"swarmfeed prekeys 1", 160)
    return both[:32], both[32:64], both[64:96], both[96:]


def body_of(seed: bytes) -> dict[str, Any]:
    identity, prekey, outer, mlkem = privates(seed)
    key = MLKEM768PrivateKey.from_seed_bytes(mlkem).public_key()
    return {
        "b": base(prekey),
        "i": base(identity),
        "o": base(outer),
        "q": key.public_bytes_raw(),
        "u": NOW_MS,
        "v": 1,
    }


def name_of(seed: bytes) -> bytes:
    return sha256(b"swarmfeed prekeys 1" + bencode(body_of(seed))).digest()


def key_cases() -> Iterator[Case]:
    body = bencode(body_of(SEED)).hex()
    case = {"seed": SEED.hex(), "until_ms": NOW_MS, "body": body, "name": name_of(SEED).hex()}
    yield "letter-keys/of-a-seed", case


def mlkem_secret() -> bytes:
    return MLKEM768PrivateKey.from_seed_bytes(privates(OTHER_SEED)[3]).decapsulate(MLKEM_TEXT)


def secret_of_first() -> bytes:
    """SK of a session that A begins with B, by hand."""
    identity, (their_identity, their_prekey, _, _) = privates(SEED)[0], privates(OTHER_SEED)
    secrets = (
        dh(identity, base(their_prekey))
        + dh(EPHEMERAL, base(their_identity))
        + dh(EPHEMERAL, base(their_prekey))
        + mlkem_secret()
    )
    info = b"swarmfeed pqxdh 1" + public(FEED) + OTHER_FEED + name_of(OTHER_SEED) + b"\0\1"
    return hkdf(b"\xff" * 32 + secrets, info, 32)


def first_letter() -> dict[str, Any]:
    """A begins a session with B, by hand."""
    secret, their_prekey = secret_of_first(), privates(OTHER_SEED)[1]
    agreed = dh(RATCHET, base(their_prekey))
    chain = hkdf(agreed, b"swarmfeed ratchet root 1", 64, salt=secret)[32:]
    key = hmac.digest(chain, b"\2", sha256)
    context = b"swarmfeed letter 1" + public(FEED) + OTHER_FEED
    sealed = NONCE + encrypt(b"hello", context + base(RATCHET) + bytes(8), NONCE, key)
    return {
        "opener": public(FEED).hex(),
        "answerer": OTHER_FEED.hex(),
        "seed": SEED.hex(),
        "other_seed": OTHER_SEED.hex(),
        "until_ms": NOW_MS,
        "ephemeral": EPHEMERAL.hex(),
        "mlkem_text": MLKEM_TEXT.hex(),
        "mlkem": mlkem_secret().hex(),
        "secret": secret.hex(),
        "ratchet": base(RATCHET).hex(),
        "sealed": sealed.hex(),
        "plain": b"hello".hex(),
        "suite": 1,
    }


def session_cases() -> Iterator[Case]:
    """What opens, and what was changed on the way."""
    case = first_letter()
    sealed = bytes.fromhex(case["sealed"])
    yield "letter-session/first-letter", case
    bad: dict[str, dict[str, Any]] = {
        "of-another-suite": {"suite": 2},
        "for-another-device": {"answerer": public(FEED).hex()},
        "changed": {"sealed": (sealed[:-1] + bytes([sealed[-1] ^ 1])).hex()},
        "weak-ratchet-key": {"ratchet": bytes(32).hex()},
        "cut-short": {"sealed": sealed[:30].hex()},
    }
    for name, change in bad.items():
        yield f"letter-session/bad-{name}", {**case, **change, "error": name}


def picture_case(fields: dict[str, Any]) -> Case:
    """A letter without words that names two pictures, one of them open to all."""
    medium = {
        "k": bytes(range(32)),
        "l": 3,
        "n": 19,
        "p": HASH,
        "s": bytes(20),
        "t": b"image/png",
    }
    open_to_all = {key: value for key, value in medium.items() if key not in ("k", "l")}
    content = bencode({**fields, "b": bencode({"m": [medium, open_to_all], "x": b""})})
    return "letter/with-pictures", {
        "author": author_id().hex(),
        "padded": (len(content).to_bytes(4, "big") + content).ljust(512, b"\0").hex(),
        "id": sha256(b"swarmfeed letter 1" + author_id() + content).digest()[:16].hex(),
        "text": "",
        "time_ms": NOW_MS,
        "pictures": [bencode(medium).hex()],
    }


def content_cases() -> Iterator[Case]:
    fields = {
        "a": [bytes(16)],
        "b": bencode({"x": "hé".encode()}),
        "k": b"text",
        "n": bytes(range(32)),
        "t": NOW_MS,
        "to": OTHER_FEED,
    }
    content = bencode(fields)
    padded = (len(content).to_bytes(4, "big") + content).ljust(256, b"\0")
    name = sha256(b"swarmfeed letter 1" + author_id() + content).digest()[:16]
    case = {
        "author": author_id().hex(),
        "padded": padded.hex(),
        "id": name.hex(),
        "text": "hé",
        "time_ms": NOW_MS,
    }
    yield "letter/text", case
    yield picture_case(fields)
    for why, bent in {
        "padded-with-something": padded[:-1] + b"\1",
        "cut-short": padded[: len(content)],
        "to-nobody": padded.replace(b"2:to32:", b"2:to31:"),
        "without-a-kind": padded.replace(b"1:k", b"1:j"),
    }.items():
        yield f"letter/bad-{why}", {**case, "padded": bent.hex(), "error": why}
