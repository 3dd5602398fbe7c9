"""HTML of other places as plain text: paragraphs, lines, lists and where links lead."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from swarmfeed.core.archives.limits import HTML_CHARS_MAX

NameOf = Callable[[str], str]
"""What somebody is called whose page has this address; empty: nobody knows."""

_BLOCKS: Final = frozenset(
    ("p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table",
     "figure", "section", "article", "header", "footer", "dl")
)  # fmt: skip
_LINES: Final = frozenset(("li", "tr", "dt", "dd"))
_UNSEEN: Final = frozenset(("script", "style", "head", "title", "template", "iframe", "svg"))
_KEPT_SPACE: Final = "\x01"
"""Stands for a space of code until lines are put together: no text has it."""
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
_DECLARED: Final = re.compile(r"<[!?][^>]*>?")
"""``<!DOCTYPE html>``, ``<![CDATA[``, ``<?php ?>``: to a browser all of them say nothing."""
_AROUND_LINES: Final = re.compile(r" ?\n ?")
_SPACES_ALONE: Final = re.compile(r" +")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def text_of(html: str, name_of: NameOf = lambda address: "") -> str:
    """Return what a person reads of it.

    Args:
        name_of: Who is mentioned by a link.
    """
    reader = _Reader(name_of)
    reader.feed(_only_tags(html[:HTML_CHARS_MAX]))
    reader.close()
    return reader.text()


def _only_tags(html: str) -> str:
    """Leave out comments and declarations, and what begins a tag that never ends.

    ``html.parser`` looks for the end of each to the end of all, which takes half a minute when
    there are enough of them, and raises AssertionError at some.
    """
    parts, at = [], 0
    while (begin := html.find("<!--", at)) >= 0:
        parts.append(html[at:begin])
        end = html.find("-->", begin + len("<!--"))
        at = len(html) if end < 0 else end + len("-->")
    whole = _DECLARED.sub("", "".join((*parts, html[at:])))
    tags, close, rest = whole.rpartition(">")
    return tags + close + rest.replace("<", "&lt;")


class _Reader(HTMLParser):
    def __init__(self, name_of: NameOf) -> None:
        super().__init__(convert_charrefs=True)
        self._name_of = name_of
        self._parts: list[str] = []
        self._unseen = 0
        self._pre = 0
        self._link: tuple[str, bool, int] | None = None
        """Where it leads, whether it mentions somebody, and where its words begin."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._parts.append("\n\n")
            self._pre += tag == "pre"
        elif tag in _LINES:
            self._parts.append("\n- " if tag == "li" else "\n")
        elif tag == "img" and (alt := given.get("alt", "")):
            self._parts.append(alt)
        elif tag == "a":
            is_mention = "mention" in given.get("class", "").split()
            is_tag = "hashtag" in given.get("class", "").split()
            self._link = (given.get("href", ""), is_mention and not is_tag, len(self._parts))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._parts.append("\n\n")
            self._pre = max(0, self._pre - (tag == "pre"))
        elif tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            kept = data.replace(" ", _KEPT_SPACE)
            self._parts.append(kept if self._pre else _SPACES.sub(" ", data))

    def text(self) -> str:
        whole = _AROUND_LINES.sub("\n", _SPACES_ALONE.sub(" ", "".join(self._parts)))
        return _EMPTY_LINES.sub("\n\n", whole).strip().replace(_KEPT_SPACE, " ")

    def _end_link(self) -> None:
        if self._link is None:
            return
        (address, is_mention, start), self._link = self._link, None
        words = "".join(self._parts[start:])
        if is_mention:
            words = self._name_of(address) or _with_host(words, address)
        elif address.startswith(("https://", "http://")) and _leads_elsewhere(words, address):
            words = f"{words} ({address})" if words.strip() else address
        self._parts[start:] = [words]


def _with_host(name: str, address: str) -> str:
    """``@bob`` as others call him: ``@bob@example.org``."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    is_bare = name.startswith("@") and name.count("@") == 1
    return f"{name}@{host}" if host and is_bare else name


def _leads_elsewhere(words: str, address: str) -> bool:
    """Whether who reads the words does not know where the link leads."""
    shown = words.strip()
    return not (shown.startswith("#") or (shown.rstrip("…./") in address and "." in shown))
