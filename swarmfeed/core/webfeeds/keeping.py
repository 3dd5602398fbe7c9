"""What is kept of a feed of the web, and when it is looked at again: pure decisions.

news         the articles that it tells now stay, and of earlier ones the newest, so many
             as there is room for; what goes, and what is new, is returned as changes
no news      it is looked at again in an hour, or in six where it is quiet
a failure    one hour, two, four, up to a week; sooner never where the site says so
gone         never again by itself
moved        where it is sent on for good, by each look of three days, it is asked from then on
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.texts import Sentence
from swarmfeed.core.webfeeds.found import FoundArticle, FoundFeed, encode_article
from swarmfeed.core.webfeeds.json_feed import time_or_zero
from swarmfeed.core.webfeeds.limits import (
    ADDRESS_CHARS_MAX,
    ARTICLES_MAX,
    ASKED_EVERY_MS,
    LOOK_EVERY_MS,
    MOVED_AFTER_MS,
    QUIET_AFTER_MS,
    QUIET_EVERY_MS,
    TAG_CHARS_MAX,
    TITLE_CHARS_MAX,
    WAIT_MS_MAX,
)

KEY_BYTES: Final = 16
_FOR_GOOD: Final = (301, 308)
_TROUBLE_CHARS_MAX: Final = 400
_VALUES_MAX: Final = 8
_ROW_BYTES_MAX: Final = 64 * 1024

Changes = Mapping[bytes, bytes | None]
"""Articles by key; None: it goes."""


class KnownArticle(Struct, frozen=True, kw_only=True):
    """Which article, and where it stands in the list."""

    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES)]
    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]
    """When it was published, or if it does not say, or says a time to come, first seen."""


class KnownFeed(Struct, frozen=True, kw_only=True):
    """What this device knows of a feed that is followed."""

    title: Annotated[str, At("n"), UpTo(TITLE_CHARS_MAX)] = ""
    home_url: Annotated[str, At("h"), UpTo(ADDRESS_CHARS_MAX)] = ""
    etag: Annotated[str, At("e"), UpTo(TAG_CHARS_MAX)] = ""
    modified: Annotated[str, At("m"), UpTo(TAG_CHARS_MAX)] = ""
    """What it said of its version: sent back when it is looked at."""
    looked_ms: Annotated[int, At("l"), Between(0, TIME_MS_MAX)] = 0
    """When it last answered well; 0: never."""
    next_ms: Annotated[int, At("x"), Between(0, TIME_MS_MAX)] = 0
    """Not before that it is looked at again."""
    left_until_ms: Annotated[int, At("r"), Between(0, TIME_MS_MAX)] = 0
    """Until then not even when a person asks: just looked at, or the site wants it so."""
    failures: Annotated[int, At("f"), Between(0, 2**31)] = 0
    """Since it answered well."""
    trouble: Annotated[str, At("w"), UpTo(_TROUBLE_CHARS_MAX)] = ""
    """The text of what went wrong at the last look; empty: nothing."""
    values: Annotated[
        tuple[Annotated[str, UpTo(_TROUBLE_CHARS_MAX)], ...], At("v"), UpTo(_VALUES_MAX)
    ] = ()
    """Names and values of its places, in turns: so it can be said in any language."""
    gone: Annotated[bool, At("g")] = False
    """It said that it is gone for good."""
    moves_to: Annotated[str, At("p"), UpTo(ADDRESS_CHARS_MAX), OPTIONAL] = ""
    """Where it was sent on for good by each look that answered well"""
    moves_since_ms: Annotated[int, At("q"), Between(0, TIME_MS_MAX), OPTIONAL] = 0
    """since then."""
    moved_from: Annotated[str, At("o"), UpTo(ADDRESS_CHARS_MAX), OPTIONAL] = ""
    """Under which address it was followed before."""
    articles: Annotated[tuple[KnownArticle, ...], At("a"), UpTo(ARTICLES_MAX)] = ()
    """Newest first."""

    def is_due(self, now_ms: int) -> bool:
        return not self.gone and self.next_ms <= now_ms

    @property
    def sentence(self) -> str:
        """What went wrong at the last look, for people; empty: nothing."""
        places = dict(zip(self.values[::2], self.values[1::2], strict=True))
        return Sentence(self.trouble, places) if self.trouble else ""

    def may_be_asked(self, now_ms: int) -> bool:
        return self.left_until_ms <= now_ms


_KNOWN: Final = codec_of(KnownFeed)


def encode_known(known: KnownFeed) -> bytes:
    return encode(_KNOWN.write(known))


def decode_known(data: bytes) -> KnownFeed:
    """Raises BadEncodingError."""
    return _KNOWN.read(decode_fields(data, "known feed", limit_bytes=_ROW_BYTES_MAX))


def key_of(text: str) -> bytes:
    """The key of an address, or of an article."""
    return sha256(text.encode("utf-8")).digest()[:KEY_BYTES]


def article_key(article: FoundArticle) -> bytes:
    """What makes it the same one the next time."""
    name = article.id or article.url or f"{article.title}\n{article.text}"
    return key_of(name)


def with_news(
    known: KnownFeed, found: FoundFeed, now_ms: int, *, etag: str = "", modified: str = ""
) -> tuple[KnownFeed, Changes]:
    """Take what a look found; returns what is known then, and what is to be written."""
    told = {article_key(each): each for each in found.articles[:ARTICLES_MAX]}
    before = {each.key: each.time_ms for each in known.articles}
    now = [
        KnownArticle(key=key, time_ms=before.get(key) or _time_ms(each, now_ms))
        for key, each in told.items()
    ]
    earlier = [each for each in known.articles if each.key not in told]
    kept = _newest_first((now + earlier)[:ARTICLES_MAX])
    keys = {each.key for each in kept}
    changes: dict[bytes, bytes | None] = {key: None for key in before if key not in keys}
    changes.update({key: encode_article(each) for key, each in told.items()})
    looked = replace(
        known,
        title=found.title or known.title,
        home_url=found.home_url,
        etag=_tag(etag),
        modified=_tag(modified),
        articles=kept,
    )
    return without_news(looked, now_ms), changes


def without_news(known: KnownFeed, now_ms: int) -> KnownFeed:
    """It answered, and told nothing new."""
    newest_ms = known.articles[0].time_ms if known.articles else 0
    is_quiet = newest_ms < now_ms - QUIET_AFTER_MS
    next_ms = now_ms + (QUIET_EVERY_MS if is_quiet else LOOK_EVERY_MS)
    return replace(
        known,
        looked_ms=now_ms,
        next_ms=next_ms,
        left_until_ms=now_ms + ASKED_EVERY_MS,
        failures=0,
        trouble="",
        values=(),
        gone=False,
    )


def moved_for_good(url: str, hops: Iterable[tuple[int, str]]) -> str:
    """Where to ask from now on for what is asked for at ``url``; empty: there.

    Args:
        hops: Where a look was sent on to, one place after the other, each with the status
            that said so.
    """
    at = url
    for status, there in hops:
        # Where somebody may listen, they may answer as well: that is no word for good.
        is_in_the_open = at.startswith("https:") and not there.startswith("https:")
        if status not in _FOR_GOOD or is_in_the_open:
            break
        at = there
    return at if at != url else ""


def sent_on(known: KnownFeed, there: str, now_ms: int) -> KnownFeed:
    """A look answered well.

    Args:
        there: Where it was sent on for good; empty: nowhere.
    """
    since_ms = known.moves_since_ms if there == known.moves_to else now_ms
    return replace(known, moves_to=there, moves_since_ms=since_ms if there else 0)


def new_address(known: KnownFeed, now_ms: int) -> str:
    """Where a feed is to be followed from now on; empty: where it is."""
    is_time = known.moves_since_ms + MOVED_AFTER_MS <= now_ms
    return known.moves_to if is_time else ""


def moved(known: KnownFeed, url: str) -> KnownFeed:
    """It is followed elsewhere from now on, and was at ``url``."""
    return replace(known, moves_to="", moves_since_ms=0, moved_from=url)


def in_trouble(
    known: KnownFeed, trouble: str, now_ms: int, *, wait_ms: int = 0, gone: bool = False
) -> KnownFeed:
    """A look failed."""
    said = trouble if isinstance(trouble, Sentence) else Sentence("{it}", {"it": trouble})
    own_ms = LOOK_EVERY_MS << min(known.failures, 10)
    next_ms = now_ms + min(max(own_ms, wait_ms), WAIT_MS_MAX)
    return replace(
        known,
        next_ms=next_ms,
        left_until_ms=now_ms + max(wait_ms, ASKED_EVERY_MS),
        failures=min(known.failures + 1, 2**31),
        trouble=said.text,
        values=tuple(
            str(each)[:_TROUBLE_CHARS_MAX] for place in said.values.items() for each in place
        ),
        gone=gone,
    )


def wait_of(retry_after: str, now_ms: int) -> int:
    """How long a site asks to be left alone, in ms (RFC 9110, 10.2.3); 0: it does not."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * 1_000, WAIT_MS_MAX)
    return min(max(time_or_zero(text) - now_ms, 0), WAIT_MS_MAX)


def _newest_first(articles: list[KnownArticle]) -> tuple[KnownArticle, ...]:
    return tuple(sorted(articles, key=lambda each: (-each.time_ms, each.key)))


def _time_ms(article: FoundArticle, now_ms: int) -> int:
    said = article.time_ms
    return said if 0 < said <= now_ms else now_ms


def _tag(text: str) -> str:
    """What can be sent back as it came; otherwise nothing."""
    is_good = len(text) <= TAG_CHARS_MAX and text.isascii() and text.isprintable()
    return text if is_good else ""
