"""What was asked for with a key of its asker's, so that asking again does not do it again.

Whoever does not know whether a wish was heard - the answer never came - repeats it with the
same key.  What is remembered of it is written before the entry is appended, and names the entry
by place and hash: whether it was appended says the feed itself, whenever the power went.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, TIME_MS_MAX
from swarmfeed.core.base.marks import At, Between
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.limits import WISH_KEPT_MS, WISH_KEY_CHARS_MAX, WISHES_MAX
from swarmfeed.errors import BadEncodingError, DamageError

ROW_BYTES_MAX: Final = 256
"""Longest row: two hashes, two numbers and their names, twice over."""


class Wish(Struct, frozen=True, kw_only=True):
    """Something that may be asked for again, and is to be done once."""

    key: str
    """Chosen by the asker, new for each wish."""
    content: Hash
    """Of what is asked for: another content with the same key is another wish."""


class Undertaken(Struct, frozen=True, kw_only=True):
    """The entry that a wish is to become."""

    content: Annotated[Hash, At("c")]
    entry_hash: Annotated[Hash, At("h")]
    index: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX - 1)]
    """Its place in the own feed, if it was appended."""
    at_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]


_CODEC: Final = codec_of(Undertaken)


def encode_undertaken(undertaken: Undertaken) -> bytes:
    return encode(_CODEC.write(undertaken))


def decode_undertaken(row: bytes) -> Undertaken:
    """Read a row.  Raises DamageError."""
    try:
        return _CODEC.read(decode_fields(row, "wish", limit_bytes=ROW_BYTES_MAX))
    except BadEncodingError as error:
        raise DamageError(f"what is remembered of a wish is damaged: {error}") from error


def is_key(key: str) -> bool:
    """Whether somebody's key may be one: a program repeats it as it is, in a header too."""
    return 0 < len(key) <= WISH_KEY_CHARS_MAX and all("!" <= each <= "~" for each in key)


def row_key(key: str) -> bytes:
    """Return the key of a wish's row: as long for any key, and telling nothing of it."""
    return sha256(key.encode("utf-8")).digest()


def outlived(undertaken_ms: Mapping[bytes, int], now_ms: int) -> list[bytes]:
    """Return rows that need not be remembered any more, if one more comes.

    Args:
        undertaken_ms: When each was, the oldest first.
    """
    too_many = max(len(undertaken_ms) + 1 - WISHES_MAX, 0)
    return [
        key
        for number, (key, at_ms) in enumerate(undertaken_ms.items())
        if number < too_many or at_ms < now_ms - WISH_KEPT_MS
    ]


def content_of(key: str, text: str, reply_to: EntryRef | None, beside: bytes = b"") -> Hash:
    """Return the hash of what a post is to say, and of what stands ``beside`` its text.

    It stays when the post is withdrawn: whoever does not know the key, of which there is only a
    hash too, cannot try whether a text fits.
    """
    place = b"" if reply_to is None else reply_to.feed_id + reply_to.entry_hash
    parts = [key.encode("utf-8"), place, text.encode("utf-8"), *([beside] if beside else [])]
    said = b"\0".join(parts)
    return Hash(sha256(said).digest())
