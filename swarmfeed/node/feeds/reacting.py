"""The person at this node, as one who likes and boosts what others wrote."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.reaction_sentences import (
    NOT_OF_WITHDRAWN,
    NOTHING_LEFT,
    TAKE_IT_BACK,
)
from swarmfeed.core.asks.reactions import (
    LIKE_EMOJI,
    Boost,
    Like,
    OwnReaction,
    OwnReactions,
    ReactionsLeft,
    Reactors,
    TakeBack,
    Unboost,
    Unlike,
    WhoReacted,
)
from swarmfeed.core.feed.kinds import Body, BoostBody, ReactBody
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.desk import Answers, in_loop, in_reader
from swarmfeed.node.ground.ground import Ground

Find = Callable[[str], Awaitable[PostView]]
"""Finds a post by its name, also one that was found in the network.  Raises UserError."""


class Reacting:
    """Writes likes and boosts; what would change nothing is not said again."""

    def __init__(self, ground: Ground, writer: Writer, reading: Reading, find: Find) -> None:
        self._index = ground.shells.index
        self._shown = Shown(ground)
        self._writer = writer
        self._reading = reading
        self._find = find
        self._changing = asyncio.Lock()

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Like, self.like),
            in_loop(Unlike, self.unlike),
            in_loop(Boost, self.boost),
            in_loop(Unboost, self.unboost),
            in_loop(TakeBack, self.take_back),
            in_reader(WhoReacted, self.who_reacted),
            in_reader(ReactionsLeft, self.left),
        )

    async def like(self, ask: Like) -> PostView:
        return await self._say(
            ask.ref,
            lambda post: None if post.liked else ReactBody(post.ref, LIKE_EMOJI),
            self._readable,
        )

    async def unlike(self, ask: Unlike) -> PostView:
        return await self._say(
            ask.ref,
            lambda post: ReactBody(post.ref, "") if post.liked else None,
            self._still,
        )

    async def boost(self, ask: Boost) -> PostView:
        return await self._say(ask.ref, lambda post: BoostBody(post.ref), self._readable)

    async def unboost(self, ask: Unboost) -> PostView:
        return await self._say(
            ask.ref,
            lambda post: BoostBody(post.ref, is_off=True) if post.boosted else None,
            self._still,
        )

    async def take_back(self, ask: TakeBack) -> OwnReactions:
        """Raises UserError: nothing is known to be said of it, or nothing may be signed."""
        async with self._changing:
            said = await asyncio.to_thread(self._said_of, ask.ref)
            if not said:
                raise UserError(NOTHING_LEFT())
            await self._writer.publish_and_show([each for one in said for each in _off(one)])
        return OwnReactions(reactions=tuple(said))

    def left(self, ask: ReactionsLeft) -> OwnReactions:
        if ask.ref:
            return OwnReactions(reactions=tuple(self._said_of(ask.ref)))
        start = max(ask.start, 0)
        found = self._index.reactions_left(ask.limit, start)
        is_full = len(found) == ask.limit
        return OwnReactions(reactions=tuple(found), next=start + ask.limit if is_full else None)

    def who_reacted(self, ask: WhoReacted) -> Reactors:
        return Reactors(people=tuple(self._shown.reactors(self._reading.find(ask.ref).ref)))

    def _said_of(self, ref: str) -> list[OwnReaction]:
        """Raises UserError: it names no post that is, or was, known here."""
        place = self._reading.place_of(ref.strip())
        if place is None:
            found = self._reading.find(ref).ref
            place = found.feed_id, found.index
        post = self._shown.post(*place)
        return self._index.own_reactions(*place) if post is None else _said_of(post)

    def _is_left(self, ref: str) -> bool:
        with suppress(UserError):
            return bool(self._said_of(ref))
        return False

    async def _readable(self, ref: str) -> PostView:
        """Raises UserError: nothing can be said of it."""
        post = await self._find(ref)
        if post.withdrawn:
            raise UserError(NOT_OF_WITHDRAWN())
        return post

    async def _still(self, ref: str) -> PostView:
        """A post of which something may have been said.  Raises UserError: it cannot be read,
        and how one takes that back all the same."""
        try:
            post = await self._find(ref)
        except UserError:
            if not await asyncio.to_thread(self._is_left, ref):
                raise
        else:
            if not post.withdrawn:
                return post
        raise UserError(TAKE_IT_BACK())

    async def _say(
        self, ref: str, what: Callable[[PostView], Body | None], find: Find
    ) -> PostView:
        async with self._changing:
            post = await find(ref)
            body = what(post)
            if body is None:
                return post
            await self._writer.publish_and_show([body])
        return await asyncio.to_thread(self._reading.find, ref)


def _said_of(post: PostView) -> list[OwnReaction]:
    """What is said of a post that can be read; of a protected one no index knows it."""
    if not (post.liked or post.boosted):
        return []
    said = OwnReaction(
        ref=post.ref,
        liked=post.liked,
        boosted=post.boosted,
        time_ms=post.time_ms,
        author_id=post.author_id,
        author_name=post.author_name,
    )
    return [said]


def _off(said: OwnReaction) -> list[Body]:
    """Entries that take it back."""
    like: list[Body] = [ReactBody(said.ref, "")] if said.liked else []
    return [*like, *([BoostBody(said.ref, is_off=True)] if said.boosted else [])]
