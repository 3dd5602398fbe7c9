"""What is certified of an author, for whoever signs more of it: a command, not the node."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.recovery import (
    Certified,
    CertifiedFeedView,
    TakeCertificates,
    WhatIsCertified,
)
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.alarms import What
from swarmfeed.core.feed.certificate import Certificate, Join, open_certificate
from swarmfeed.core.feed.claims import first_certificates, open_of
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import FeedBody, PostBody, decode_body
from swarmfeed.core.feed.moving import feeds_joined
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import DamageError, MendingError, PassingError, RemoteError, UserError
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import CertificatesSigned
from swarmfeed.node.ground.ground import Ground

LOOKED_AT: Final = 32
"""Newest entries of a feed among which a post is looked for, to tell the feed by."""

START_CHARS: Final = 60
"""Of that post: a line of a terminal beside what else is said."""


class Certifying:
    """Shows what is known, and takes what was signed elsewhere."""

    def __init__(self, ground: Ground, writer: Writer) -> None:
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._identity = ground.identity
        self._events = ground.events
        self._answering = ground.answering
        self._writer = writer

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(WhatIsCertified, self.what_is_certified),
            in_loop(TakeCertificates, self.take),
        )

    async def what_is_certified(self, ask: WhatIsCertified) -> Certified:
        known, views = await asyncio.to_thread(self._read, ask.author)
        strange = await self._strange(ask.author)
        return Certified(
            certificates=tuple(known),
            feeds=tuple(replace(each, strange=each.feed_id in strange) for each in views),
        )

    async def take(self, ask: TakeCertificates) -> Certified:
        own = self._identity.author_id
        try:
            # What is false is nobody's doing; all the rest is ours before it counts.
            for each in ask.certificates:
                open_of(own, each)
            self._events.tell(CertificatesSigned(ask.certificates))
            self._shelf.accept_certificates(Certificates(own, ask.certificates))
        except RemoteError as error:
            raise UserError(sentences.CERTIFICATES_FALSE(reason=error)) from error
        await self._write_down(ask.certificates)
        return await self.what_is_certified(WhatIsCertified(author=own))

    async def _strange(self, author_id: AuthorId) -> set[FeedId | None]:
        """Feeds that the person was asked about and did not call theirs; a role knows them."""
        is_own = author_id == self._identity.author_id
        if not is_own or not self._answering.knows(WhatIsAlarming):
            return set()
        found = await self._answering.answer(WhatIsAlarming())
        return {each.feed_id for each in found.alarms if each.what == What.JOINED.value}

    async def _write_down(self, signed: Iterable[bytes]) -> None:
        """Say it in the own feed too, if that may be signed: it outlives the other files."""
        for each in signed:
            join = open_certificate(each)
            if isinstance(join, Join) and join.feed_id == self._identity.feed_id:
                rotates = self._shelf.rotates(self._identity.author_id)
                device = self._device(join.feed_id)
                with suppress(UserError):
                    await self._writer.publish(FeedBody(each, device=device, rotates=rotates))

    def _read(
        self, author_id: AuthorId
    ) -> tuple[dict[bytes, Certificate], list[CertifiedFeedView]]:
        """What is certified, and what logs say of each feed; reads them."""
        known = self._known(author_id)
        joined = sorted(feeds_joined(known).items(), key=lambda each: (each[1], each[0]))
        return known, [self._view(author_id, feed_id, since) for feed_id, since in joined]

    def _known(self, author_id: AuthorId) -> dict[bytes, Certificate]:
        known = dict(self._shelf.opened(author_id))
        for feed_id in self._shelf.feeds_of(author_id):
            with suppress(DamageError, RemoteError):
                (stored,) = self._shelf.read_entries(feed_id, 0, 1)
                for each in first_certificates([stored]):
                    known.setdefault(each, open_certificate(each))
        return known

    def _view(self, author_id: AuthorId, feed_id: FeedId, joined_ms: int) -> CertifiedFeedView:
        replica = self._shelf.replica(feed_id)
        device, newest = "", ""
        if replica is not None:
            device, newest = self._device(feed_id), self._newest(feed_id, replica.size)
        certified = self._shelf.certified(author_id).feed(feed_id)
        return CertifiedFeedView(
            feed_id=feed_id,
            name=device,
            joined_ms=joined_ms,
            counts=certified is not None,
            end=certified.end if certified is not None else None,
            is_here=feed_id == self._identity.feed_id,
            entries=replica.size if replica is not None else 0,
            newest=newest,
        )

    def _device(self, feed_id: FeedId) -> str:
        """What a device is called: by the last word on it, else by the first."""
        with suppress(MendingError, PassingError):
            if name := self._index.device(feed_id).name:
                return name
        for body in self._bodies(feed_id, 0, 1):
            if isinstance(body, FeedBody):
                return body.device
        return ""

    def _newest(self, feed_id: FeedId, size: int) -> str:
        for body in reversed(self._bodies(feed_id, max(0, size - LOOKED_AT), size)):
            if isinstance(body, PostBody):
                return " ".join(body.text.split())[:START_CHARS]
        return ""

    def _bodies(self, feed_id: FeedId, start: int, end: int) -> list[object]:
        found: list[object] = []
        with suppress(DamageError, RemoteError):
            for stored in self._shelf.read_entries(feed_id, start, end):
                entry = decode_entry(stored)
                found.append(decode_body(entry.kind, entry.body) if entry.body else None)
        return found
