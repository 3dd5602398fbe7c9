"""Sites that are kept up to date: what is remembered of each, and addresses they may have."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import SITE_URL_CHARS_MAX
from swarmfeed.core.net.web import WEB_ADDRESS
from swarmfeed.errors import UserError

LAYOUT: Final = 1
"""Grows with what pages look like: then sites are written anew."""

STATE_BYTES: Final = 16
"""Of what tells states of a site apart."""

_ROW_BYTES_MAX: Final = 8_192


class KeptSite(Struct, frozen=True, kw_only=True):
    """One of them, as the ledger has it under its path."""

    url: Annotated[str, At("u"), UpTo(SITE_URL_CHARS_MAX), OPTIONAL] = ""
    state: Annotated[bytes, At("d"), UpTo(STATE_BYTES), OPTIONAL] = b""
    """Of what it was written from last; empty: it was not."""
    posts: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX), OPTIONAL] = 0
    missing: Annotated[int, At("m"), Between(0, FEED_ENTRIES_MAX), OPTIONAL] = 0
    """Pictures and files that were not here."""
    written_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX), OPTIONAL] = 0


_KEPT: Final = codec_of(KeptSite)


def encode_kept(kept: KeptSite) -> bytes:
    return encode(_KEPT.write(kept))


def decode_kept(raw: bytes) -> KeptSite:
    """Raises BadEncodingError."""
    return _KEPT.read(decode_fields(raw, "kept site", limit_bytes=_ROW_BYTES_MAX))


def state_of(
    url: str, called: Sequence[object], held: Sequence[tuple[FeedId, Sequence[tuple[int, int]]]]
) -> bytes:
    """Return what is another one whenever a site may be.

    Args:
        called: What its author's profile says, with a ``repr`` of its own.
        held: Ranges of entries of each own feed that are here.
    """
    told = repr((LAYOUT, url, called, [(bytes(each), list(ranges)) for each, ranges in held]))
    return sha256(told.encode("utf-8", "surrogatepass")).digest()[:STATE_BYTES]


def clean_address(url: str) -> str:
    """Return where a site will be, with a slash at its end.  UserError: it is no address."""
    if not url:
        return ""
    is_one = WEB_ADDRESS.fullmatch(url) and not set(url) & set("?#")
    if len(url) >= SITE_URL_CHARS_MAX or not is_one:
        raise UserError(sentences.NO_SUCH_ADDRESS(url=url))
    return url if url.endswith("/") else f"{url}/"
