"""Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1: one list of posts, three spellings.

Ids are names of posts, not addresses of pages: they stay when the page moves.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from msgspec import Struct

from swarmfeed.core.exports.limits import TITLE_CHARS_MAX
from swarmfeed.core.exports.stamps import iso, of_mail

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may have (2.2)."""
_WEB: Final = re.compile(r"https?://[^\s<>\"']+")


class FeedFile(Struct, frozen=True, kw_only=True):
    """A picture or file of a post."""

    url: str
    type: str
    size_bytes: int
    alt: str = ""


class FeedPost(Struct, frozen=True, kw_only=True):
    """A post, as a feed has it."""

    id: str
    """Its name for ever."""
    time_ms: int
    text: str
    cw: str = ""
    lang: str = ""
    url: str = ""
    """Where a page shows it; empty: nowhere."""
    author: str = ""
    author_url: str = ""
    edited_ms: int = 0
    files: tuple[FeedFile, ...] = ()


class FeedOf(Struct, frozen=True, kw_only=True):
    """What is said of a whole feed."""

    id: str
    title: str
    home_url: str = ""
    """The page with the same posts."""
    own_url: str = ""
    """Where the feed itself is."""
    description: str = ""
    author: str = ""
    author_url: str = ""


def title_of(post: FeedPost) -> str:
    """The first words of a post, or its content warning: what lists show."""
    words = " ".join((post.cw or post.text).split())
    return words if len(words) <= TITLE_CHARS_MAX else words[: TITLE_CHARS_MAX - 1] + "…"


def html_of(post: FeedPost) -> str:
    """A post as HTML: paragraphs, lines, links, pictures; behind its warning if it has one."""
    blocks = [each for each in re.split(r"\n{2,}", post.text) if each.strip()]
    body = "".join(f"<p>{'<br>'.join(map(linked, each.split(chr(10))))}</p>" for each in blocks)
    body += "".join(map(_shown, post.files))
    if post.cw:
        return f"<details><summary>{escape(post.cw)}</summary>{body}</details>"
    return body


def linked(line: str, rel: str = "nofollow noopener") -> str:
    """One line as HTML, with its links.

    Args:
        rel: What the links are: ``me`` among it where they lead to the same person.
    """
    parts, at = [], 0
    for match in _WEB.finditer(line):
        address = match[0].rstrip(".,;:!?)")
        parts.append(escape(line[at : match.start()]))
        parts.append(f'<a href="{escape(address)}" rel="{rel}">{escape(address)}</a>')
        at = match.start() + len(address)
    return "".join([*parts, escape(line[at:])])


def atom(feed: FeedOf, posts: Sequence[FeedPost]) -> str:
    """Return an Atom document."""
    return "".join(atom_parts(feed, posts))


def atom_parts(feed: FeedOf, posts: Sequence[FeedPost]) -> Iterator[str]:
    """Return the same in parts, for documents that are long."""
    newest_ms = max((max(each.time_ms, each.edited_ms) for each in posts), default=0)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        _tag("id", feed.id),
        _tag("title", feed.title),
        _tag("updated", iso(newest_ms)),
        _person(feed.author or feed.title, feed.author_url),
    ]
    if feed.description:
        lines.append(_tag("subtitle", feed.description))
    if feed.home_url:
        lines.append(f'<link rel="alternate" type="text/html" href="{_xml(feed.home_url)}"/>')
    if feed.own_url:
        lines.append(
            f'<link rel="self" type="application/atom+xml" href="{_xml(feed.own_url)}"/>'
        )
    yield from (f"{line}\n" for line in lines)
    for each in posts:
        yield "".join(f"{line}\n" for line in _entry(each))
    yield "</feed>\n"


def rss(feed: FeedOf, posts: Sequence[FeedPost]) -> str:
    """Return an RSS 2.0 document; a guid is no address."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>',
        _tag("title", feed.title),
        _tag("link", feed.home_url or feed.id),
        _tag("description", feed.description or feed.title),
    ]
    if feed.own_url:
        lines.append(
            f'<atom:link rel="self" type="application/rss+xml" href="{_xml(feed.own_url)}"/>'
        )
    items = (line for each in posts for line in _item(each))
    return "\n".join([*lines, *items, "</channel></rss>", ""])


def json_feed(feed: FeedOf, posts: Sequence[FeedPost]) -> str:
    """Return a JSON Feed 1.1."""
    return "".join(json_feed_parts(feed, posts))


def json_feed_parts(feed: FeedOf, posts: Sequence[FeedPost]) -> Iterator[str]:
    """Return the same in parts, for documents that are long."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.own_url,
        "description": feed.description,
        "authors": _json_authors(feed.author, feed.author_url),
    }
    kept = {key: value for key, value in told.items() if value}
    yield json.dumps(kept, ensure_ascii=False, indent=1).removesuffix("\n}")
    yield ',\n "items": ['
    for count, each in enumerate(posts):
        item = json.dumps(_json_item(each), ensure_ascii=False, indent=1)
        yield f"{',' if count else ''}\n{item}"
    yield "\n]}\n"


def _entry(post: FeedPost) -> Iterable[str]:
    yield "<entry>"
    yield _tag("id", post.id)
    yield _tag("title", title_of(post))
    yield _tag("published", iso(post.time_ms))
    yield _tag("updated", iso(post.edited_ms or post.time_ms))
    if post.author:
        yield _person(post.author, post.author_url)
    if post.url:
        yield f'<link rel="alternate" type="text/html" href="{_xml(post.url)}"/>'
    for each in post.files:
        yield (
            f'<link rel="enclosure" type="{_xml(each.type)}" length="{each.size_bytes}"'
            f' href="{_xml(each.url)}"/>'
        )
    lang = f' xml:lang="{_xml(post.lang)}"' if post.lang else ""
    yield f'<content type="html"{lang}>{_xml(html_of(post))}</content>'
    yield "</entry>"


def _item(post: FeedPost) -> Iterable[str]:
    yield "<item>"
    yield f'<guid isPermaLink="false">{_xml(post.id)}</guid>'
    yield _tag("title", title_of(post))
    yield _tag("pubDate", of_mail(post.time_ms))
    if post.author:
        yield _tag("dc:creator", post.author)
    if post.url:
        yield _tag("link", post.url)
    for each in post.files[:1]:
        yield (
            f'<enclosure url="{_xml(each.url)}" length="{each.size_bytes}"'
            f' type="{_xml(each.type)}"/>'
        )
    yield _tag("description", html_of(post))
    yield "</item>"


def _json_item(post: FeedPost) -> dict[str, object]:
    told = {
        "id": post.id,
        "url": post.url,
        "content_html": html_of(post),
        "content_text": post.text,
        "summary": post.cw,
        "date_published": iso(post.time_ms),
        "date_modified": iso(post.edited_ms) if post.edited_ms else "",
        "language": post.lang,
        "authors": _json_authors(post.author, post.author_url),
        "attachments": [
            {
                "url": each.url,
                "mime_type": each.type,
                "size_in_bytes": each.size_bytes,
                **({"title": each.alt} if each.alt else {}),
            }
            for each in post.files
        ],
    }
    return {key: value for key, value in told.items() if value or key == "content_text"}


def _json_authors(name: str, url: str) -> list[dict[str, str]]:
    told = {key: value for key, value in (("name", name), ("url", url)) if value}
    return [told] if told else []


def _person(name: str, url: str) -> str:
    return f"<author>{_tag('name', name)}{_tag('uri', url) if url else ''}</author>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{_xml(text)}</{name}>"


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _shown(file: FeedFile) -> str:
    address, alt = escape(file.url), escape(file.alt)
    if file.type.startswith("image/"):
        return f'<p><img src="{address}" alt="{alt}"></p>'
    return f'<p><a href="{address}">{alt or escape(file.type)}</a></p>'
