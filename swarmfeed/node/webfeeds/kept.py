"""Which feeds of the web are followed, and what this device keeps of them.

Which they are is private state: ``webfeed`` has the key of an address -> the address, on all
devices of the person.  What they told is this device's own copy, in a sealed file apart:

    page "feeds"            key of an address -> what is known of that feed
    page key of an address  key of an article -> the article

It is in no index of posts, goes into no log, and no peer is told of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import is_in_one_spelling
from swarmfeed.core.webfeeds.found import FoundArticle, decode_article
from swarmfeed.core.webfeeds.keeping import (
    Changes,
    KnownFeed,
    decode_known,
    encode_known,
    key_of,
    moved,
)
from swarmfeed.core.webfeeds.limits import WEB_FEEDS_MAX
from swarmfeed.errors import UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import readable
from swarmfeed.node.ground.private import WEBFEED

_PAGE: Final = "feeds"

Place = tuple[int, bytes, bytes]
"""Where an article stands: its time, negative so that the newest is first, and both keys."""


class KeptFeeds:
    """Belongs to the node's loop; the file is read and written in threads."""

    def __init__(self, ground: Ground) -> None:
        self._private = ground.private
        self._ledger = ground.shells.web.kept
        self._known: dict[bytes, KnownFeed] = {}
        self._writing = asyncio.Lock()

    async def recall(self) -> None:
        """Take up what is on disk; at the start."""
        page = await asyncio.to_thread(self._ledger.read, _PAGE)
        self._known = dict(readable(page, decode_known))

    # --- looking ---

    def urls(self) -> dict[bytes, str]:
        """Addresses of all that are followed, by key; so many as may be, whoever wrote them."""
        found = {}
        for key, value in sorted(self._private.all(WEBFEED).items()):
            url = value.decode("utf-8", "replace")
            if key == key_of(url) and is_in_one_spelling(url):
                found[key] = url
        return dict(list(found.items())[:WEB_FEEDS_MAX])

    def known(self, key: bytes) -> KnownFeed:
        """What is known of a feed; of one that was not looked at yet nothing."""
        return self._known.get(key, KnownFeed())

    def places(self, keys: Sequence[bytes]) -> list[Place]:
        """Of all articles of some feeds, newest first."""
        return sorted(
            (-each.time_ms, key, each.key) for key in keys for each in self.known(key).articles
        )

    async def articles(self, places: Sequence[Place]) -> list[tuple[Place, FoundArticle]]:
        """Read some articles; one that is damaged is passed over."""
        pages = {key.hex() for _, key, _ in places}
        read = await asyncio.to_thread(self._read, pages)
        found = []
        for place in places:
            if (article := read[place[1].hex()].get(place[2])) is not None:
                found.append((place, article))
        return found

    # --- changing ---

    def follow(self, urls: Sequence[str]) -> None:
        """Write down that they are followed.

        Raises:
            UserError: There are too many already.
            PassingError: Not now; all is as it was.
        """
        if len({*self.urls(), *map(key_of, urls)}) > WEB_FEEDS_MAX:
            raise UserError(sentences.TOO_MANY(most=WEB_FEEDS_MAX))
        self._private.set(WEBFEED, {key_of(url): url.encode() for url in urls})

    async def unfollow(self, url: str) -> None:
        """Write down that it is not, then take away what was kept.  Raises PassingError."""
        self._private.set(WEBFEED, {key_of(url): b""})
        await self.tidy()

    async def save(self, key: bytes, known: KnownFeed, changes: Changes | None = None) -> None:
        """Write down what a look found, if the feed is followed still.  Raises PassingError."""
        async with self._writing:
            if key not in self.urls():
                return
            await self._write({_PAGE: {key: encode_known(known)}, key.hex(): changes or {}})
            self._known[key] = known

    async def move(self, url: str, there: str) -> None:
        """Follow a feed elsewhere from now on, with all that is kept of it; if one is followed
        there already, that stays.  Raises PassingError: it is followed as before.
        """
        old, new = key_of(url), key_of(there)
        async with self._writing:
            urls = self.urls()
            if old not in urls:
                return
            if new not in urls:
                # First what is kept: the power may go, and what nobody follows is tidied away.
                page = await asyncio.to_thread(self._ledger.read, old.hex())
                known = moved(self.known(old), url)
                await self._write({_PAGE: {new: encode_known(known)}, new.hex(): page})
                self._known[new] = known
            self._private.set(WEBFEED, {old: b"", new: there.encode()})
        await self.tidy()

    async def tidy(self) -> None:
        """Take away what is kept of feeds that are followed no longer.  Raises PassingError."""
        async with self._writing:
            for key in self._known.keys() - self.urls().keys():
                page = await asyncio.to_thread(self._ledger.read, key.hex())
                await self._write({_PAGE: {key: None}, key.hex(): dict.fromkeys(page)})
                del self._known[key]

    def close(self) -> None:
        self._ledger.close()

    # --- inside ---

    async def _write(self, changes: Mapping[str, Changes]) -> None:
        await asyncio.to_thread(self._ledger.write, changes)

    def _read(self, pages: set[str]) -> dict[str, dict[bytes, FoundArticle]]:
        return {page: dict(readable(self._ledger.read(page), decode_article)) for page in pages}
