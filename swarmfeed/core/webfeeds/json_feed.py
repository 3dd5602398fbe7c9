"""JSON Feed, 1 and 1.1 (jsonfeed.org).  What is not as the standard says is not there."""

from collections.abc import Mapping

from swarmfeed.core.archives.json_items import whole
from swarmfeed.core.archives.records import list_at, text_at
from swarmfeed.core.archives.times import parse_iso, parse_time_of_mail
from swarmfeed.core.webfeeds.addresses import link_or_nothing
from swarmfeed.core.webfeeds.found import FoundArticle, FoundFeed
from swarmfeed.core.webfeeds.limits import ARTICLES_MAX
from swarmfeed.core.webfeeds.plain import article, plain_line


def read_json_feed(body: bytes, address: str) -> FoundFeed:
    """Read a whole one.  ValueError: it is none."""
    feed = whole([body])
    if not isinstance(feed, Mapping) or not isinstance(feed.get("items"), list):
        raise ValueError("no JSON Feed")
    return FoundFeed(
        title=plain_line(text_at(feed, "title")),
        home_url=link_or_nothing(address, text_at(feed, "home_page_url")),
        articles=tuple(
            _article(item, feed, address) for item in list_at(feed, "items")[:ARTICLES_MAX]
        ),
    )


def time_or_zero(text: str) -> int:
    """A time as feeds write it, in ms; 0: it is none."""
    try:
        return parse_iso(text)
    except ValueError:
        pass
    try:
        return parse_time_of_mail(text)
    except ValueError:
        return 0


def _article(item: object, feed: object, address: str) -> FoundArticle:
    published = text_at(item, "date_published") or text_at(item, "date_modified")
    html, text = text_at(item, "content_html"), text_at(item, "content_text")
    return article(
        address,
        id=_id(item),
        url=text_at(item, "url") or text_at(item, "external_url"),
        title=text_at(item, "title"),
        author=_author(item) or _author(feed),
        html=html,
        text=text if text or html else text_at(item, "summary"),
        time_ms=time_or_zero(published),
    )


def _id(item: object) -> str:
    """Some write a number, against the standard."""
    given = item.get("id") if isinstance(item, Mapping) else None
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**63:
        return str(given)
    return text_at(item, "id")


def _author(of: object) -> str:
    """Of 1.1 the first of ``authors``, of 1 ``author``."""
    first = next(iter(list_at(of, "authors")), None)
    return text_at(first, "name") or text_at(of, "author", "name")
