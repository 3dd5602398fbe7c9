"""What a letter says: the same bytes for all devices it goes to.

    content = {"a"?: ids of the newest letters its writer had seen, "b": bencoded fields,
               "k": kind, "n"?: node of the writer's device, "t": time in ms, "to": 32 bytes}
    padded  = length (4) || content || zeros, to 256 * 2^k bytes
    id      = SHA-256("swarmfeed letter 1" || author id || content)[:16]

``to`` is the author it is for, or a group.  An id names one text and its writer: whoever shows
members of a group two texts gives them two ids, and the next letter shows a gap.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, decode, decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.padding import LENGTH_BYTES, pad, power_of_two, unpad
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.feed.medium import Medium, is_whole
from swarmfeed.core.letters.limits import (
    AFTER_MAX,
    CONTENT_BYTES_MAX,
    CONTENT_STEP_BYTES,
    GOT_MAX,
    KIND_CHARS_MAX,
    LETTER_ID_BYTES,
    TEXT_BYTES_MAX,
    TOKEN_BYTES,
)
from swarmfeed.errors import BadEncodingError, UserError

TEXT: Final = "text"
"""Words to a person or a group, and pictures beside them: {"m"?: media, "x": text}."""
GOT: Final = "got"
"""Confirms letters to the device that sent them: {"g": ids}."""
AGAIN: Final = "again"
"""Nothing of you opens here: begin a new session, and send what I have not confirmed."""
TOKEN: Final = "token"  # noqa: S105  # the name of a kind
"""With what parcels for me are left: {"t": 16 bytes}."""
MADE: Final = "group"
"""A group begins: {"n": name, "p": people}."""
CHANGED: Final = "people"
"""Who is in a group changes: {"g": 0|1, "p": author id, "r": ids of the newest changes}."""
TOLD: Final = "told"
"""All changes of a group, to somebody who was added: {"c": [{"a": author, "c": content}]}."""

LETTER_KINDS: Final = frozenset({TEXT, GOT, AGAIN, TOKEN, MADE, CHANGED, TOLD})
"""What letters are about themselves; all others are another role's."""

_ID: Final = b"swarmfeed letter 1"


class Content(Struct, frozen=True, kw_only=True):
    """One letter."""

    after: Annotated[
        tuple[Annotated[bytes, UpTo(LETTER_ID_BYTES)], ...], At("a"), UpTo(AFTER_MAX), OPTIONAL
    ] = ()
    body: Annotated[bytes, At("b"), UpTo(CONTENT_BYTES_MAX)]
    kind: Annotated[str, At("k"), Between(1, KIND_CHARS_MAX)]
    node_id: Annotated[bytes, At("n"), UpTo(KEY_BYTES), OPTIONAL] = b""
    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]
    to: Annotated[bytes, At("to"), UpTo(HASH_BYTES)]


_CONTENT: Final = codec_of(Content)


def encode_content(content: Content) -> bytes:
    """Return its bytes.  UserError: it is too long."""
    encoded = encode(_CONTENT.write(content))
    if len(encoded) + LENGTH_BYTES > CONTENT_BYTES_MAX:
        raise UserError(f"A letter of {len(encoded):,} bytes is too long.")
    return encoded


def decode_content(encoded: bytes) -> Content:
    """Read what a letter says.  Raises BadEncodingError."""
    content = _CONTENT.read(decode_fields(encoded, "letter", limit_bytes=CONTENT_BYTES_MAX))
    if len(content.to) != HASH_BYTES or len(content.node_id) not in (0, KEY_BYTES):
        raise BadEncodingError("a letter to nobody")
    return content


def pad_content(encoded: bytes) -> bytes:
    """Return a letter as it is sealed."""
    return pad(encoded, power_of_two(CONTENT_STEP_BYTES, len(encoded) + LENGTH_BYTES))


def unpad_content(padded: bytes) -> bytes:
    """Return what was padded.  Raises BadEncodingError."""
    if len(padded) > CONTENT_BYTES_MAX:
        raise BadEncodingError(f"letter of {len(padded)} bytes")
    return unpad(padded)


def letter_id(author_id: AuthorId, encoded: bytes) -> bytes:
    """Name of a letter: LETTER_ID_BYTES."""
    return sha256(_ID + author_id + encoded).digest()[:LETTER_ID_BYTES]


# --- bodies --------------------------------------------------------------------------------


def encode_fields(fields: Mapping[bytes, Encodable]) -> bytes:
    return encode(dict(fields))


def read_fields(body: bytes) -> Fields:
    """Read the fields of a body.  Raises BadEncodingError."""
    return decode_fields(body, "letter", limit_bytes=CONTENT_BYTES_MAX)


def plain_fields(body: bytes) -> Mapping[bytes, Any]:
    """The same as a dict, for whoever knows the kind.  Raises BadEncodingError."""
    read_fields(body)
    found = decode(body, limit_bytes=CONTENT_BYTES_MAX)
    assert isinstance(found, dict)
    return found


class _Pictures(Struct, frozen=True):
    media: Annotated[tuple[Medium, ...], At("m"), UpTo(MEDIA_MAX), OPTIONAL] = ()


_PICTURES: Final = codec_of(_Pictures)


def text_body(text: str, media: tuple[Medium, ...] = ()) -> bytes:
    """Words and pictures; each of these is encrypted, and has its key beside it."""
    return encode({**_PICTURES.write(_Pictures(media)), b"x": text.encode()})


def read_text(body: bytes) -> str:
    """Read words.  Raises BadEncodingError."""
    raw = read_fields(body).take_bytes(b"x", bytes_max=TEXT_BYTES_MAX)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEncodingError("text is not UTF-8") from error


def read_pictures(body: bytes) -> tuple[Medium, ...]:
    """Read the pictures of a text; those that anybody could open, or that no file can be, are
    left out.  Raises BadEncodingError."""
    media = _PICTURES.read(read_fields(body)).media
    return tuple(each for each in media if is_whole(each) and each.key)


def got_body(ids: list[bytes]) -> bytes:
    return encode({"g": ids})


def read_got(body: bytes) -> tuple[bytes, ...]:
    """Read a receipt.  Raises BadEncodingError."""
    return read_fields(body).take_bytes_list(b"g", count_max=GOT_MAX, length=LETTER_ID_BYTES)


def token_body(token: bytes) -> bytes:
    return encode({"t": token})


def read_token(body: bytes) -> bytes:
    """Read a token.  Raises BadEncodingError."""
    return read_fields(body).take_bytes(b"t", length=TOKEN_BYTES)
