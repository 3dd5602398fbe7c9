"""What sites say, as plain text: whatever a page shows of it is text, and short enough."""

import re
from typing import Final

from swarmfeed.core.archives.html_text import text_of
from swarmfeed.core.archives.records import visible
from swarmfeed.core.webfeeds.addresses import link_or_nothing
from swarmfeed.core.webfeeds.found import FoundArticle
from swarmfeed.core.webfeeds.limits import (
    ADDRESS_CHARS_MAX,
    TEXT_BYTES_MAX,
    TITLE_CHARS_MAX,
)

_NEVER: Final = re.compile(r"[\x0b\x0c\x85\u2028\u2029\ufffe\uffff]")
"""Other ends of lines, and what no XML may have: OPML takes titles along."""


def plain_line(text: str, most: int = TITLE_CHARS_MAX) -> str:
    """A text in one line, cut where it is too long."""
    words = " ".join(visible(_NEVER.sub(" ", text)).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def plain_text(text: str) -> str:
    """A text of several lines, cut where it is too long."""
    whole = visible(_NEVER.sub("\n", text)).strip()
    if len(whole.encode("utf-8")) <= TEXT_BYTES_MAX:
        return whole
    room = TEXT_BYTES_MAX - len("…".encode())
    return whole.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip() + "…"


def article(
    base: str, *, id: str, url: str, title: str, author: str, html: str, text: str, time_ms: int
) -> FoundArticle:
    """Make an article of what a feed says.

    Args:
        base: The feed's own address: links may be relative to it.
        html: Its text as HTML, where ``text`` is empty.
    """
    said = plain_line(text_of(title))
    body = plain_text(text or text_of(html))
    is_title = " ".join(body.split()) == said
    return FoundArticle(
        id=visible(id)[:ADDRESS_CHARS_MAX],
        url=link_or_nothing(base, url),
        title=said,
        author=plain_line(text_of(author)),
        text="" if is_title else body,
        time_ms=time_ms,
    )
