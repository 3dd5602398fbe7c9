"""Sites for any web space: written when a person asks, kept up to date where they say so."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple, replace

from swarmfeed.core.archives.limits import PART_BYTES
from swarmfeed.core.asks.exports import (
    EndSite,
    SiteList,
    SiteView,
    SiteWritten,
    WhichSites,
    WriteSite,
)
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.texts import said_by
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import (
    SITE_EVERY_S,
    SITE_MEDIA_EVERY_MS,
    SITE_RESTS,
    SITES_MAX,
)
from swarmfeed.core.exports.site.kept import (
    KeptSite,
    clean_address,
    decode_kept,
    encode_kept,
    state_of,
)
from swarmfeed.core.exports.site.pages import Author, SiteParts
from swarmfeed.core.exports.site.plan import plan_site
from swarmfeed.core.exports.site.threads import OwnThreads
from swarmfeed.core.exports.writing import OwnPost
from swarmfeed.core.feed.medium import Medium, medium_name
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.node.archives.own import OpenedFeeds, open_own_feeds
from swarmfeed.node.archives.places import whole_path
from swarmfeed.node.archives.publishing import SiteWriting
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Records, Rows, readable
from swarmfeed.ports import Job

PAGE: Final = "sites"


class _Round(Struct, frozen=True):
    """What a site is written from."""

    url: str
    author: Author
    state: bytes


class SiteKeeping:
    """Belongs to the node's loop; sites are written in a thread, one at a time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._author_id = ground.identity.author_id
        self._sites = ground.shells.sites
        self._media = ground.shells.media
        self._clock = ground.shells.clock
        self._kept: dict[str, KeptSite] = {}
        self._changed: dict[bytes, KeptSite | None] = {}
        self._failed: dict[str, str] = {}
        self._resting: dict[str, int] = {}
        """Until when a site is left alone, on the clock that never runs backwards."""
        self._writing = asyncio.Lock()

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(WriteSite, self.write),
            in_loop(WhichSites, self.which),
            in_loop(EndSite, self.end),
        )

    def jobs(self) -> Sequence[Job]:
        return (Job(name="sites", run=self.look, every_s=SITE_EVERY_S, jitter_s=5),)

    def rows(self) -> Rows:
        return Rows(
            page=PAGE, load=self._load, take_changes=self._take_changes, encode=encode_kept
        )

    async def write(self, ask: WriteSite) -> SiteWritten:
        """Write a site now.  UserError: it cannot be."""
        path = whole_path(ask.path)
        known = self._kept.get(path)
        url = clean_address(ask.url) or (known.url if known else "")
        if ask.keep and known is None and len(self._kept) >= SITES_MAX:
            raise UserError(sentences.TOO_MANY_SITES(most=SITES_MAX))
        done, kept = await self._write(path, url, may_begin=True)
        if ask.keep or path in self._kept:
            self._keep(path, kept)
        return replace(done, kept=path in self._kept)

    def which(self, _: WhichSites) -> SiteList:
        return SiteList(
            sites=tuple(
                SiteView(
                    path=path,
                    url=kept.url,
                    posts=kept.posts,
                    written_ms=kept.written_ms,
                    sentence=self._failed.get(path, ""),
                )
                for path, kept in sorted(self._kept.items())
            )
        )

    def end(self, ask: EndSite) -> SiteList:
        """Forget a site.  UserError: none is kept there."""
        path = whole_path(ask.path)
        if path not in self._kept:
            raise UserError(sentences.NOT_KEPT(path=ask.path))
        self._ground.memory.write(PAGE, {path.encode("utf-8"): None})
        self._changed.pop(path.encode("utf-8"), None)
        for remembered in (self._kept, self._failed, self._resting):
            remembered.pop(path, None)
        return self.which(WhichSites())

    async def look(self) -> str:
        """Write kept sites that are behind."""
        written = 0
        for path, kept in list(self._kept.items()):
            if self._resting.get(path, 0) > self._clock.monotonic_ms():
                continue
            try:
                if await self._is_behind(kept):
                    _, after = await self._write(path, kept.url, may_begin=False)
                    written += 1
                    self._note(path, after)
                self._failed.pop(path, None)
            except (UserError, PassingError, DamageError) as error:
                self._failed[path] = said_by(error)
        return sentences.SITES_LOOKED(sites=len(self._kept), written=written)

    # --- inside ---

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        for key, kept in readable(page, decode_kept):
            self._kept[key.decode("utf-8", "replace")] = kept

    def _take_changes(self) -> Records:
        changed, self._changed = self._changed, {}
        return changed

    def _keep(self, path: str, kept: KeptSite) -> None:
        """Remember a person's choice at once."""
        self._ground.memory.write(PAGE, {path.encode("utf-8"): encode_kept(kept)})
        self._kept[path] = kept
        self._failed.pop(path, None)

    def _note(self, path: str, kept: KeptSite) -> None:
        """Remember how far a site is, unless it was ended meanwhile."""
        if path in self._kept:
            self._kept[path] = self._changed[path.encode("utf-8")] = kept

    async def _is_behind(self, kept: KeptSite) -> bool:
        waited_ms = self._clock.now_ms() - kept.written_ms
        is_due = kept.missing > 0 and waited_ms > SITE_MEDIA_EVERY_MS
        return is_due or (await self._round(kept.url)).state != kept.state

    async def _round(self, url: str) -> _Round:
        ground, author_id = self._ground, self._author_id
        me = await ground.answering.answer(AboutAuthor(author=author_id))
        author = Author(
            link=format_link(Link(author_id)), name=me.name, bio=me.bio, fields=me.fields
        )
        held = [
            (feed_id, ground.shelf.held_ranges(feed_id))
            for feed_id in sorted(ground.shelf.feeds_of(author_id))
            if ground.shelf.replica(feed_id)
        ]
        return _Round(
            url, author, state_of(url, (me.name, me.bio, *map(astuple, me.fields)), held)
        )

    async def _write(
        self, path: str, url: str, *, may_begin: bool
    ) -> tuple[SiteWritten, KeptSite]:
        async with self._writing:
            begun_ms = self._clock.monotonic_ms()
            of = await self._round(url)
            own = open_own_feeds(self._ground)
            done = await asyncio.to_thread(partial(self._publish, path, of, own, may_begin))
            now_ms = self._clock.monotonic_ms()
            self._resting[path] = now_ms + SITE_RESTS * (now_ms - begun_ms)
        kept = KeptSite(
            url=url,
            state=of.state,
            posts=done.posts,
            missing=done.media_missing,
            written_ms=self._clock.now_ms(),
        )
        return done, kept

    # --- inside: in a thread ---

    def _publish(self, path: str, of: _Round, own: OpenedFeeds, may_begin: bool) -> SiteWritten:
        with own, self._sites.open(path, may_begin=may_begin) as site:
            publishing = SiteWriting(site, path, self._author_id, self._read)
            posts = own.posts()
            media = {each.id: each for post in posts for each in post.media}
            here = {each for each, medium in media.items() if self._file(medium).is_file()}
            parts = SiteParts(
                author=of.author,
                threads=OwnThreads(posts),
                is_here=lambda medium: medium.id in here,
                uri_of=partial(OwnPost.uri, author_id=self._author_id),
            )
            changed = publishing.publish(plan_site(parts, of.url))
        return SiteWritten(
            path=path,
            posts=len(posts),
            written=changed.written,
            deleted=changed.deleted,
            media_missing=len(media) - len(here),
            kept=False,
        )

    def _file(self, medium: Medium) -> Path:
        return self._media.folder / medium_name(medium.id)

    def _read(self, medium: Medium) -> Iterator[bytes]:
        with self._file(medium).open("rb") as file:
            while part := file.read(PART_BYTES):
                yield part
