"""A medium: a picture, sound, film or other file that an entry names.

Its bytes lie in a file of their own, which is one torrent like a chunk (``metainfo``), and
whose name follows from them.  The entry has what that torrent is made of:

    medium  {"a"? alt text, "f"? name of the file, "h"? height, "k"? key, "l"? length,
             "n" bytes, "p" piece layer (v2), "s" pieces (v1), "t" type, "w"? width}
    id      the ``pieces root`` of the file (BEP 52)

What a reader shows follows from the bytes, never from ``t``: that is what the author claims.
"""

import re
from base64 import b32encode
from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import BODY_BYTES_MAX, KEY_BYTES
from swarmfeed.core.base.marks import OPTIONAL, At, Between, Spelled, UpTo
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.limits import (
    ALT_CHARS_MAX,
    FILE_NAME_CHARS_MAX,
    MEDIA_MAX,
    MEDIUM_BYTES_MAX,
    MEDIUM_PIECES_MAX,
    PICTURE_SIDE_MAX,
)
from swarmfeed.core.feed.metainfo import (
    ChunkTorrent,
    Pieces,
    file_torrent,
    piece_count,
    pieces_root,
)
from swarmfeed.errors import BadEncodingError

ENDING: Final = ".medium"
"""Of the name of the file: it says nothing of what is in it, and opens in no program."""

_TYPE: Final = re.compile(rb"[a-z]{1,32}/[a-z0-9][a-z0-9.+-]{0,62}")


def decode_type(raw: bytes) -> str:
    """Read a media type (RFC 6838) in lower case, without parameters.  BadEncodingError."""
    if not _TYPE.fullmatch(raw):
        raise BadEncodingError("a medium has no such type")
    return raw.decode("ascii")


class Medium(Struct, frozen=True, kw_only=True):
    """One file of an entry, as its author names it."""

    size_bytes: Annotated[int, At("n"), Between(1, MEDIUM_BYTES_MAX)]
    """Of the file; of an encrypted one, encrypted."""
    v2: Annotated[bytes, At("p"), UpTo(32 * MEDIUM_PIECES_MAX)]
    v1: Annotated[bytes, At("s"), UpTo(20 * MEDIUM_PIECES_MAX)]
    type: Annotated[str, At("t"), Spelled(decode_type, "a media type in lower case")]
    alt: Annotated[str, At("a"), UpTo(ALT_CHARS_MAX), OPTIONAL] = ""
    """What it shows, in words."""
    file_name: Annotated[str, At("f"), UpTo(FILE_NAME_CHARS_MAX), OPTIONAL] = ""
    """Of what is no picture."""
    width: Annotated[int, At("w"), Between(0, PICTURE_SIDE_MAX), OPTIONAL] = 0
    height: Annotated[int, At("h"), Between(0, PICTURE_SIDE_MAX), OPTIONAL] = 0
    """In pixels; 0: unknown."""
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """Of an encrypted one: ``core.media.sealing``."""
    content_bytes: Annotated[int, At("l"), Between(0, MEDIUM_BYTES_MAX), OPTIONAL] = 0
    """Of an encrypted one: how long it is when it is opened."""

    @property
    def pieces(self) -> Pieces:
        return Pieces(self.size_bytes, self.v1, self.v2)

    @property
    def id(self) -> Hash:
        return pieces_root(self.pieces)


class _Several(Struct, frozen=True):
    media: Annotated[tuple[Medium, ...], At("m"), UpTo(MEDIA_MAX)]


def encode_medium(medium: Medium) -> bytes:
    """Return a medium as an entry names it."""
    return encode(codec_of(Medium).write(medium))


def decode_medium(raw: bytes) -> Medium:
    """Raises BadEncodingError."""
    return codec_of(Medium).read(decode_fields(raw, "medium", limit_bytes=BODY_BYTES_MAX))


def encode_media(media: tuple[Medium, ...]) -> bytes:
    """Return the media of an entry, as an index keeps them."""
    return encode(codec_of(_Several).write(_Several(media)))


def decode_media(raw: bytes) -> tuple[Medium, ...]:
    """Raises BadEncodingError."""
    fields = decode_fields(raw, "media", limit_bytes=BODY_BYTES_MAX)
    return codec_of(_Several).read(fields).media


def is_whole(medium: Medium) -> bool:
    """Whether its hashes are as many as its size asks for, and its key is one or none."""
    count = piece_count(medium.size_bytes)
    fits = len(medium.v1) == 20 * count and len(medium.v2) == 32 * count
    return fits and len(medium.key) in (0, KEY_BYTES)


def shows_any(media: Iterable[Medium]) -> bool:
    """Whether a reader sees any of these."""
    return any(map(is_whole, media))


def medium_name(medium_id: Hash) -> str:
    """File and torrent name of a medium: 160 bits of its id."""
    return b32encode(medium_id[:20]).decode("ascii").lower() + ENDING


def medium_torrent(pieces: Pieces) -> ChunkTorrent:
    """Build the torrent of a medium, from what its pieces hash to."""
    return file_torrent(medium_name(pieces_root(pieces)), pieces)
