"""What is read from the web: sites of strangers, and only those that a person named."""

from typing import NamedTuple, Protocol

from msgspec import Struct

from swarmfeed.core.webfeeds.found import FoundFeed
from swarmfeed.ports.ledger import Ledger
from swarmfeed.ports.poster import Poster


class WebAnswer(NamedTuple):
    """What a site answered, unpacked."""

    status: int
    url: str
    """Who answered, after all redirects."""
    body: bytes = b""
    type: str = ""
    """The ``Content-Type``."""
    etag: str = ""
    """Empty, as the next, where it is not the host that was asked first that says so."""
    modified: str = ""
    """The ``Last-Modified``."""
    retry_after: str = ""
    moved: str = ""
    """Where it was sent on for good before anybody sent it on for now, or from https to http;
    empty: nowhere."""


class WebReader(Protocol):
    """Reads places on the public web, and no others."""

    async def read(self, url: str, *, etag: str = "", modified: str = "") -> WebAnswer:
        """Return the answer, whatever its status, but for redirects, which are followed.

        Args:
            url: As ``core.webfeeds.addresses`` spells it.
            etag: Of the version that is known, so that it is not sent again; goes to the host
                of ``url`` alone.

        Raises:
            RetryError: Nobody is there; it, or where it leads, is no public place; the answer
                is too long, too late, or none.  Says so to people.
        """
        ...

    def close(self) -> None:
        """Nothing is read any more."""
        ...


class FeedParser(Protocol):
    """Reads what sites send, where it can harm nobody."""

    def parse(self, body: bytes, url: str, kind: str = "") -> FoundFeed:
        """Return a feed, or what a page offers.  Takes a second; called from any thread.

        Args:
            kind: The ``Content-Type`` it was sent with.

        Raises:
            UserError: It is neither.
            PassingError: This machine refuses just now.
        """
        ...

    def close(self) -> None:
        """End what runs; whoever waits gets a PassingError."""
        ...


class Web(Struct, frozen=True, kw_only=True):
    """All that is done on the web."""

    poster: Poster
    """Posts to witnesses."""
    reader: WebReader
    parser: FeedParser
    kept: Ledger
    """What feeds of the web told, sealed."""
