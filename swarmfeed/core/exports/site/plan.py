"""All files of a site, in the order in which they are written: each with what makes it.

Nothing is made before it is asked for: of a site of 100,000 posts one page is in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.exports.limits import FEED_POSTS, SITE_PAGE_THREADS
from swarmfeed.core.exports.sentences import POSTS_OF
from swarmfeed.core.exports.site import names, pages
from swarmfeed.core.exports.site.pages import Author, ListPage, SiteParts
from swarmfeed.core.exports.site.threads import Thread
from swarmfeed.core.exports.syndication import FeedOf, FeedPost, atom, json_feed, rss
from swarmfeed.core.feed.medium import Medium


class SiteText(Struct, frozen=True):
    """A page or feed."""

    name: str
    make: Callable[[], str]


class SiteMedium(Struct, frozen=True):
    """A picture or file, as it is."""

    name: str
    medium: Medium


def plan_site(parts: SiteParts, url: str) -> Iterator[SiteText | SiteMedium]:
    """Return all files; what a page leads to comes before it.

    Args:
        url: Where the site will be, with a slash at its end; empty: addresses in feeds are
            relative to the feed.
    """
    threads = parts.threads.all
    yield SiteText(names.STYLE, lambda: pages.STYLE_SHEET)
    yield from _media(parts)
    for thread in threads:
        yield SiteText(names.post_page(thread.first), partial(pages.thread_of, parts, thread))
    by_tag: dict[str, list[Thread]] = {}
    for thread in threads:
        for tag in thread.tags:
            by_tag.setdefault(tag, []).append(thread)
    for tag, tagged in sorted(by_tag.items()):
        yield from _lists(parts, tagged, names.tag_folder(tag), f"#{tag}")
    if by_tag:
        yield SiteText(names.TAGS, partial(pages.tags_of, parts))
    yield from _lists(parts, threads, "", "")
    yield from _feeds(parts, url)


def _lists(
    parts: SiteParts, threads: Sequence[Thread], folder: str, title: str
) -> Iterator[SiteText]:
    """Pages of a list, the oldest first; only the last ones change when a thread comes."""
    full = max(len(threads) // SITE_PAGE_THREADS - 1, 0)
    for number in (*range(1, full + 1), 0):
        start = (number or full + 1) * SITE_PAGE_THREADS - SITE_PAGE_THREADS
        end = start + SITE_PAGE_THREADS if number else len(threads)
        page = ListPage(
            folder=folder,
            number=number,
            newest=full,
            threads=threads[start:end][::-1],
            title=title,
        )
        yield SiteText(page.name, partial(pages.list_of, parts, page))


def _media(parts: SiteParts) -> Iterator[SiteMedium]:
    media = {each.id: each for post in parts.threads.posts() for each in post.media}
    for medium in media.values():
        if parts.is_here(medium):
            yield SiteMedium(names.medium_file(medium), medium)


def _feeds(parts: SiteParts, url: str) -> Iterator[SiteText]:
    forms = (("atom", atom), ("rss", rss), ("json", json_feed))
    for form, write in forms:
        yield SiteText(f"feed.{form}", partial(_feed, parts, url, f"feed.{form}", write))


def _feed(
    parts: SiteParts,
    url: str,
    name: str,
    write: Callable[[FeedOf, Sequence[FeedPost]], str],
) -> str:
    author: Author = parts.author
    newest = parts.threads.posts()[-FEED_POSTS:][::-1]
    feed = FeedOf(
        id=author.link,
        title=POSTS_OF(name=author.title),
        home_url=url or names.INDEX,
        own_url=f"{url}{name}",
        description=author.bio,
        author=author.name,
        author_url=author.link,
    )
    return write(feed, [_placed(pages.shown(parts, each, ""), url) for each in newest])


def _placed(post: FeedPost, url: str) -> FeedPost:
    """A post with whole addresses."""
    files = tuple(replace(each, url=f"{url}{each.url}") for each in post.files)
    return replace(post, url=f"{url}{post.url}", files=files)
