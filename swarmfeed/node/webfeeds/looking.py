"""Looks at feeds of the web: when they are due, and when a person asks."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.texts import said_by
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import host_of
from swarmfeed.core.webfeeds.found import FoundFeed
from swarmfeed.core.webfeeds.keeping import (
    Changes,
    KnownFeed,
    in_trouble,
    key_of,
    new_address,
    sent_on,
    wait_of,
    with_news,
    without_news,
)
from swarmfeed.core.webfeeds.limits import LOOKS_A_ROUND, LOOKS_AT_ONCE
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.webfeeds.kept import KeptFeeds
from swarmfeed.ports.web import WebAnswer

_WAITS: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class SiteAnswer(Struct, frozen=True, kw_only=True):
    """What an address led to."""

    answer: WebAnswer
    found: FoundFeed


class SiteLooker:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground, kept: KeptFeeds) -> None:
        self._web = ground.shells.web.reader
        self._parser = ground.shells.web.parser
        self._clock = ground.shells.clock
        self._kept = kept
        self._places = asyncio.Semaphore(LOOKS_AT_ONCE)
        self._looked_at: set[bytes] = set()
        """Those that are looked at now: nobody is asked twice at once."""

    async def round(self) -> str:
        """Look at what is due; the job.  Says what came of it."""
        await self._kept.tidy()
        urls, now_ms = self._kept.urls(), self._clock.now_ms()
        due = [key for key in urls if self._kept.known(key).is_due(now_ms)]
        due.sort(key=lambda key: (self._kept.known(key).next_ms, key))
        news = await self.look_at(due[:LOOKS_A_ROUND])
        return sentences.LOOKED(looked=len(due[:LOOKS_A_ROUND]), all=len(urls), news=news)

    async def look_again(self) -> None:
        """Look at all that may be asked, because the person wants it."""
        now_ms = self._clock.now_ms()
        await self.look_at(
            [key for key in self._kept.urls() if self._kept.known(key).may_be_asked(now_ms)]
        )

    async def look_at(self, keys: Sequence[bytes]) -> int:
        """Look at some; returns how many told something new.  Raises PassingError."""
        urls = self._kept.urls()
        wanted = [key for key in keys if key in urls and key not in self._looked_at]
        self._looked_at.update(wanted)
        try:
            looks = (self._look_at(key, urls[key]) for key in wanted)
            told = await asyncio.gather(*looks, return_exceptions=True)
        finally:
            self._looked_at.difference_update(wanted)
        for each in told:
            if isinstance(each, BaseException):
                raise each
        return sum(each is True for each in told)

    async def fetch(self, url: str, known: KnownFeed | None = None) -> SiteAnswer:
        """Fetch what an address leads to, and read it.

        Raises:
            RetryError: Nobody is there, or it is no public place.
            UserError: What is there is neither a feed nor a page.
            PassingError: This machine refuses just now.
        """
        known = known or KnownFeed()
        answer = await self._web.read(url, etag=known.etag, modified=known.modified)
        if answer.status != HTTPStatus.OK:
            return SiteAnswer(answer=answer, found=FoundFeed())
        parse = self._parser.parse
        found = await asyncio.to_thread(parse, answer.body, answer.url, answer.type)
        return SiteAnswer(answer=answer, found=found)

    # --- inside ---

    async def _look_at(self, key: bytes, url: str) -> bool:
        async with self._places:
            known = self._kept.known(key)
            try:
                looked = await self.fetch(url, known)
            except (RetryError, UserError) as error:
                now_ms = self._clock.now_ms()
                await self._kept.save(key, in_trouble(known, said_by(error), now_ms))
                return False
            return await self._take(key, url, known, looked)

    async def _take(self, key: bytes, url: str, known: KnownFeed, looked: SiteAnswer) -> bool:
        """Keep what was found; returns whether something is new."""
        answer, now_ms = looked.answer, self._clock.now_ms()
        if answer.status == HTTPStatus.NOT_MODIFIED:
            same = without_news(known, now_ms)
            await self._save(url, sent_on(same, answer.moved, now_ms))
            return False
        if (trouble := trouble_of(url, looked)) is not None:
            is_told = answer.status in _WAITS
            wait_ms = wait_of(answer.retry_after, now_ms) if is_told else 0
            gone = answer.status == HTTPStatus.GONE
            await self._kept.save(
                key, in_trouble(known, trouble, now_ms, wait_ms=wait_ms, gone=gone)
            )
            return False
        now, changes = with_news(
            known, looked.found, now_ms, etag=answer.etag, modified=answer.modified
        )
        await self._save(url, sent_on(now, answer.moved, now_ms), changes)
        return bool({each.key for each in now.articles} - {each.key for each in known.articles})

    async def _save(self, url: str, known: KnownFeed, changes: Changes | None = None) -> None:
        """Keep what a look found that answered well, and where to look from now on."""
        await self._kept.save(key_of(url), known, changes)
        if there := new_address(known, self._clock.now_ms()):
            await self._kept.move(url, there)


def trouble_of(url: str, looked: SiteAnswer) -> str | None:
    """Why what came is no feed; None: it is one."""
    status, host = looked.answer.status, host_of(url)
    if status == HTTPStatus.GONE:
        return sentences.GONE(host=host)
    if status != HTTPStatus.OK:
        return sentences.REFUSED(host=host, status=status)
    return sentences.NO_FEED(host=host) if looked.found.is_page else None
