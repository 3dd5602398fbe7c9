"""Certificates: what an author key says about feeds, and about the key that follows it.

    signed  = message || signature (64), a join has two
    message = "swarmfeed certificate 2\\n" || body
    body    = canonical bencoded dict:

    all     {"author": author_id, "gen": generation, "key": author key, "next": hash, "type"}
    join    all and {"feed": feed_id, "first"?: 1, "from_ms": ms}
    keep    all and {"end"?: n, "feed": feed_id, "from_ms": ms, "join": body, "sig": signature}
    leave   all and {"feed": feed_id, "from_ms": ms, "size": n}
    rotate  all and {"was": author key of the generation before}

Ids, keys and hashes are 32 bytes.  ``key`` is the public author key of generation ``gen``,
which signs; ``next`` is SHA-256 of the public key of the generation after it, whose words
stand on a second sheet.  ``first`` is in the join of the feed that the author began with.

A join is signed by the author key and then by the feed key, over the same message: nobody
takes a feed that is not theirs.  A keep says the same of a feed whose key is lost: ``join`` is
the body of its join in an older generation, ``sig`` the feed's signature under that.  The
message names both keys, each in its part, so neither signature says anything in the place of
the other.

A certificate of generation 0 proves its key by the author id, and so does a rotate to
generation 1.  All others are proven by the rotates up to their generation (``author``).

Nothing else that is signed in swarmfeed begins with the same line; what a feed key signs
besides, a head, begins with ``swarmfeed/``.  Unknown keys are ignored.
"""

from contextlib import suppress
from typing import Final, TypedDict

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.base.keys import SigningKey, Verify, verify_signature
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    GENERATIONS_MAX,
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey, author_id_of, hash_key
from swarmfeed.errors import BadEncodingError, BadProofError

DOMAIN: Final = b"swarmfeed certificate 2\n"
"""What every signed message starts with: purpose and version."""


class Statement(Struct, frozen=True, kw_only=True):
    """What every certificate says: which key of which author signed it."""

    author_id: AuthorId
    generation: int
    """How many author keys came before, 0 <= generation < GENERATIONS_MAX."""
    key: bytes
    """The public author key that signs, 32 bytes."""
    next_key_hash: Hash
    """SHA-256 of the public author key that may take over."""


class _Said(TypedDict):
    """The same by the names of its fields."""

    author_id: AuthorId
    generation: int
    key: bytes
    next_key_hash: Hash


def _said_by(author: AuthorKey) -> _Said:
    return _Said(
        author_id=author.author_id,
        generation=author.generation,
        key=author.key,
        next_key_hash=author.next_key_hash,
    )


class Join(Statement, frozen=True, kw_only=True):
    """This feed is mine; the feed says so too."""

    feed_id: FeedId
    from_ms: int
    """The author's clock when it was signed: Unix time in milliseconds."""
    is_first: bool = False
    """Whether the author began with this feed."""

    @property
    def joined_ms(self) -> int:
        """When the feed became the author's."""
        return self.from_ms

    @property
    def end(self) -> int | None:
        """A join cuts nothing off."""
        return None


class Keep(Statement, frozen=True, kw_only=True):
    """A feed that joined in an older generation stays mine; its key may be lost."""

    feed_id: FeedId
    from_ms: int
    """The author's clock when it was signed: Unix time in milliseconds."""
    end: int | None
    """Entries [0, end) stay the author's; None: all of them."""
    is_first: bool
    """Whether the author began with this feed, as the old join says."""
    joined_ms: int
    """When the feed became the author's, as the old join says."""
    old_join: bytes
    """Body of the old join: what the feed key signed, without the domain."""
    feed_signature: bytes
    """The feed's signature of the old join."""


class Leave(Statement, frozen=True, kw_only=True):
    """This feed is no longer mine: entries at index >= size are not by me."""

    feed_id: FeedId
    size: int
    """Entries [0, size) stay the author's."""
    from_ms: int
    """The author's clock when it was signed: Unix time in milliseconds."""


class Rotate(Statement, frozen=True, kw_only=True):
    """The prepared author key takes over; whether it was prepared, the one before it tells."""

    was: bytes
    """The public author key that is replaced, 32 bytes."""


Certificate = Join | Keep | Leave | Rotate


def sign_join(
    author: AuthorKey, feed_key: SigningKey, *, from_ms: int, is_first: bool = False
) -> bytes:
    """Return the certificate that a feed is the author's, signed by both."""
    feed_id = FeedId(feed_key.public)
    join = Join(**_said_by(author), feed_id=feed_id, from_ms=from_ms, is_first=is_first)
    return _sign(join, author.signing, feed_key)


def begin_join(author: AuthorKey, feed_id: FeedId, *, from_ms: int) -> bytes:
    """Return a join as far as the author key signs it; ``finish_join`` makes it whole.

    Worth nothing before: it needs the signature of the feed key, which is on another machine.
    """
    message = spell(Join(**_said_by(author), feed_id=feed_id, from_ms=from_ms))
    return message + author.signing.sign(message)


def finish_join(begun: bytes, feed_key: SigningKey) -> bytes:
    """Return a join that ``begin_join`` began, signed by the feed key as well.

    Raises:
        BadEncodingError: It is no join of that feed, begun.
        BadSignatureError: The key in it did not sign it.
        BadProofError: As of ``open_certificate``.
    """
    message = begun[:-SIGNATURE_BYTES]
    if not message.startswith(DOMAIN):
        raise BadEncodingError("not a certificate of version 2")
    certificate = _read(_decode(message[len(DOMAIN) :]))
    if not isinstance(certificate, Join) or certificate.feed_id != feed_key.public:
        raise BadEncodingError("not a join of this feed")
    signed = begun + feed_key.sign(message)
    open_certificate(signed)
    return signed


def sign_keep(author: AuthorKey, join: bytes, *, from_ms: int, end: int | None = None) -> bytes:
    """Return the certificate that a feed stays the author's, without its key.

    Args:
        join: A signed join of that feed, or a signed keep, of an older generation.
        end: Entries [0, end) stay the author's; None: all of them.

    Raises:
        ValueError: It is neither.
        RemoteError: It is false.
    """
    opened = open_certificate(join)
    if not isinstance(opened, Join | Keep):
        raise ValueError("only a feed that joined is kept")
    if isinstance(opened, Join):
        body, signature = join[len(DOMAIN) : -2 * SIGNATURE_BYTES], join[-SIGNATURE_BYTES:]
    else:
        body, signature = opened.old_join, opened.feed_signature
    keep = Keep(
        **_said_by(author),
        feed_id=opened.feed_id,
        from_ms=from_ms,
        end=end,
        is_first=opened.is_first,
        joined_ms=opened.joined_ms,
        old_join=body,
        feed_signature=signature,
    )
    return _sign(keep, author.signing)


def sign_leave(author: AuthorKey, feed_id: FeedId, *, size: int, from_ms: int) -> bytes:
    """Return the signed certificate that a feed ends after ``size`` entries."""
    leave = Leave(**_said_by(author), feed_id=feed_id, size=size, from_ms=from_ms)
    return _sign(leave, author.signing)


def sign_rotate(author: AuthorKey, was: bytes) -> bytes:
    """Return the signed certificate that ``author`` takes over.

    Args:
        author: Of the new generation, at least 1.
        was: The public author key of the generation before, 32 bytes.
    """
    return _sign(Rotate(**_said_by(author), was=was), author.signing)


def spell(certificate: Certificate) -> bytes:
    """Return the message that the signatures of a certificate are over."""
    fields: dict[str, Encodable] = {
        "author": certificate.author_id,
        "gen": certificate.generation,
        "key": certificate.key,
        "next": certificate.next_key_hash,
    }
    match certificate:
        case Join():
            fields |= {"type": "join"} | ({"first": 1} if certificate.is_first else {})
        case Keep():
            fields |= {
                "type": "keep",
                "join": certificate.old_join,
                "sig": certificate.feed_signature,
            }
            if certificate.end is not None:
                fields |= {"end": certificate.end}
        case Leave():
            fields |= {"type": "leave", "size": certificate.size}
        case Rotate():
            return DOMAIN + encode({**fields, "type": "rotate", "was": certificate.was})
    fields |= {"feed": certificate.feed_id, "from_ms": certificate.from_ms}
    return DOMAIN + encode(fields)


def _sign(certificate: Certificate, *keys: SigningKey) -> bytes:
    message = spell(certificate)
    signed = message + b"".join(key.sign(message) for key in keys)
    try:
        open_certificate(signed)
    except (BadEncodingError, BadProofError) as error:
        # The reader's own check: nothing is signed that nobody would accept.
        raise ValueError(f"not a certificate to sign: {error}") from error
    return signed


def open_certificate(signed: bytes, verify: Verify = verify_signature) -> Certificate:
    """Return what a signed certificate says, once all its signatures hold.

    Raises:
        BadEncodingError: Not one canonical certificate of version 2.
        BadSignatureError: Not signed by the keys that have to.
        BadProofError: Its key is not the author's, as far as it can tell that alone.
    """
    if len(signed) > CERTIFICATE_BYTES_MAX:
        raise BadEncodingError(
            f"certificate is {len(signed)} bytes, at most {CERTIFICATE_BYTES_MAX}"
        )
    if not signed.startswith(DOMAIN):
        raise BadEncodingError("not a certificate of version 2")
    # The keys to verify with stand inside, so the total decoder has to run first.
    message, fields = _split(signed)
    certificate = _read(fields)
    signers = _signers_of(certificate)
    if len(signed) != len(message) + len(signers) * SIGNATURE_BYTES:
        raise BadEncodingError("certificate with a signature too few or too many")
    for number, key in enumerate(signers):
        start = len(message) + number * SIGNATURE_BYTES
        verify(key, message, signed[start : start + SIGNATURE_BYTES])
    _check(certificate)
    return certificate


def _split(signed: bytes) -> tuple[bytes, Fields]:
    """Return the message and what its body says; one or two signatures follow it.

    A bencoded dict says itself where it ends, so at most one of both splits can be read.
    """
    for count in (2, 1):
        message = signed[: -count * SIGNATURE_BYTES]
        with suppress(BadEncodingError):
            return message, _decode(message[len(DOMAIN) :])
    raise BadEncodingError("certificate is not a bencoded dict and one or two signatures")


def _decode(body: bytes) -> Fields:
    return decode_fields(body, "certificate", limit_bytes=CERTIFICATE_BYTES_MAX)


def _signers_of(certificate: Certificate) -> tuple[bytes, ...]:
    """Return whose signatures a certificate has to carry, in order."""
    if isinstance(certificate, Join):
        return (certificate.key, certificate.feed_id)
    return (certificate.key,)


def _check(certificate: Certificate) -> None:
    """Check what a certificate proves besides its own signatures."""
    author_id, generation = certificate.author_id, certificate.generation
    if isinstance(certificate, Keep):
        verify_signature(
            certificate.feed_id,
            DOMAIN + certificate.old_join,
            certificate.feed_signature,
        )
    if generation == 0:
        first, second = certificate.key, certificate.next_key_hash
    elif generation == 1 and isinstance(certificate, Rotate):
        first, second = certificate.was, hash_key(certificate.key)
    else:
        return
    if author_id_of(first, second) != author_id:
        raise BadProofError("the key of a certificate is not its author's")


def _read(fields: Fields) -> Certificate:
    match fields.take_bytes(b"type", bytes_max=16):
        case b"join":
            return Join(
                **_read_said(fields),
                feed_id=_feed(fields),
                from_ms=_time(fields),
                is_first=b"first" in fields and bool(fields.take_int(b"first", 1, 1)),
            )
        case b"keep":
            return _read_keep(fields)
        case b"leave":
            size = fields.take_int(b"size", 0, FEED_ENTRIES_MAX)
            said = _read_said(fields)
            return Leave(**said, feed_id=_feed(fields), size=size, from_ms=_time(fields))
        case b"rotate":
            was = fields.take_bytes(b"was", length=KEY_BYTES)
            return Rotate(**_read_said(fields, first=1), was=was)
        case other:
            raise BadEncodingError(f"certificate of unknown type {other!r}")


def _read_keep(fields: Fields) -> Keep:
    said, feed_id = _read_said(fields, first=1), _feed(fields)
    body = fields.take_bytes(b"join", bytes_max=CERTIFICATE_BYTES_MAX)
    old = _read(_decode(body))
    if not isinstance(old, Join) or (old.author_id, old.feed_id) != (
        said["author_id"],
        feed_id,
    ):
        raise BadEncodingError("certificate keeps what is no join of that feed")
    if old.generation >= said["generation"]:
        raise BadEncodingError("certificate keeps a join of no older generation")
    return Keep(
        **said,
        feed_id=feed_id,
        from_ms=_time(fields),
        end=fields.take_int(b"end", 0, FEED_ENTRIES_MAX) if b"end" in fields else None,
        is_first=old.is_first,
        joined_ms=old.from_ms,
        old_join=body,
        feed_signature=fields.take_bytes(b"sig", length=SIGNATURE_BYTES),
    )


def _read_said(fields: Fields, first: int = 0) -> _Said:
    return _Said(
        author_id=AuthorId(fields.take_bytes(b"author", length=HASH_BYTES)),
        generation=fields.take_int(b"gen", first, GENERATIONS_MAX - 1),
        key=fields.take_bytes(b"key", length=KEY_BYTES),
        next_key_hash=Hash(fields.take_bytes(b"next", length=HASH_BYTES)),
    )


def _feed(fields: Fields) -> FeedId:
    return FeedId(fields.take_bytes(b"feed", length=KEY_BYTES))


def _time(fields: Fields) -> int:
    return fields.take_int(b"from_ms", 0, TIME_MS_MAX)
