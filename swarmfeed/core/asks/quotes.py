"""Who quotes a post, of what is for everybody and here."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, Posts
from swarmfeed.core.base.limits import PAGE_POSTS


class QuotesOf(Ask[Posts], frozen=True, kw_only=True):
    """Posts that quote one, newest first; none of people who are blocked."""

    name = "quotes"

    ref: str
    """The post, named as ``show`` takes it."""
    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: Cursor | None = None
    """Only posts after this place."""


class QuoteCounts(Struct, frozen=True, kw_only=True):
    """How many quote each of some posts, in the order in which these were named."""

    counts: tuple[int, ...]
    """Counted up to 1,000 each."""


class HowOftenQuoted(Ask[QuoteCounts], frozen=True, kw_only=True):
    """How many posts quote each of these."""

    name = "quote-counts"

    refs: str
    """Up to 1,000 posts as FEED/INDEX, with commas between."""
