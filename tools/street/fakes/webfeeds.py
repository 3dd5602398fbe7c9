"""Sites of the web that a fake node follows, and what they told."""

from dataclasses import dataclass, field
from typing import Any, Final

from swarmfeed.core.asks.webfeeds import (
    ArticleList,
    Articles,
    ArticleView,
    FollowedWebFeed,
    FollowWebFeed,
    GiveOpml,
    Opml,
    UnfollowWebFeed,
    WebFeedList,
    WebFeeds,
    WebFeedView,
)
from swarmfeed.core.exports.people import opml
from swarmfeed.core.webfeeds.addresses import host_of, parse_address

from street.fakes.samples import NOON_MS
from street.fakes.table import Rows


@dataclass
class FollowedSites:
    """What a test sets."""

    sites: dict[str, WebFeedView] = field(default_factory=dict)
    articles: list[ArticleView] = field(default_factory=list)
    offered: tuple[str, ...] = ()
    """Feeds that a page offers beside the one that is followed."""


def new_article(number: int, **said: Any) -> ArticleView:
    """An article of a site, the later the lower its number."""
    told = {
        "web_feed": "https://moss.example/feed",
        "feed_title": "Moss & more",
        "time_ms": NOON_MS - number * 3_600_000,
        "title": f"Moss, part {number}",
        "text": "A walk along the wall behind the mill.",
        "cursor": f"{NOON_MS - number}-{'00' * 16}-{'00' * 16}",
        "url": f"https://moss.example/{number}",
        "author": "Mira",
    }
    return ArticleView(**{**told, **said})


def new_site(url: str = "https://moss.example/feed", **said: Any) -> WebFeedView:
    """A site that answered well."""
    return WebFeedView(**{"url": url, "title": host_of(url), "looked_ms": NOON_MS, **said})


def read_the_web(desk: Any) -> None:
    """Follow sites of long names, in trouble, new, or moved; with articles of any length."""
    long = f"https://{'w' * 60}.example/{'x' * 300}"
    sites = (
        new_site(title="Moss & more"),
        new_site(long, title="W" * 200),
        new_site("https://gone.example/rss", trouble="gone.example answered 503"),
        new_site("https://new.example/feed.json", looked_ms=0),
        new_site("https://moved.example/feed", moved_from=long),
    )
    desk.web.sites = {each.url: each for each in sites}
    desk.web.articles = [
        new_article(1),
        new_article(2, web_feed=long, title="W" * 200, author="W" * 200, url=long),
        new_article(3, title="", text="A walk along the wall.\n" * 60, url="", author=""),
        new_article(4, title="كل ما ينمو", text=""),
    ]


def _list(desk: Any, _: WebFeeds) -> WebFeedList:
    return WebFeedList(web_feeds=tuple(desk.web.sites.values()))


def _articles(desk: Any, ask: Articles) -> ArticleList:
    found = [each for each in desk.web.articles if not ask.url or each.web_feed == ask.url]
    if ask.before:
        found = found[[each.cursor for each in found].index(ask.before) + 1 :]
    shown = found[: ask.limit]
    more = len(found) > len(shown)
    return ArticleList(articles=tuple(shown), next=shown[-1].cursor if more else None)


def _follow(desk: Any, ask: FollowWebFeed) -> FollowedWebFeed:
    url = parse_address(ask.url)
    already = url in desk.web.sites
    site = desk.web.sites.setdefault(url, new_site(url))
    return FollowedWebFeed(web_feed=site, already=already, others=desk.web.offered)


def _unfollow(desk: Any, ask: UnfollowWebFeed) -> WebFeedList:
    desk.web.sites.pop(ask.url, None)
    return _list(desk, WebFeeds())


def _opml(desk: Any, _: GiveOpml) -> Opml:
    listed = [(each.url, each.title) for each in desk.web.sites.values()]
    return Opml(opml=opml("Sites", listed), count=len(listed))


WEBFEEDS: Final[Rows] = {
    WebFeeds: _list,
    Articles: _articles,
    FollowWebFeed: _follow,
    UnfollowWebFeed: _unfollow,
    GiveOpml: _opml,
}
