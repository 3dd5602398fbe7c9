"""Certificates: what an author key says about feeds, and about the key that follows it.

    signed  = message || signature (64), a join has two
    message = "swarmfeed certificate 1\\n" || body
    body    = canonical bencoded dict:

    join    {"author": author_id, "feed": feed_id, "from_ms": ms, "next"?: hash, "type": "join"}
    leave   {"author": author_id, "feed": feed_id, "from_ms": ms, "size": n, "type": "leave"}
    rotate  {"author": author_id, "next": next author_id, "type": "rotate"}

Ids and hashes are 32 bytes.  A join's ``next`` is SHA-256 of the next author key (public, 32
bytes), whose words stand on a second sheet.  Leaves are signed by the author key, a rotate by
the next key that it reveals: the author key may be lost, or a thief's by then.  A join is
signed by the author key and then by the feed key, over the same message: nobody takes a feed
that is not theirs.  The message names both keys, each in its part, so neither signature says
anything in the place of the other.

Nothing else that is signed in swarmfeed begins with the same line; what a feed key signs
besides, a head, begins with ``swarmfeed/``.  Unknown keys are ignored.
"""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed certificate 1\n"
"""What every signed message starts with: purpose and version."""


@dataclass(frozen=True, slots=True)
class Join:
    """This feed is mine; the feed says so too."""

    author_id: AuthorId
    feed_id: FeedId
    from_ms: int
    """The author's clock when it was signed: Unix time in milliseconds."""
    next_key_hash: Hash | None = None
    """SHA-256 of the author key that may take over; None when none was prepared."""


@dataclass(frozen=True, slots=True)
class Leave:
    """This feed is no longer mine: entries at index >= size are not by me."""

    author_id: AuthorId
    feed_id: FeedId
    size: int
    """Entries [0, size) stay the author's."""
    from_ms: int
    """The author's clock when it was signed: Unix time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Rotate:
    """The prepared next author key takes over; whether it was prepared, a join tells."""

    author_id: AuthorId
    """The key that is replaced."""
    next_author_id: AuthorId
    """The key that replaces it, and signs this."""


Certificate = Join | Leave | Rotate


def hash_next_key(next_author_id: AuthorId) -> Hash:
    """Return what a join carries to prepare the next author key."""
    return Hash(sha256(next_author_id).digest())


def sign_join(
    author_key: SigningKey,
    feed_key: SigningKey,
    *,
    from_ms: int,
    next_key_hash: Hash | None = None,
) -> bytes:
    """Return the certificate that a feed is the author's, signed by both."""
    fields: dict[str, Encodable] = {
        "author": author_key.public,
        "feed": feed_key.public,
        "from_ms": from_ms,
        "type": "join",
    }
    if next_key_hash is not None:
        fields["next"] = next_key_hash
    return _sign(fields, author_key, feed_key)


def sign_leave(author_key: SigningKey, feed_id: FeedId, *, size: int, from_ms: int) -> bytes:
    """Return the signed certificate that a feed ends after ``size`` entries."""
    fields: dict[str, Encodable] = {
        "author": author_key.public,
        "feed": feed_id,
        "from_ms": from_ms,
        "size": size,
        "type": "leave",
    }
    return _sign(fields, author_key)


def sign_rotate(author_id: AuthorId, next_key: SigningKey) -> bytes:
    """Return the signed certificate that ``next_key`` takes over from ``author_id``."""
    return _sign({"author": author_id, "next": next_key.public, "type": "rotate"}, next_key)


def _sign(fields: dict[str, Encodable], *keys: SigningKey) -> bytes:
    message = DOMAIN + encode(fields)
    signed = message + b"".join(key.sign(message) for key in keys)
    try:
        open_certificate(signed)
    except BadEncodingError as error:
        # The reader's own check: nothing is signed that nobody would accept.
        raise ValueError(f"not a certificate to sign: {error}") from error
    return signed


def open_certificate(signed: bytes) -> Certificate:
    """Return what a signed certificate says, once all its signatures hold.

    Raises:
        BadEncodingError: Not one canonical certificate of version 1.
        BadSignatureError: Not signed by the keys that have to.
    """
    if len(signed) > CERTIFICATE_BYTES_MAX:
        raise BadEncodingError(
            f"certificate is {len(signed)} bytes, at most {CERTIFICATE_BYTES_MAX}"
        )
    if not signed.startswith(DOMAIN):
        raise BadEncodingError("not a certificate of version 1")
    # The keys to verify with stand inside, so the total decoder has to run first.
    message, fields = _split(signed)
    certificate = _read(fields)
    signers = _signers_of(certificate)
    if len(signed) != len(message) + len(signers) * SIGNATURE_BYTES:
        raise BadEncodingError("certificate with a signature too few or too many")
    for number, key in enumerate(signers):
        start = len(message) + number * SIGNATURE_BYTES
        verify_signature(key, message, signed[start : start + SIGNATURE_BYTES])
    return certificate


def _split(signed: bytes) -> tuple[bytes, Fields]:
    """Return the message and what its body says; one or two signatures follow it.

    A bencoded dict says itself where it ends, so at most one of both splits can be read.
    """
    for count in (2, 1):
        message = signed[: -count * SIGNATURE_BYTES]
        with suppress(BadEncodingError):
            body = message[len(DOMAIN) :]
            return message, decode_fields(
                body, "certificate", limit_bytes=CERTIFICATE_BYTES_MAX
            )
    raise BadEncodingError("certificate is not a bencoded dict and one or two signatures")


def _signers_of(certificate: Certificate) -> tuple[bytes, ...]:
    """Return whose signatures a certificate has to carry, in order."""
    match certificate:
        case Join():
            return (certificate.author_id, certificate.feed_id)
        case Leave():
            return (certificate.author_id,)
        case Rotate():
            return (certificate.next_author_id,)


def _read(fields: Fields) -> Certificate:
    author_id = AuthorId(fields.take_bytes(b"author", length=KEY_BYTES))
    match fields.take_bytes(b"type", bytes_max=16):
        case b"join":
            return _read_join(fields, author_id)
        case b"leave":
            return Leave(
                author_id,
                FeedId(fields.take_bytes(b"feed", length=KEY_BYTES)),
                fields.take_int(b"size", 0, FEED_ENTRIES_MAX),
                fields.take_int(b"from_ms", 0, TIME_MS_MAX),
            )
        case b"rotate":
            next_author_id = AuthorId(fields.take_bytes(b"next", length=KEY_BYTES))
            return Rotate(author_id, next_author_id)
        case other:
            raise BadEncodingError(f"certificate of unknown type {other!r}")


def _read_join(fields: Fields, author_id: AuthorId) -> Join:
    next_key_hash = fields.optional_bytes(b"next", length=HASH_BYTES)
    return Join(
        author_id,
        FeedId(fields.take_bytes(b"feed", length=KEY_BYTES)),
        fields.take_int(b"from_ms", 0, TIME_MS_MAX),
        None if next_key_hash is None else Hash(next_key_hash),
    )
