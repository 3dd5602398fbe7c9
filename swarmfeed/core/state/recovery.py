"""Which public keys the two sheets of an author open: signed by the author key.

    signed  = message || signature by the author key (64)
    message = "swarmfeed recovery 1\\n" || body
    body    = {"author": author id, "gen": generation, "key": author key, "next": 1,216 bytes,
               "this": 1,216 bytes}

``this`` is the public key of the words of the author key in force, ``next`` that of the words
on the second sheet (``core.base.boxes.recovery_seed``).  Only where both seeds are at hand can
it be made: at birth, and when the author moves to the second sheet.  It goes into the ``keys``
entry of that device, so that every other one can seal to the paper too.

It counts while its generation is the author's newest and its key is theirs: a thief of an older
key has nothing sealed to the thief's own paper.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, decode_fields, encode
from swarmfeed.core.base.boxes import PUBLIC_BYTES
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import RECOVERY_BYTES_MAX
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed recovery 1\n"
GENERATION_MAX: Final = 2**31
"""More than anybody moves to a second sheet."""


class Recovery(Struct, frozen=True, kw_only=True):
    """The recovery keys of one generation."""

    author_id: AuthorId
    generation: int
    key: bytes
    """The public author key of that generation, which signed it."""
    this: bytes
    """What the first sheet's words open: PUBLIC_BYTES."""
    next: bytes
    """What the second sheet's words open."""


def sign_recovery(
    author_key: SigningKey, author_id: AuthorId, generation: int, *, this: bytes, next_: bytes
) -> bytes:
    """Return the signed statement of both recovery keys."""
    fields: dict[str, Encodable] = {
        "author": author_id,
        "gen": generation,
        "key": author_key.public,
        "next": next_,
        "this": this,
    }
    message = DOMAIN + encode(fields)
    signed = message + author_key.sign(message)
    open_recovery(signed)  # the reader's own check: nothing is signed that nobody would accept
    return signed


def open_recovery(signed: bytes) -> Recovery:
    """Return what a statement says, once its signature holds.

    Raises:
        BadEncodingError: It is none.
        BadSignatureError: Not signed by the key that it names.
    """
    message, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    if not message.startswith(DOMAIN):
        raise BadEncodingError("not a statement of recovery keys, version 1")
    body = message[len(DOMAIN) :]
    fields = decode_fields(body, "recovery keys", limit_bytes=RECOVERY_BYTES_MAX)
    found = Recovery(
        author_id=AuthorId(fields.take_bytes(b"author", length=KEY_BYTES)),
        generation=fields.take_int(b"gen", 0, GENERATION_MAX),
        key=fields.take_bytes(b"key", length=KEY_BYTES),
        this=fields.take_bytes(b"this", length=PUBLIC_BYTES),
        next=fields.take_bytes(b"next", length=PUBLIC_BYTES),
    )
    verify_signature(found.key, message, signature)
    return found
