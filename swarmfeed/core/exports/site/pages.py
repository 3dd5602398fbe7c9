"""Pages of a site: whole without script, with no style in them, and asking nobody else.

What people wrote stands in them as text, never as markup.
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.exports.page import NAMES_LEFT_ALONE
from swarmfeed.core.exports.site import names
from swarmfeed.core.exports.site.threads import OwnThreads, Thread
from swarmfeed.core.exports.stamps import iso
from swarmfeed.core.exports.syndication import FeedFile, FeedPost, html_of, linked, title_of
from swarmfeed.core.exports.writing import OwnPost
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.profile_field import ProfileField

OWN_LINKS: Final = "me nofollow noopener"
"""Links of the author's profile lead to the same person, by their word."""

STYLE_SHEET: Final = """\
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; \
padding: 0 1rem; overflow-wrap: anywhere; }
h1 a { color: inherit; text-decoration: none; }
article { border-top: 1px solid #8888; padding: 1rem 0; }
article p { margin: .5rem 0; }
img, video { max-width: 100%; height: auto; border-radius: .5rem; }
.note { color: color-mix(in srgb, CanvasText 75%, Canvas); font-size: .875rem; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; padding: 1rem 0; border-top: 1px solid #8888; }
summary { padding: .25rem 0; }
"""


class Author(Struct, frozen=True, kw_only=True):
    """Whose site it is."""

    link: str
    """Their link, by which they are followed."""
    name: str = ""
    bio: str = ""
    fields: tuple[ProfileField, ...] = ()

    @property
    def title(self) -> str:
        return self.name or self.link


class SiteParts(Struct, frozen=True, kw_only=True):
    """What pages are made of."""

    author: Author
    threads: OwnThreads
    is_here: Callable[[Medium], bool]
    """Whether the bytes of a picture or file are at hand."""
    uri_of: Callable[[OwnPost], str]


class ListPage(Struct, frozen=True, kw_only=True):
    """One page of threads."""

    folder: str
    number: int
    newest: int
    """The number of the newest page but the first: how many there are."""
    threads: Sequence[Thread]
    """Newest first."""
    title: str = ""
    """Empty: that of the site."""

    @property
    def name(self) -> str:
        return names.list_page(self.folder, self.number)


def shown(parts: SiteParts, post: OwnPost, page: str) -> FeedPost:
    """A post as it stands on a page; with an empty ``page`` in a file beside index.html."""
    there = parts.threads.page_of(post)
    anchor = f"#{names.post_name(post)}"
    files = tuple(
        FeedFile(
            url=names.way(page, names.medium_file(each)),
            type=each.type,
            size_bytes=each.size_bytes,
            alt=each.alt,
        )
        for each in post.media
        if parts.is_here(each)
    )
    return FeedPost(
        id=parts.uri_of(post),
        time_ms=post.time_ms,
        edited_ms=post.edited_ms,
        text=post.text,
        cw=post.cw,
        lang=post.lang,
        url=names.way(page, there) + ("" if parts.threads.begins(post) else anchor),
        files=files,
    )


def list_of(parts: SiteParts, page: ListPage) -> str:
    """One page of the index, or of a tag."""
    articles = "".join(_entry(parts, each, page.name) for each in page.threads)
    links = [("Newer", _newer(page)), ("Older", _older(page))]
    if not page.folder and parts.threads.has_tags:
        links.append(("Tags", names.TAGS))
    if page.folder:
        links += [("All tags", names.TAGS), ("All posts", names.INDEX)]
    return _page(parts, page.name, page.title, articles + _nav(page.name, links))


def thread_of(parts: SiteParts, thread: Thread) -> str:
    """A post with all that its author answered to it."""
    page = names.post_page(thread.first)
    title = title_of(replace(shown(parts, thread.first, page), files=()))
    articles = "".join(_article(parts, each, page) for each in thread.posts)
    links = [("All posts", names.INDEX)]
    links += [(f"#{tag}", f"{names.tag_folder(tag)}index.html") for tag in thread.tags]
    return _page(parts, page, title, articles + _nav(page, links), says_title=False)


def tags_of(parts: SiteParts) -> str:
    """All tags, with how many threads have them."""
    rows = "".join(
        f'<li><a href="{names.way(names.TAGS, names.tag_folder(tag))}index.html">'
        f'#{escape(tag)}</a> <span class="note">{count}</span></li>\n'
        for tag, count in parts.threads.tags().items()
    )
    nav = _nav(names.TAGS, [("All posts", names.INDEX)])
    return _page(parts, names.TAGS, "Tags", f"<ul>\n{rows}</ul>\n{nav}")


# --- inside ---


def _page(
    parts: SiteParts, page: str, title: str, body: str, *, says_title: bool = True
) -> str:
    """Args: says_title: Whether its title is in it, not in the window's bar alone."""
    author, home = parts.author, names.way(page, names.INDEX)
    about = f'<p class="p-summary">{escape(author.bio)}</p>\n' if author.bio else ""
    about += _details(author) if page == names.INDEX else ""
    called = escape(author.title)
    said = f"{escape(title)} · {called}" if title else called
    heading = f"<h2>{escape(title)}</h2>\n" if title and says_title else ""
    feeds = "".join(
        f'<link rel="alternate" type="{kind}" href="{names.way(page, name)}">\n'
        for name, kind in _FEEDS
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"{NAMES_LEFT_ALONE}<title>{said}</title>\n"
        f'<link rel="stylesheet" href="{names.way(page, names.STYLE)}">\n{feeds}</head>\n'
        f'<body class="h-feed">\n<header>\n<h1><a class="p-name" href="{home}">{called}</a>'
        f'</h1>\n{about}<p class="note p-author h-card">Signed by <a class="u-url p-name"'
        f' href="{escape(author.link)}">{escape(author.link)}</a></p>\n</header>\n<main>\n'
        f"{heading}{body}</main>\n</body>\n</html>\n"
    )


def _details(author: Author) -> str:
    """What their profile says beside the bio; its links lead to the same person."""
    rows = "".join(
        f"<dt>{escape(each.label)}</dt><dd>{linked(each.text, OWN_LINKS)}</dd>\n"
        for each in author.fields
    )
    return f'<dl class="note">\n{rows}</dl>\n' if rows else ""


_FEEDS: Final = (
    ("feed.atom", "application/atom+xml"),
    ("feed.rss", "application/rss+xml"),
    ("feed.json", "application/feed+json"),
)


def _entry(parts: SiteParts, thread: Thread, page: str) -> str:
    """A thread in a list: what begins it, and how much follows."""
    more = len(thread.posts) - 1
    there = names.way(page, names.post_page(thread.first))
    said = "1 more post" if more == 1 else f"{more} more posts"
    follows = f'<p class="note"><a href="{there}">{said}</a></p>\n' if more else ""
    return _article(parts, thread.first, page, follows)


def _article(parts: SiteParts, post: OwnPost, page: str, below: str = "") -> str:
    told = shown(parts, post, page)
    when, lang = iso(told.time_ms), f' lang="{escape(told.lang)}"' if told.lang else ""
    notes = "".join(f'<p class="note">{each}</p>\n' for each in _notes(parts, post, page))
    edited = (
        f' · edited <time class="dt-updated" datetime="{iso(told.edited_ms)}">'
        f"{_day(told.edited_ms)}</time>"
        if told.edited_ms
        else ""
    )
    return (
        f'<article class="h-entry" id="{names.post_name(post)}">\n'
        f'<data class="u-uid" value="{escape(told.id)}"></data>\n'
        f'<p class="note"><a class="u-url" href="{escape(told.url)}">'
        f'<time class="dt-published" datetime="{when}">{_day(told.time_ms)}</time></a>{edited}'
        f'</p>\n<div class="e-content"{lang} dir="auto">{html_of(told)}</div>\n'
        f"{notes}{below}</article>\n"
    )


def _notes(parts: SiteParts, post: OwnPost, page: str) -> list[str]:
    """What it answers and quotes, and what is missing."""
    said = []
    if post.reply:
        said.append(_pointing(parts, post.reply, page, "It answers", "u-in-reply-to"))
    if post.quote:
        said.append(_pointing(parts, post.quote, page, "It quotes", "u-quotation-of"))
    away = sum(not parts.is_here(each) for each in post.media)
    if away:
        said.append(f"Pictures or files that are not here: {away}")
    return said


def _pointing(parts: SiteParts, ref: EntryRef, page: str, what: str, role: str) -> str:
    to = parts.threads.at(ref.feed_id, ref.index)
    if to is None:
        whose = "a post that is gone" if parts.threads.is_own(ref) else "somebody else"
        return f"{what} {whose}."
    address = escape(shown(parts, to, page).url)
    return f'{what} <a class="{role}" href="{address}">another post</a>.'


def _newer(page: ListPage) -> str:
    if not page.number:
        return ""
    return names.list_page(page.folder, 0 if page.number == page.newest else page.number + 1)


def _older(page: ListPage) -> str:
    older = (page.number or page.newest + 1) - 1
    return names.list_page(page.folder, older) if older else ""


def _nav(page: str, links: Sequence[tuple[str, str]]) -> str:
    told = "".join(
        f'<a href="{names.way(page, to)}">{escape(said)}</a>\n' for said, to in links if to
    )
    return f"<nav>\n{told}</nav>\n" if told else ""


def _day(time_ms: int) -> str:
    return iso(time_ms)[:16].replace("T", " ") + " UTC"
