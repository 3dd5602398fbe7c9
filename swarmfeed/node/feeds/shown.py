"""What is shown of posts: those in the index, and protected ones that were opened in memory.

Both come in the same order, so a page of both is two pages merged.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Protocol

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import ABSENT, HERE, Answered, PostView, first_words
from swarmfeed.core.base.limits import PAGE_POSTS_MAX, REPLY_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.opened import At, OpenedPost, found_among
from swarmfeed.core.feed.matching import Meant, read_address
from swarmfeed.core.words.query import parse_query
from swarmfeed.node.feeds.threads import ThreadIndex
from swarmfeed.node.ground.ground import Ground


class PostsIndex(ThreadIndex, Protocol):
    """What is asked of posts; see ``ports.Index``."""

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]: ...

    def newer_than(self, after: Cursor, without: Collection[AuthorId] = ()) -> int: ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]: ...

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]: ...

    def count_found(self, words: str, most: int) -> int: ...

    def post_by_id(self, public_id: str) -> PostView | None: ...

    def post_by_hash(self, entry_hash: Hash) -> PostView | None: ...

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]: ...

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None: ...

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]: ...


class Shown:
    """Posts of both kinds; from any thread."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._audience = ground.audience
        self._shelf = ground.shelf
        self._own_id = ground.identity.author_id

    # --- lists ---

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]:
        public = self._index.home(limit, before, without)
        if self._audience.is_empty:
            return public
        at, home = _at(before), self._home() - {*without}
        found = self._audience.opened(
            lambda posts: posts.newest(at, lambda post: post.author_id in home, _few(limit))
        )
        return self._merged(public, found, limit)

    def newer_than(self, after: Cursor, without: Collection[AuthorId] = ()) -> int:
        count = self._index.newer_than(after, without)
        if self._audience.is_empty:
            return count
        home = self._home() - {*without}
        return count + self._audience.opened(
            lambda posts: posts.count_after(
                (after.time_ms, after.number), lambda post: post.author_id in home
            )
        )

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        public = self._index.author_posts(author_id, limit, before)
        if self._audience.is_empty:
            return public
        found = self._audience.opened(
            lambda posts: posts.newest(
                _at(before), lambda post: post.author_id == author_id, _few(limit)
            )
        )
        return self._merged(public, found, limit)

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        public = self._index.search(words, limit, before)
        found = self._found(words, before)[: _few(limit)]
        if parse_query(words).best_first:
            return [*map(self._view, found), *public][: _few(limit)]
        return self._merged(public, found, limit)

    def count_found(self, words: str, most: int) -> int:
        count = self._index.count_found(words, most)
        return min(most, count + len(self._found(words, None)))

    # --- one ---

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        found = self._audience.opened(lambda posts: posts.get(feed_id, index))
        return self._view_of(found) or self._counted(self._index.post(feed_id, index))

    def post_by_id(self, public_id: str) -> PostView | None:
        found = self._audience.opened(lambda posts: posts.by_id(public_id))
        return self._view_of(found) or self._counted(self._index.post_by_id(public_id))

    def post_by_hash(self, entry_hash: Hash) -> PostView | None:
        found = self._audience.opened(lambda posts: posts.by_hash(entry_hash))
        return self._view_of(found) or self._counted(self._index.post_by_hash(entry_hash))

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        return self._index.gone(feed_id, index)

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        return self._index.withdrawals(feed_id)

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None:
        return self._index.place_of_withdrawn(name)

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        protected = self._audience.opened(lambda posts: posts.edits_of(feed_id, index))
        return protected or self._index.edits_of(feed_id, index)

    # --- threads ---

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        public = self._index.replies(answered, limit, after)
        found = self._audience.opened(lambda posts: posts.replies(answered))
        if not found:
            return [self._with_count(each) for each in public]
        behind = [post for post in found if after is None or post.at > _at_of(after)]
        views = [*map(self._with_count, public), *map(self._view, behind)]
        return sorted(views, key=_order)[: _few(limit)]

    def count_below(self, answered: EntryRef, limit: int) -> int:
        protected = self._audience.opened(lambda posts: posts.below(answered, limit))
        return min(limit, self._index.count_below(answered, limit) + len(protected))

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        protected = self._audience.opened(lambda posts: posts.below(answered, limit))
        views = [self._view(max(protected, key=lambda post: post.at))] if protected else []
        public = self._index.newest_below(answered, limit)
        return max([*views, *([public] if public else [])], key=_order, default=None)

    # --- inside ---

    def _home(self) -> set[AuthorId]:
        return {self._own_id, *self._index.follows_of(self._own_id)}

    def _found(self, words: str, before: Cursor | None) -> list[OpenedPost]:
        if self._audience.is_empty:
            return []
        query = parse_query(words)
        names = {*query.wanted.names, *query.unwanted.names}
        meant = {name: self._meant(name) for name in names}
        may_be = self._audience.opened(lambda posts: posts.candidates(query, _at(before)))
        return found_among(may_be, query, meant.__getitem__)

    def _meant(self, name: str) -> Meant:
        address = read_address(name)
        authors = {*self._index.called(name), *([address] if address else [])}
        feeds = (feed for author in authors for feed in self._shelf.feeds_of(author))
        return Meant(authors=frozenset(authors), feeds=frozenset(feeds))

    def _merged(
        self, public: Iterable[PostView], found: Iterable[OpenedPost], limit: int
    ) -> list[PostView]:
        views = [*map(self._with_count, public), *map(self._view, found)]
        return sorted(views, key=_order, reverse=True)[: _few(limit)]

    def _counted(self, view: PostView | None) -> PostView | None:
        return None if view is None else self._with_count(view)

    def _with_count(self, view: PostView) -> PostView:
        """A public post, with the protected replies that this person can read."""
        if self._audience.is_empty:
            return view
        more = len(self._audience.opened(lambda posts: posts.replies(view.ref)))
        count = min(view.reply_count + more, REPLY_COUNT_MAX)
        return replace(view, reply_count=count) if more else view

    def _view_of(self, post: OpenedPost | None) -> PostView | None:
        return None if post is None else self._view(post)

    def _view(self, post: OpenedPost) -> PostView:
        known = self._index.author(post.author_id)
        replies = self._audience.opened(lambda posts: posts.replies(post.ref))
        return PostView(
            author_id=post.author_id,
            author_name=known.name if known else "",
            namesake=known.namesake if known else False,
            ref=post.ref,
            time_ms=post.claimed_ms,
            text=post.text,
            cw=post.cw,
            cursor=Cursor(*post.at),
            id=post.id,
            reply_count=min(len(replies), REPLY_COUNT_MAX),
            held_by=self._held_by(post),
            reply_to=post.reply,
            answers=None if post.reply is None else self._answered(post.reply),
            edited=post.edit is not None,
            audience=self._audience.words(post),
        )

    def _held_by(self, post: OpenedPost) -> int:
        if post.author_id != self._own_id:
            return 0
        sizes = self._index.receipts(post.ref.feed_id).values()
        return sum(size > post.ref.index for size in sizes)

    def _answered(self, ref: EntryRef) -> Answered:
        opened = self._audience.opened(lambda posts: posts.get(ref.feed_id, ref.index))
        if opened is not None and opened.ref == ref:
            known = self._index.author(opened.author_id)
            return Answered(
                state=HERE,
                author_id=opened.author_id,
                author_name=known.name if known else "",
                words=first_words(opened.text, opened.cw),
            )
        public = self._index.post(ref.feed_id, ref.index)
        if public is None or public.ref != ref:
            return Answered(state=ABSENT)
        return Answered(
            state=HERE,
            author_id=public.author_id,
            author_name=public.author_name,
            words=first_words(public.text, public.cw),
        )


def _few(limit: int) -> int:
    return max(0, min(limit, PAGE_POSTS_MAX))


def _at(cursor: Cursor | None) -> At | None:
    return None if cursor is None else _at_of(cursor)


def _at_of(cursor: Cursor) -> At:
    return cursor.time_ms, cursor.number


def _order(view: PostView) -> tuple[Cursor, FeedId]:
    return view.cursor, view.ref.feed_id
