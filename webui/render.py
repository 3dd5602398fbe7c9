"""What people wrote, as safe HTML: plain text with links, and nothing else.

Text is escaped; links are found in it and show where they lead; what could make text lie
about itself (direction overrides, stacked marks, look-alike hosts) is shown for what it is.
See THREATS A05 and A07.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from linkify_it import LinkifyIt
from markupsafe import Markup, escape
from swarmfeed.core.base.limits import (
    COMBINING_MARKS_MAX,
    LINK_CHARS_MAX,
    TEXT_BYTES_MAX,
)
from swarmfeed.core.words.links import MAY_BE_LINK
from swarmfeed.core.words.seeking import Sought, find_spans
from swarmfeed.core.words.tags import find_tags

RENDERED_KEPT_MAX: Final = 512
"""Texts that are kept as they were rendered: ten pages of posts, 10 MB of the longest ones."""

SHOWN_CHARS_MAX: Final = 60
"""Longest text of a link; the host in front is never cut."""

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls, direction overrides (U+202A to E, U+2066 to 9), and characters of no width.
U+200C and D stay: Persian, Hindi and emoji need them."""

_MARK, _MARK_ENDS = Markup("<mark>"), Markup("</mark>")

_OWN_LINK: Final = re.compile(r"\?[\w.~%:/?#\[\]@!$&'*+,;=-]+")
_LINK: Final = re.compile(r"[a-z2-7]{56}(?:\?[\w.~%:/\[\]@!$&*+,;=-]*[\w/=\]])?")


def _linkify() -> LinkifyIt:
    linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})
    for schema in ("ftp:", "//", "mailto:"):
        linkify.add(schema, None)
    for schema, pattern in (("magnet:", _OWN_LINK), ("swarmfeed:", _LINK)):
        linkify.add(schema, {"validate": _validator(pattern)})
    return linkify


def _validator(pattern: re.Pattern[str]) -> Callable[[LinkifyIt, str, int], int]:
    def length(_linkify: LinkifyIt, text: str, position: int) -> int:
        """Return how many characters after the scheme belong to the link."""
        found = pattern.match(text, position, position + LINK_CHARS_MAX)
        return found.end() - position if found else 0

    return length


LINKIFY: Final = _linkify()


def plain(text: str) -> str:
    """Return text that shows everything it holds: no controls, few combining marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    visible = _HIDDEN.sub("", text)
    if visible.isascii():
        return visible
    kept: list[str] = []
    marks = 0
    for character in visible:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= COMBINING_MARKS_MAX:
            kept.append(character)
    return "".join(kept)


def one_line(text: str) -> str:
    """Return a name or a title for one line: plain, without line breaks."""
    return " ".join(plain(text).split())


@lru_cache(maxsize=RENDERED_KEPT_MAX)
def render_text(text: str, marked: tuple[Sought, ...] = (), *, own: bool = False) -> Markup:
    """Return a post's text as HTML; line breaks are left to the style sheet.

    Args:
        marked: What was looked for: where it stands is marked.
        own: Whether its links lead to other pages of who says it, by their word.
    """
    text = plain(text[:TEXT_BYTES_MAX])
    links = _links(text)
    tags = [
        (tag.start, tag.end, "")
        for tag in find_tags(text)
        if not any(low < tag.end and tag.start < high for low, high, _ in links)
    ]
    spans = find_spans(text, marked)
    out: list[Markup] = []
    at = 0
    for start, end, url in sorted(links + tags):
        out.append(_marked(text, at, start, spans))
        out.append(_link(url, marked, own=own) if url else _tag(text, start, end, spans))
        at = end
    out.append(_marked(text, at, len(text), spans))
    return Markup("").join(out)


def _links(text: str) -> list[tuple[int, int, str]]:
    """Where each link begins and ends, and where it leads."""
    if ":" not in text or not MAY_BE_LINK.search(text.casefold()):
        return []  # as most posts: to look for one at each character takes long
    return [(each.index, each.last_index, each.url) for each in LINKIFY.match(text) or ()]


def link_text(url: str) -> str:
    """Return what a link shows: where it leads, first its host, never a user name.

    Raises:
        ValueError: Nobody could tell where it leads.
    """
    if "\\" in url:
        raise ValueError("a browser takes a backslash for a slash, and goes elsewhere")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url if len(url) <= SHOWN_CHARS_MAX else url[: SHOWN_CHARS_MAX - 1] + "…"
    host = shown_host(parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    rest = parts.path.rstrip("/") if not parts.query else f"{parts.path}?{parts.query}"
    rest += f"#{parts.fragment}" if parts.fragment else ""
    room = max(SHOWN_CHARS_MAX - len(host), 8)
    return host + (rest if len(rest) <= room else rest[: room - 1] + "…")


def shown_host(host: str) -> str:
    """Return a host as people may trust it: ASCII (``xn--``) when it mixes scripts."""
    if host.isascii():
        return host
    scripts = {unicodedata.name(c, "?").split()[0] for c in host if c.isalpha()}
    if len(scripts) <= 1 and all(c.isalnum() or c in ".-" for c in host):
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode("ascii")


def _link(url: str, marked: tuple[Sought, ...], *, own: bool) -> Markup:
    try:
        shown = link_text(url)
    except ValueError:
        return escape(url)
    inside = _marked(shown, 0, len(shown), find_spans(shown, marked))
    if url.startswith("swarmfeed:"):
        return Markup('<a class="own-link" href="/follow?link={}"><bdi>{}</bdi></a>').format(
            quote(url, safe=""), inside
        )
    return Markup(
        '<a href="{}" rel="{}noopener noreferrer nofollow" target="_blank"><bdi>{}</bdi></a>'
    ).format(url, "me " if own else "", inside)


def _tag(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Markup:
    """A link to the page of the very tag."""
    name, shown = quote(text[start + 1 : end], safe=""), _marked(text, start, end, spans)
    # Both are HTML already; to format them anew takes most of what a post with tags costs.
    return Markup(f'<a class="tag" href="/tags/{name}"><bdi>{shown}</bdi></a>')  # noqa: S704


def _marked(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Markup:
    """Return text[start:end] as HTML, with what stands in the spans marked."""
    if not spans:
        return escape(text[start:end])
    out: list[Markup] = []
    at = start
    for low, high in spans:
        low, high = max(low, at), min(high, end)
        if low < high:
            out += (escape(text[at:low]), _MARK, escape(text[low:high]), _MARK_ENDS)
            at = high
    out.append(escape(text[at:end]))
    return Markup("").join(out)
