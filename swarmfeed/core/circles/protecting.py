"""A protected entry: one that only who has the key of its epoch can read.

    protected  {"c": commitment (32), "n": nonce (24), "x": encrypted}
    entry key  HMAC(epoch key, "swarmfeed protected 1" || n)
    c          HMAC(entry key, "swarmfeed protected tag 1")
    x          XChaCha20-Poly1305 under HMAC(entry key, "swarmfeed protected key 1"), nonce n,
               associated data feed id || index (8)
    in it      length (2) || {"b": body, "k": kind} || zeros, to one of SIZES

``c`` tells whoever has the key that it is the one, and nobody anything else; and it commits to
the key: without it one encrypted text may open under two keys, as two texts for two people.
So nothing opens by other bytes than an ``EntryKey``, and what makes one has looked at ``c``.
The place in the log is bound in, so an entry says nothing in another place.  The entry key
alone opens this entry and no other: by it one post is shared with one more person.
"""

import hmac
from hashlib import sha256
from typing import Final, NewType

from swarmfeed.core.base.aead import NONCE_BYTES, TAG_BYTES, seal, unseal
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.limits import BODY_BYTES_MAX, KIND_BYTES_MAX
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.circles.sentences import TOO_LONG_TO_PROTECT
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    PostBody,
    ReactBody,
    decode_body,
    encode_body,
    kinds_of,
)
from swarmfeed.core.feed.limits import PROTECTED_BYTES_MAX
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
from swarmfeed.errors import BadEncodingError, BadSealError, UserError

EntryKey = NewType("EntryKey", bytes)
"""The key of one entry, to which that entry commits."""

LENGTH_BYTES: Final = 2

SIZES: Final = (128, 256, 512, 1_024, 2_048, 4_096, PROTECTED_BYTES_MAX - TAG_BYTES)
"""How long what is encrypted may be: all that its length tells."""

INSIDE: Final = kinds_of((PostBody, ReactBody, BoostBody, EditBody))
"""Kinds that may be protected."""

_ENTRY: Final = b"swarmfeed protected 1"
_TAG: Final = b"swarmfeed protected tag 1"
_KEY: Final = b"swarmfeed protected key 1"


def protect(body: Body, key: bytes, nonce: bytes, feed_id: FeedId, index: int) -> ProtectedBody:
    """Return a body as the entry of a feed that only who has an epoch key can read.

    Args:
        nonce: 24 random bytes.

    Raises:
        UserError: It is too long.
    """
    own = entry_key(key, nonce)
    padded = _pad(encode({"b": encode_body(body), "k": body.kind.encode()}))
    sealed = seal(_cipher_key(own), nonce, padded, _place(feed_id, index))
    return ProtectedBody(commitment=commitment(own), nonce=nonce, sealed=sealed)


def entry_key(key: bytes, nonce: bytes) -> bytes:
    """Return the key of one entry, from that of its epoch."""
    return hmac.digest(key, _ENTRY + nonce, sha256)


def commitment(own: bytes) -> Hash:
    """Return what an entry says of its key."""
    return Hash(hmac.digest(own, _TAG, sha256))


def find_key(body: ProtectedBody, key: bytes) -> EntryKey | None:
    """Return the key of an entry, from that of an epoch; None: it is of another epoch."""
    own = entry_key(key, body.nonce)
    return EntryKey(own) if commitment(own) == body.commitment else None


def accept_key(body: ProtectedBody, own: bytes) -> EntryKey:
    """Take the key of an entry that somebody gave us.

    Raises:
        BadSealError: The entry commits to another one.
    """
    if commitment(own) != body.commitment:
        raise BadSealError("the entry commits to another key")
    return EntryKey(own)


def open_protected(body: ProtectedBody, own: EntryKey, feed_id: FeedId, index: int) -> Body:
    """Return what stands in an entry.

    Args:
        own: Its entry key.

    Raises:
        BadSealError: It was changed, or this is not its place.
        BadEncodingError: What its author encrypted is none of these bodies.
    """
    if len(body.nonce) != NONCE_BYTES:
        raise BadSealError(f"nonce of {len(body.nonce)} bytes")
    padded = unseal(_cipher_key(own), body.nonce, body.sealed, _place(feed_id, index))
    fields = decode_fields(_unpad(padded), "protected entry", limit_bytes=BODY_BYTES_MAX)
    kind = fields.take_text(b"k", chars_min=1, chars_max=KIND_BYTES_MAX)
    return decode_body(kind, fields.take_bytes(b"b", bytes_max=BODY_BYTES_MAX), INSIDE)


def _pad(content: bytes) -> bytes:
    for size in SIZES:
        if LENGTH_BYTES + len(content) <= size:
            return (len(content).to_bytes(LENGTH_BYTES, "big") + content).ljust(size, b"\0")
    raise UserError(TOO_LONG_TO_PROTECT(bytes=len(content), most=SIZES[-1] - LENGTH_BYTES))


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    content, zeros = padded[LENGTH_BYTES:][:length], padded[LENGTH_BYTES + length :]
    if len(padded) not in SIZES or len(content) != length or any(zeros):
        raise BadEncodingError("protected entry is padded otherwise than it has to be")
    return content


def _cipher_key(own: bytes) -> bytes:
    return hmac.digest(own, _KEY, sha256)


def _place(feed_id: FeedId, index: int) -> bytes:
    return feed_id + index.to_bytes(8, "big")
