"""Writing: posts, replies, profiles, follows into the own feed.

Order of an append: on disk and synced, then shown, then told to others, then seeded.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from msgspec.structs import replace

from swarmfeed.core.asks.input_sentences import SAID_BEFORE, THAT_IS_YOURSELF
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.writing import NOTHING_BESIDE, Beside, clean_text
from swarmfeed.core.base.limits import THREAD_DEPTH_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.feed.entry import encode_entry, hash_stored, time_of
from swarmfeed.core.feed.kinds import Body, FollowBody, PostBody, ProfileBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES, SAME_WORDS_MS
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.once import Wish, content_of
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import (
    DamageError,
    MendingError,
    PassingError,
    SaidBeforeError,
    UserError,
)
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.feeds.once import Once
from swarmfeed.node.feeds.shown import PostsIndex, Shown
from swarmfeed.node.ground.ground import Ground


class Writer:
    """The person at this node, as a writer."""

    def __init__(self, ground: Ground, grower: Grower, hearing: Hearing, once: Once) -> None:
        self._identity = ground.identity
        self._pen = ground.pen
        self._index = ground.shells.index
        self._shown = Shown(ground)
        self._shelf = ground.shelf
        self._audience = ground.audience
        self._media = ground.media
        self._indexer = ground.indexer
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._grower = grower
        self._hearing = hearing
        self._once = once
        self._following = asyncio.Lock()

    async def publish(self, body: Body, to: str = "") -> EntryRef:
        """Append one entry; returns what it is once it survives a power cut.

        Args:
            to: The circle that it is for; see ``Audience.of``.
        """
        await self._hearing.hear_out()
        circle = await self._circle_of(body, to)
        return await self._append(body, circle, None)

    async def publish_post(
        self,
        text: str,
        reply_to: EntryRef | None,
        *,
        key: str = "",
        again: bool = True,
        to: str = "",
        beside: Beside = NOTHING_BESIDE,
    ) -> EntryRef:
        """Append a post.

        Args:
            key: Of the wish; a post that was published for it already is returned.
            again: Whether it may say what the newest own post says.
            to: The circle that it is for; empty: everybody, or who can read what it answers.
            beside: What it quotes, its content warning, its language, its files.

        Raises:
            SaidBeforeError: It may not, and does.
        """
        cleaned = clean_text(text)
        body = PostBody(cleaned, beside.lang, reply=reply_to, quote=beside.quote, cw=beside.cw)
        await self._hearing.hear_out()
        circle = await self._circle_of(body, to)
        root = await self._root_of(reply_to, circle) if reply_to else None
        content = content_of(key, cleaned, reply_to, beside.spelled())
        wish = Wish(key=key, content=content) if key else None
        media = await self._attach(beside, wish, circle)
        # From here to the append nobody comes in between: two of one wish are one.
        if wish is not None and (done := self._once.find(wish)):
            return done
        body = replace(body, root=root, media=media)
        if not again and self._said_before(body):
            raise SaidBeforeError(SAID_BEFORE())
        ref = await self._append(body, circle, wish)
        await self._media.published(ref, media, beside.attached)
        return ref

    async def _attach(
        self, beside: Beside, wish: Wish | None, circle: Circle | None
    ) -> tuple[Medium, ...]:
        """What its files are as media; of a wish that is done they were taken before."""
        if wish is not None and self._once.find(wish):
            return ()
        return await self._media.attach(beside.attached, is_protected=circle is not None)

    async def publish_all(self, bodies: Sequence[Body], going: Collection[int] = ()) -> None:
        """Append entries under one head.

        Args:
            going: Withdrawn entries in sealed chunks whose bodies go with it.
        """
        await self._publish(bodies, going)

    async def _publish(
        self, bodies: Sequence[Body], going: Collection[int] = ()
    ) -> tuple[Replica | None, Replica]:
        """Append entries under one head; returns the feed before and after."""
        await self._hearing.hear_out()
        circles = [await self._circle_of(body) for body in bodies]
        start = self._size()
        stored = [
            self._store(body, circle, index)
            for index, (body, circle) in enumerate(zip(bodies, circles, strict=True), start)
        ]
        before, after = self._pen.write(stored, going)
        for index, (body, circle) in enumerate(zip(bodies, circles, strict=True), start):
            self._tell_protected(body, circle, stored[index - start], index)
        await self._grower.grew(before, after)
        return before, after

    async def publish_profile(self, name: str, bio: str = "") -> EntryRef:
        return await self.publish(ProfileBody(name=name, bio=bio))

    async def follow_all(self, author_ids: Iterable[AuthorId]) -> list[AuthorId]:
        """Follow many, an entry each under one head, and be known to follow them.

        Returns those who were not followed before.
        """
        own = self._identity.author_id
        async with self._following:
            follows = set(await asyncio.to_thread(self._index.follows_of, own))
            new = [each for each in dict.fromkeys(author_ids) if each not in follows]
            if new:
                bodies = [FollowBody(author_id=each, on=True) for each in new]
                await self.publish_and_show(bodies)
        return new

    async def publish_and_show(self, bodies: Sequence[Body]) -> None:
        """Append entries under one head, and have them in the index, whatever waits there."""
        before, after = await self._publish(bodies)
        start = before.size if before else 0
        with suppress(PassingError, DamageError):  # saved all the same, and caught up with
            own = self._identity.author_id
            await self._indexer.index_now(after.feed_id, own, start, after.size)

    async def set_follow(self, author_id: AuthorId, *, on: bool) -> None:
        """Follow or unfollow: one entry, and none when nothing changes."""
        if author_id == self._identity.author_id:
            raise UserError(THAT_IS_YOURSELF())
        async with self._following:
            is_on = author_id in self._index.follows_of(self._identity.author_id)
            if is_on != on:
                await self.publish(FollowBody(author_id=author_id, on=on))

    async def _append(self, body: Body, circle: Circle | None, wish: Wish | None) -> EntryRef:
        index = self._size()
        stored = self._store(body, circle, index)
        if wish is not None:
            self._once.undertake(wish, stored)
        before, after = self._pen.write([stored])
        self._tell_protected(body, circle, stored, index)
        await self._grower.grew(before, after)
        return EntryRef(after.feed_id, hash_stored(stored), after.size - 1)

    async def _circle_of(self, body: Body, to: str = "") -> Circle | None:
        """For whom an entry is, once there is a key for them; None: everybody."""
        circle = await self._audience.of(body, self._identity.feed_id, to)
        if circle is not None:
            await self._audience.make_ready(circle)
        return circle

    def _size(self) -> int:
        replica = self._shelf.replica(self._identity.feed_id)
        return replica.size if replica else 0

    def _store(self, body: Body, circle: Circle | None, index: int) -> bytes:
        """Return an entry as it is to stand at a place; nobody may append before it does."""
        if circle is not None:
            body = self._audience.protect(circle, body, index)
        salted = encode_body(body, self._dice(SALT_BYTES))
        return encode_entry(body.kind, self._clock.now_ms(), salted)

    def _tell_protected(
        self, body: Body, circle: Circle | None, stored: bytes, index: int
    ) -> None:
        if circle is not None:
            ref = EntryRef(self._identity.feed_id, hash_stored(stored), index)
            self._audience.wrote(circle, body, ref, time_of(stored))

    def _said_before(self, body: PostBody) -> bool:
        """Whether the newest own post says just this, and is no older than SAME_WORDS_MS."""
        newest: list[PostView] = []
        with suppress(PassingError, MendingError):  # without an index one can write as ever
            newest = self._index.author_posts(self._identity.author_id, 1, None)
        said = body.text, body.reply, body.quote, [each.id for each in body.media]
        return any(
            (post.text, post.reply_to, post.quotes, [each.id for each in post.media]) == said
            and post.time_ms > self._clock.now_ms() - SAME_WORDS_MS
            for post in newest
        )

    async def _root_of(self, parent: EntryRef, circle: Circle | None) -> EntryRef:
        """First post of the thread that a reply to ``parent`` belongs to, as far up as all can
        read it whom the reply is for.
        """
        top = find_post(self._shown, parent)
        for _ in range(THREAD_DEPTH_MAX):
            if top is None or top.reply_to is None:
                break
            above = find_post(self._shown, top.reply_to)
            is_public = above is not None and not above.audience
            if not is_public and not await self._audience.may_name(top.reply_to, circle):
                break
            if above is None:
                return top.reply_to
            top = above
        return top.ref if top is not None else parent


def find_post(index: PostsIndex, ref: EntryRef) -> PostView | None:
    """Return the post that a reference names, if its place and its hash belong together."""
    found = index.post(ref.feed_id, ref.index)
    return found if found is not None and found.ref == ref else None
