"""A process that reads one file of the web: ``python -m swarmfeed.shell.webfeeds.worker``.

    question = part(address) || part(content type) || part(file)           see ``shell.pipes``
    answer   = "+" || part(found)                                see ``core.webfeeds.found``
             | "-"

Here alone ``feedparser`` is imported, and entered with bytes alone: given a text, it would
fetch from there, or open it as a file.  What a stranger's bytes do to it happens in this
process, which has one file to read and none to write, no socket to the world in use, no keys,
and bounded memory and time.
"""

import resource
import sys
from calendar import timegm
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any, Final

import feedparser

from swarmfeed.core.archives.html_text import text_of
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.webfeeds.addresses import link_or_nothing
from swarmfeed.core.webfeeds.found import FoundArticle, FoundFeed, encode_found
from swarmfeed.core.webfeeds.json_feed import read_json_feed
from swarmfeed.core.webfeeds.limits import (
    ARTICLES_MAX,
    PARSER_CPU_S,
    PARSER_MEMORY_BYTES,
)
from swarmfeed.core.webfeeds.pages import JSON, NOTHING, PAGE, kind_of, read_page
from swarmfeed.core.webfeeds.plain import article, plain_line
from swarmfeed.shell.pipes import part, read_part

FOUND: Final = b"+"
NONE: Final = b"-"

Record = Mapping[str, Any]


def main() -> None:
    """Answer one question."""
    confine()
    with (
        suppress(BrokenPipeError),
        open(0, "rb") as questions,
        open(1, "wb", buffering=0) as out,
    ):
        asked = [read_part(questions) for _ in range(3)]
        address, kind, body = (each or b"" for each in asked)
        out.write(answer(body, address.decode("utf-8"), kind.decode("utf-8")))


def confine() -> None:
    """Take from this process whatever reading a file does not need."""
    for what, most in (
        (resource.RLIMIT_AS, PARSER_MEMORY_BYTES),
        (resource.RLIMIT_CPU, PARSER_CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(body: bytes, address: str, content_type: str = "") -> bytes:
    """Return the answer to one file."""
    try:
        found = read(body, address, content_type)
        return NONE if found is None else FOUND + part(encode_found(found))
    except Exception:  # a reader of anything raises anything on hostile bytes
        return NONE


def read(body: bytes, address: str, content_type: str = "") -> FoundFeed | None:
    """Read one file; None: it is neither a feed nor a page."""
    kind = kind_of(body)
    if kind == NOTHING:
        return None
    if kind == JSON:
        return read_json_feed(body, address)
    if kind == PAGE:
        return read_page(body, address)
    told: Record = feedparser.parse(
        BytesIO(body),
        response_headers={"content-type": content_type, "content-location": address},
        # All of it becomes plain text, so nothing is to be taken out of it before.
        sanitize_html=False,
        resolve_relative_uris=True,
    )
    if not told.get("version") and not told.get("entries"):
        return None
    feed = told.get("feed", {})
    return FoundFeed(
        title=plain_line(text_of(_text(feed, "title"))),
        home_url=link_or_nothing(address, _text(feed, "link")),
        articles=tuple(_article(each, address) for each in told["entries"][:ARTICLES_MAX]),
    )


def _article(entry: Record, address: str) -> FoundArticle:
    told = entry.get("content") or [entry.get("summary_detail") or {}]
    is_plain = told[0].get("type") == "text/plain"
    value = _text(told[0], "value")
    return article(
        address,
        id=_text(entry, "id"),
        url=_text(entry, "link"),
        title=_text(entry, "title"),
        author=_text(entry, "author"),
        html="" if is_plain else value,
        text=value if is_plain else "",
        time_ms=_time_ms(entry),
    )


def _text(record: Record, key: str) -> str:
    found = record.get(key)
    return found if isinstance(found, str) else ""


def _time_ms(entry: Record) -> int:
    """When it was published, as UTC; 0: it does not say, or nothing that is a time."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        if told := entry.get(key):
            time_ms = timegm(told) * 1_000
            return time_ms if 0 < time_ms <= TIME_MS_MAX else 0
    return 0


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
