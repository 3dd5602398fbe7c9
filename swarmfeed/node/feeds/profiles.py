"""How the person is shown to others: name, bio, and the post above the others."""

import asyncio

from swarmfeed.core.asks import profile_sentences as sentences
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.asks.posts import Posts, PostView
from swarmfeed.core.asks.profile import (
    ChangeProfile,
    Pin,
    Unpin,
    WhatIsPinned,
    clean_bio,
    clean_fields,
    clean_name,
)
from swarmfeed.core.feed.kinds import PinBody, ProfileBody
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.media.limits import BANNER_SIDE, FACE_SIDE
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.answers import AboutPeople
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.desk import Answers, in_loop, in_reader
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import KnownAuthor
from swarmfeed.ports.faces import KnownFace


class Profiles:
    """Shows and changes them; what would change nothing is not said again."""

    def __init__(
        self, ground: Ground, writer: Writer, reading: Reading, people: AboutPeople
    ) -> None:
        self._index = ground.shells.index
        self._media = ground.media
        self._author_id = ground.identity.author_id
        self._writer = writer
        self._reading = reading
        self._people = people
        self._changing = asyncio.Lock()

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ChangeProfile, self.change),
            in_loop(Pin, self.pin),
            in_loop(Unpin, self.unpin),
            in_reader(WhatIsPinned, self.what_is_pinned),
        )

    async def change(self, ask: ChangeProfile) -> AuthorView:
        async with self._changing:
            known = await asyncio.to_thread(self._index.author, self._author_id)
            was = known or KnownAuthor()
            name = was.name if ask.called is None else clean_name(ask.called)
            bio = was.bio if ask.bio is None else clean_bio(ask.bio)
            if not name:
                raise UserError(sentences.NAME_UNKNOWN())
            told = await asyncio.to_thread(self._index.profile_fields, [self._author_id])
            before = told.get(self._author_id, ())
            fields = before if ask.fields is None else clean_fields(ask.fields)
            faces = await asyncio.to_thread(self._index.faces, [self._author_id])
            shown = _shown(faces.get(self._author_id))
            avatar = await self._picture(ask.avatar, shown[0], FACE_SIDE)
            banner = await self._picture(ask.banner, shown[1], BANNER_SIDE)
            body = ProfileBody(name, bio, avatar, banner, fields)
            if body != ProfileBody(was.name, was.bio, *shown, before):
                handed = [each for each in (ask.avatar, ask.banner) if each and each.upload]
                ref = await self._writer.publish(body)
                await self._media.published(
                    ref, _those(avatar, banner), handed, in_profile=True
                )
        return await self._people.about(AboutAuthor(author=self._author_id))

    async def _picture(
        self, asked: Attached | None, was: Medium | None, side: int
    ) -> Medium | None:
        """A picture of the profile as it is from now on."""
        if asked is None or not asked.upload:
            return was if asked is None else None
        return await self._media.portray(asked, side)

    async def pin(self, ask: Pin) -> PostView:
        post = await asyncio.to_thread(self._reading.find, ask.ref)
        if post.author_id != self._author_id:
            raise UserError(sentences.NOT_YOURS())
        if post.withdrawn:
            raise UserError(sentences.WITHDRAWN())
        async with self._changing:
            pinned = await asyncio.to_thread(self._index.pinned, self._author_id)
            if pinned is None or pinned.ref != post.ref:
                await self._writer.publish(PinBody(post.ref))
        return post

    async def unpin(self, _: Unpin) -> PostView:
        async with self._changing:
            pinned = await asyncio.to_thread(self._index.pinned, self._author_id)
            if pinned is None:
                raise UserError(sentences.NOTHING_PINNED())
            await self._writer.publish(PinBody())
        return pinned

    def what_is_pinned(self, ask: WhatIsPinned) -> Posts:
        pinned = self._index.pinned(ask.author)
        return Posts(posts=(pinned,) if pinned else (), next=None)


def _those(*media: Medium | None) -> tuple[Medium, ...]:
    return tuple(each for each in media if each is not None)


def _shown(face: KnownFace | None) -> tuple[Medium | None, Medium | None]:
    """Avatar and banner of a profile."""
    return (None, None) if face is None else (face.avatar, face.banner)
