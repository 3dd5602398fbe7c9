"""Feeds of the web that a person follows: what they tell is unsigned, and kept apart."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import OPML_FORM_BYTES_MAX
from swarmfeed.core.asks.posts import Limit
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.limits import PAGE_POSTS


class WebFeedView(Struct, frozen=True, kw_only=True):
    """A feed of the web."""

    url: str
    title: str
    """What it calls itself, or its host."""
    home_url: Annotated[str, Spare()] = ""
    """The page with the same articles."""
    articles: int = 0
    """That are kept."""
    looked_ms: int = 0
    """When it last answered well; 0: never."""
    trouble: Annotated[str, Spare()] = ""
    """What went wrong at the last look."""
    gone: Annotated[bool, Spare()] = False
    """It said that it is gone for good, and is not looked at any more."""
    moved_from: Annotated[str, Spare()] = ""
    """Under which address it was followed, until that one sent all readers on for good."""


class WebFeedList(Struct, frozen=True, kw_only=True):
    """All that are followed, by their titles."""

    web_feeds: tuple[WebFeedView, ...]


class WebFeeds(Ask[WebFeedList], frozen=True, kw_only=True):
    """The feeds of the web that the person follows, on any of their devices."""

    name = "web-feeds"


class FollowedWebFeed(Struct, frozen=True, kw_only=True):
    """A feed that is followed from now on."""

    web_feed: WebFeedView
    already: bool
    """It was before."""
    others: tuple[str, ...]
    """Addresses of more feeds that the page offers, where a page was named."""


class FollowWebFeed(Ask[FollowedWebFeed], frozen=True, kw_only=True):
    """Fetch a feed of the web, and look at it every hour from now on, on all own devices."""

    name = "follow-web-feed"
    changes = True

    url: str
    """Of an RSS, Atom or JSON Feed, or of a page that names one."""


class UnfollowWebFeed(Ask[WebFeedList], frozen=True, kw_only=True):
    """Look at a feed of the web no longer; what was kept of it is taken away."""

    name = "unfollow-web-feed"
    changes = True

    url: str


class LookAtWebFeeds(Ask[WebFeedList], frozen=True, kw_only=True):
    """Look at all feeds of the web now, but those whose site asks to be left alone.

    The answer comes in 15 seconds; what is slower goes on meanwhile.
    """

    name = "look-at-web-feeds"
    changes = True


class ArticleView(Struct, frozen=True, kw_only=True):
    """What a site tells: plain text, signed by nobody."""

    web_feed: str
    """The address of the feed."""
    feed_title: str
    time_ms: int
    """When it was published, as the site says; if it does not, when it was first seen here."""
    title: str
    text: str
    """Its beginning, where it is long."""
    cursor: str
    """For ``before``."""
    url: Annotated[str, Spare()] = ""
    """Where a browser shows the whole."""
    author: Annotated[str, Spare()] = ""
    """As the site says."""


class ArticleList(Struct, frozen=True, kw_only=True):
    """A page of articles, newest first."""

    articles: tuple[ArticleView, ...]
    next: str | None
    """What ``before`` takes to go on; null when the list ended."""


class Articles(Ask[ArticleList], frozen=True, kw_only=True):
    """What feeds of the web told lately, newest first."""

    name = "articles"

    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: str = ""
    """Only articles after this place."""
    url: str = ""
    """Only of this feed."""


class TakenOpml(Struct, frozen=True, kw_only=True):
    """What came of a list."""

    followed: int
    """From now on."""
    there: int
    """That were followed before."""
    refused: int
    """Whose address is none of the web."""
    beyond: int
    """For which there was no room."""
    sentence: str
    """The same in words."""


class TakeOpml(Ask[TakenOpml], frozen=True, kw_only=True):
    """Follow all feeds of an OPML list, as other readers write it.

    They are looked at one after the other, soon; nothing else is taken from the list.
    """

    name = "take-opml"
    changes = True
    bytes_max = OPML_FORM_BYTES_MAX

    opml: str


class Opml(Struct, frozen=True, kw_only=True):
    """A list for other readers."""

    opml: str
    count: int


class GiveOpml(Ask[Opml], frozen=True, kw_only=True):
    """The feeds of the web that are followed, as OPML, which other readers take."""

    name = "opml"
