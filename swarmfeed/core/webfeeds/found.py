"""What was found at an address of the web, as the process that read it says it."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.webfeeds.limits import (
    ADDRESS_CHARS_MAX,
    ARTICLES_MAX,
    FOUND_BYTES_MAX,
    OFFERED_MAX,
    TEXT_BYTES_MAX,
    TITLE_CHARS_MAX,
)


class FoundArticle(Struct, frozen=True, kw_only=True):
    """One article, as plain text."""

    id: Annotated[str, At("i"), UpTo(ADDRESS_CHARS_MAX)]
    """What the feed calls it; empty: nothing."""
    url: Annotated[str, At("u"), UpTo(ADDRESS_CHARS_MAX)]
    """Where a browser shows it; empty: nowhere."""
    title: Annotated[str, At("t"), UpTo(TITLE_CHARS_MAX)]
    author: Annotated[str, At("a"), UpTo(TITLE_CHARS_MAX)]
    text: Annotated[str, At("x"), UpTo(TEXT_BYTES_MAX)]
    time_ms: Annotated[int, At("m"), Between(0, TIME_MS_MAX)]
    """When it was published; 0: it does not say."""


class FoundFeed(Struct, frozen=True, kw_only=True):
    """A feed of the web, or a page that offers some."""

    title: Annotated[str, At("t"), UpTo(TITLE_CHARS_MAX)] = ""
    home_url: Annotated[str, At("h"), UpTo(ADDRESS_CHARS_MAX)] = ""
    articles: Annotated[tuple[FoundArticle, ...], At("e"), UpTo(ARTICLES_MAX)] = ()
    """In the order of the feed."""
    offered: Annotated[
        tuple[Annotated[str, UpTo(ADDRESS_CHARS_MAX)], ...], At("o"), UpTo(OFFERED_MAX)
    ] = ()
    """Addresses of feeds, where it is a page."""
    is_page: Annotated[bool, At("p")] = False


_FEED: Final = codec_of(FoundFeed)
ARTICLE: Final = codec_of(FoundArticle)


def encode_found(found: FoundFeed) -> bytes:
    return encode(_FEED.write(found))


def decode_found(data: bytes) -> FoundFeed:
    """Raises BadEncodingError."""
    return _FEED.read(decode_fields(data, "feed of the web", limit_bytes=FOUND_BYTES_MAX))


def encode_article(article: FoundArticle) -> bytes:
    return encode(ARTICLE.write(article))


def decode_article(data: bytes) -> FoundArticle:
    """Raises BadEncodingError."""
    return ARTICLE.read(decode_fields(data, "article", limit_bytes=FOUND_BYTES_MAX))
