"""Sites of the web in memory: what each answers, and what was asked of them."""

from collections.abc import Callable

from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import host_of
from swarmfeed.core.webfeeds.found import FoundFeed
from swarmfeed.core.webfeeds.json_feed import read_json_feed
from swarmfeed.core.webfeeds.pages import JSON, PAGE, kind_of, read_page
from swarmfeed.errors import RetryError, UserError
from swarmfeed.ports.web import Web, WebAnswer

from street.fakes.ledger import FakeLedger
from street.fakes.poster import FakePoster, FakeWeb

Site = Callable[[str, str], WebAnswer]
"""Answers a look; takes the tag and the date of the version that is known."""


class FakeSites:
    """Who answers at which address."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}
        self.asked: list[str] = []
        """Addresses that were looked at, in order."""

    def serve(self, url: str, body: str, etag: str = "", kind: str = "") -> None:
        """Have a site answer with a text, and with a tag know that it is the same."""

        def answer(known: str, _: str) -> WebAnswer:
            if etag and known == etag:
                return WebAnswer(304, url)
            return WebAnswer(200, url, body.encode(), kind, etag)

        self.sites[url] = answer

    def move(self, url: str, there: str, *, for_good: bool = True) -> None:
        """Have a site send its readers on to another one."""

        def answer(etag: str, modified: str) -> WebAnswer:
            return self.sites[there](etag, modified)._replace(moved=there if for_good else "")

        self.sites[url] = answer

    def refuse(self, url: str, status: int, retry_after: str = "") -> None:
        self.sites[url] = lambda _, __: WebAnswer(status, url, retry_after=retry_after)


class FakeWebReader:
    """Implements ``ports.web.WebReader``."""

    def __init__(self, web: FakeSites) -> None:
        self._web = web

    async def read(self, url: str, *, etag: str = "", modified: str = "") -> WebAnswer:
        self._web.asked.append(url)
        site = self._web.sites.get(url)
        if site is None:
            raise RetryError(sentences.NO_SUCH_NAME(host=host_of(url)))
        return site(etag, modified)

    def close(self) -> None:
        """Nothing is open."""


class FakeFeedParser:
    """Implements ``ports.web.FeedParser`` for JSON Feed and pages, in this process."""

    def parse(self, body: bytes, url: str, kind: str = "") -> FoundFeed:
        try:
            if kind_of(body) == JSON:
                return read_json_feed(body, url)
            if kind_of(body) == PAGE:
                return read_page(body, url)
        except ValueError:
            pass
        raise UserError(sentences.NO_FEED(host=host_of(url)))

    def close(self) -> None:
        """Nothing runs."""


def fake_web(
    sites: FakeSites | None = None,
    kept: FakeLedger | None = None,
    posted: FakeWeb | None = None,
) -> Web:
    """A web in memory, on which nobody is if no sites are given."""
    return Web(
        poster=FakePoster(posted or FakeWeb()),
        reader=FakeWebReader(sites or FakeSites()),
        parser=FakeFeedParser(),
        kept=kept or FakeLedger(),
    )
