"""What the page answers itself, because no node knows it: how a browser gets in."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link to the page."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLoginLink(Ask[PageLink]):
    """A fresh link that logs one browser in, once."""

    name = "login-link"
    changes = True
