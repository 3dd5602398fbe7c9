"""What a file from the web is, and which feeds a page names in its head.

Read in a process of its own: how long hostile HTML takes is bounded there.
"""

from contextlib import suppress
from html.parser import HTMLParser
from typing import Final

from swarmfeed.core.archives.feeds import is_json_feed, is_xml_feed
from swarmfeed.core.webfeeds.addresses import link_or_nothing
from swarmfeed.core.webfeeds.found import FoundFeed
from swarmfeed.core.webfeeds.limits import HEAD_BYTES, OFFERED_MAX, PAGE_BYTES_MAX
from swarmfeed.core.webfeeds.plain import plain_line

XML, JSON, PAGE, NOTHING = "xml", "json", "page", ""

_TYPES: Final = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/feed+json")
)
"""Not ``application/json``: what stands there is as a rule something else of a site's."""
_PAGE_SIGNS: Final = (b"<!doctype html", b"<html", b"<head", b"<link", b"<meta", b"<title")


def kind_of(body: bytes) -> str:
    """Tell by its beginning what a file is; ``NOTHING`` of these: it is not read."""
    head = body[:HEAD_BYTES]
    if is_json_feed(head):
        return JSON
    if is_xml_feed(head):
        return XML
    if any(sign in head.lower() for sign in _PAGE_SIGNS):
        return PAGE
    # In UTF-16 nothing of that is found.
    return XML if head.startswith((b"<?xml", b"\xff\xfe<\0", b"\xfe\xff\0<")) else NOTHING


def read_page(body: bytes, address: str) -> FoundFeed:
    """Return what a page offers."""
    reader = _Links()
    # It raises AssertionError at some declarations: what stands before counts.
    with suppress(AssertionError):
        reader.feed(body[:PAGE_BYTES_MAX].decode("utf-8", "replace"))
    base = link_or_nothing(address, reader.base) or address
    found = (link_or_nothing(base, link) for link in reader.links)
    offered = tuple(dict.fromkeys(each for each in found if each))[:OFFERED_MAX]
    title = plain_line(reader.title)
    return FoundFeed(title=title, home_url=address, offered=offered, is_page=True)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.base = ""
        self.title = ""
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        self._is_title = tag == "title"
        if tag == "base":
            self.base = self.base or given.get("href", "")
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split():
            kind = given.get("type", "").partition(";")[0].strip().lower()
            if kind in _TYPES and given.get("href") and len(self.links) < OFFERED_MAX * 4:
                self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        self._is_title = False

    def handle_data(self, data: str) -> None:
        if self._is_title and not self.title:
            self.title = data
