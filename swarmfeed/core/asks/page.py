"""What the page answers itself, because no node knows it: how a browser gets in."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask


class PageLink(Struct, frozen=True, kw_only=True):
    """A link to the page."""

    url: str


class NewLoginLink(Ask[PageLink], frozen=True, kw_only=True):
    """A fresh link that logs one browser in, once."""

    name = "login-link"
    changes = True
