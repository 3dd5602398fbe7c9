"""A picture or file of a draft: what is remembered of it.

It stands in the private state, under the name by which the file was handed over.  The bytes
lie on the machine that was given them alone, sealed as ``core.media.sealing`` says, under a key
that stands here and nowhere else: who copies the folder has read no draft.
"""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.feed.limits import (
    ALT_CHARS_MAX,
    FILE_NAME_CHARS_MAX,
    MEDIA_MAX,
    MEDIUM_BYTES_MAX,
)
from swarmfeed.core.media.limits import DRAFT_PLACE_CHARS_MAX, FILE_TYPE_CHARS_MAX
from swarmfeed.errors import BadEncodingError

HANDED_NAME_BYTES: Final = 16
"""Files that are handed over are called by so many random bytes, in hex."""


class DraftFile(Struct, frozen=True, kw_only=True):
    """What is remembered of a file."""

    number: Annotated[int, At("n"), Between(0, MEDIA_MAX - 1)]
    """Which one of its draft, from 0."""
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES)]
    """What seals it."""
    size_bytes: Annotated[int, At("l"), Between(1, MEDIUM_BYTES_MAX)]
    type: Annotated[str, At("t"), UpTo(FILE_TYPE_CHARS_MAX)]
    """By its first bytes."""
    place: Annotated[str, At("p"), UpTo(DRAFT_PLACE_CHARS_MAX), OPTIONAL] = ""
    """Of the draft: empty for a new post, else what it answers."""
    alt: Annotated[str, At("a"), UpTo(ALT_CHARS_MAX), OPTIONAL] = ""
    file_name: Annotated[str, At("f"), UpTo(FILE_NAME_CHARS_MAX), OPTIONAL] = ""


_CODEC: Final = codec_of(DraftFile)


def encode_draft_file(file: DraftFile) -> bytes:
    return encode(_CODEC.write(file))


def decode_draft_file(value: bytes) -> DraftFile:
    """Read what is remembered, also by another device.  Raises BadEncodingError."""
    file = _CODEC.read(decode_fields(value, "draft file", limit_bytes=len(value)))
    if len(file.key) != KEY_BYTES:
        raise BadEncodingError("a key of another length")
    return file


def is_handed_name(name: str) -> bool:
    """Whether a file that was handed over may be called so."""
    return len(name) == 2 * HANDED_NAME_BYTES and set(name) <= set("0123456789abcdef")
