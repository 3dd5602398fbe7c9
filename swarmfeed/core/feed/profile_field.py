"""What a profile says beside name and bio: pairs of a label and a text, such as a link."""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import BODY_BYTES_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.feed.limits import (
    FIELD_LABEL_CHARS_MAX,
    FIELD_TEXT_CHARS_MAX,
    PROFILE_FIELDS_MAX,
)


class ProfileField(Struct, frozen=True):
    """One of them."""

    label: Annotated[str, At("l"), Between(1, FIELD_LABEL_CHARS_MAX)]
    """What it is about, such as ``Website``."""
    text: Annotated[str, At("t"), Between(1, FIELD_TEXT_CHARS_MAX)]
    """What there is to say, or a link."""


FieldsOfProfile = Annotated[tuple[ProfileField, ...], UpTo(PROFILE_FIELDS_MAX), OPTIONAL]


class _Fields(Struct, frozen=True):
    fields: FieldsOfProfile = ()


_CODEC: Final = codec_of(_Fields)


def encode_profile_fields(fields: Sequence[ProfileField]) -> bytes:
    return encode(_CODEC.write(_Fields(tuple(fields))))


def decode_profile_fields(raw: bytes) -> tuple[ProfileField, ...]:
    """Raises BadEncodingError."""
    told = decode_fields(raw, "profile fields", limit_bytes=BODY_BYTES_MAX)
    return _CODEC.read(told).fields
