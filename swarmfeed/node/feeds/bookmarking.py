"""Bookmarks: posts that a person wants to find again; private state."""

import asyncio

from swarmfeed.core.asks.bookmarks import (
    AddBookmark,
    BookmarkedPosts,
    Bookmarks,
    RemoveBookmark,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import EntryRef
from swarmfeed.node.feeds.many_posts import posts_at
from swarmfeed.node.feeds.muted_threads import place_of
from swarmfeed.node.feeds.reacting import Find
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BOOKMARK, bookmark_key, bookmark_ref


class Bookmarking:
    """Keeps them; belongs to the node's loop."""

    def __init__(self, ground: Ground, reading: Reading, screen: Screen, find: Find) -> None:
        self._private = ground.private
        self._clock = ground.shells.clock
        self._index = ground.shells.index
        self._shown = Shown(ground)
        self._reading = reading
        self._screen = screen
        self._find = find

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(AddBookmark, self.add),
            in_loop(RemoveBookmark, self.remove),
            in_loop(Bookmarks, self.list_all),
        )

    async def add(self, ask: AddBookmark) -> PostView:
        """Raises UserError, PassingError: all is as it was."""
        post = await self._find(ask.ref)
        if not self._private.get(BOOKMARK, bookmark_key(post.ref)):
            at = str(self._clock.now_ms()).encode()
            self._private.set(BOOKMARK, {bookmark_key(post.ref): at})
        return self._screen.marked(post)

    async def remove(self, ask: RemoveBookmark) -> PostView:
        """Raises UserError, PassingError: all is as it was."""
        post = await asyncio.to_thread(self._reading.find, ask.ref)
        if self._private.get(BOOKMARK, bookmark_key(post.ref)):
            self._private.set(BOOKMARK, {bookmark_key(post.ref): b""})
        return self._screen.marked(post)

    async def list_all(self, ask: Bookmarks) -> BookmarkedPosts:
        kept = sorted(self._private.all(BOOKMARK).items(), key=_when, reverse=True)
        start = max(ask.start, 0)
        refs = [ref for key, _ in kept[start : start + ask.limit] if (ref := bookmark_ref(key))]
        posts = await asyncio.to_thread(self._here, refs)
        end = start + ask.limit
        return BookmarkedPosts(
            posts=tuple(self._screen.screened(posts, lists=False)),
            count=len(kept),
            missing=len(refs) - len(posts),
            next=end if end < len(kept) else None,
        )

    def _here(self, refs: list[EntryRef]) -> list[PostView]:
        """Those whose place and hash belong together, in the order of ``refs``."""
        found = posts_at(self._index, self._shown, map(place_of, refs))
        named = ((ref, found.get(place_of(ref))) for ref in refs)
        return [post for ref, post in named if post is not None and post.ref == ref]


def _when(row: tuple[bytes, bytes]) -> tuple[int, bytes]:
    """When it was kept; another device may have written anything there."""
    key, at = row
    return (int(at) if at.isdigit() and len(at) <= 16 else 0), key
