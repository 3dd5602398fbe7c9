"""What is shown of posts: those in the index, and protected ones that were opened in memory.

Both come in the same order, so a page of both is two pages merged.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final, Protocol

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.media_views import views_of
from swarmfeed.core.asks.posts import (
    ABSENT,
    HERE,
    MEDIA,
    POSTS,
    REPLIES,
    Answered,
    PostView,
    Quoted,
    beginning,
    first_words,
)
from swarmfeed.core.asks.reactions import Reactor
from swarmfeed.core.base.limits import PAGE_POSTS_MAX, REPLY_COUNT_MAX, SEARCH_BEST_OF
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.opened import At, Concerning, OpenedPost, candidates, found_among
from swarmfeed.core.feed.kinds import BoostBody, ReactBody
from swarmfeed.core.feed.matching import Meant, read_address
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.core.words.ranking import Candidate, best_first
from swarmfeed.core.words.terms import index_text
from swarmfeed.node.feeds.threads import ThreadIndex
from swarmfeed.node.ground.ground import Ground


class PostsIndex(ThreadIndex, Protocol):
    """What is asked of posts; see ``ports.Index``."""

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]: ...

    def newer_than(
        self, after: Cursor, without: Collection[AuthorId] = (), most: int = NEWER_COUNTED
    ) -> int: ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
    ) -> list[PostView]: ...

    def boosts_of(
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
        found = self._audience.opened(lambda posts: posts.newest(at, home, _few(limit)))
        return self._merged(public, found, limit)

    def newer_than(
        self, after: Cursor, without: Collection[AuthorId] = (), most: int = NEWER_COUNTED
    ) -> int:
        count = self._index.newer_than(after, without, most)
        if self._audience.is_empty:
            return count
        home = self._home() - {*without}
        opened = self._audience.opened(
            lambda posts: posts.count_after((after.time_ms, after.number), home)
        )
        return min(count + opened, most)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
    ) -> list[PostView]:
        public = self._index.author_posts(author_id, limit, before, kind)
        if self._audience.is_empty:
            return public
        is_of = _OF_KIND.get(kind, lambda _: True)
        most = PAGE_POSTS_MAX if kind else _few(limit)
        found = self._audience.opened(
            lambda posts: posts.newest(_at(before), (author_id,), most)
        )
        return self._merged(public, filter(is_of, found), limit)

    def boosts_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        """Of what is for everybody; a protected post is boosted on its own page alone."""
        return self._index.boosts_of(author_id, limit, before)

    def illustrated(self, authors: Collection[AuthorId]) -> set[AuthorId]:
        """Those of these authors of whom a post may name a medium; of protected ones, one of
        the newest."""
        public = self._index.illustrated(authors)
        if self._audience.is_empty:
            return public
        return public | self._audience.opened(
            lambda posts: {
                each
                for each in authors
                if any(post.media for post in posts.newest(None, (each,), PAGE_POSTS_MAX))
            }
        )

    def posts_of(
        self, authors: Collection[AuthorId], limit: int, before: Cursor | None
    ) -> list[PostView]:
        """Posts of any of these, newest first."""
        public = self._index.posts_of(authors, limit, before)
        if self._audience.is_empty:
            return public
        found = self._audience.opened(
            lambda posts: posts.newest(_at(before), authors, _few(limit))
        )
        return self._merged(public, found, limit)

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        public = self._index.search(words, limit, before)
        found, query = self._found(words, before), parse_query(words)
        if query.best_first and found:
            return self._best_of(public, found[:SEARCH_BEST_OF], query, limit)
        return self._merged(public, found[: _few(limit)], limit)

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

    def reactors(self, ref: EntryRef) -> list[Reactor]:
        """Who likes a post, and who boosted it; of a protected one without when."""
        post = self._audience.opened(lambda posts: posts.get(ref.feed_id, ref.index))
        if post is None:
            return self._index.reactors(ref)
        return [
            Reactor(
                author_id=each,
                author_name=known.name if (known := self._index.author(each)) else "",
                time_ms=post.claimed_ms,
                boosts=kind == BoostBody.kind,
            )
            for kind in (BoostBody.kind, ReactBody.kind)
            for each in sorted(self._reacted(post, kind))
        ]

    def concerning(
        self, before: Cursor | None, without: Collection[AuthorId]
    ) -> list[Concerning]:
        """Protected posts of others that answer the person or mention them, newest first."""
        if self._audience.is_empty:
            return []
        own = self._own_id, self._shelf.feeds_of(self._own_id)
        found = self._audience.opened(lambda posts: posts.concerning(*own))
        at = _at(before)
        return [
            each
            for each in found
            if each.post.author_id not in without and (at is None or each.post.at < at)
        ]

    # --- threads ---

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        public = self._index.replies(answered, limit, after)
        found = self._audience.opened(lambda posts: posts.replies(answered))
        if not found:
            return [self.with_replies(each) for each in public]
        behind = [post for post in found if after is None or post.at > _at_of(after)]
        views = [*map(self.with_replies, public), *map(self._view, behind)]
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
        may_be = candidates(self._audience, query, _at(before))
        return found_among(may_be, query, meant.__getitem__)

    def _best_of(
        self,
        public: Iterable[PostView],
        found: Iterable[OpenedPost],
        query: SearchQuery,
        limit: int,
    ) -> list[PostView]:
        """The best of both as one list, the best one first."""
        views = [*map(self.with_replies, public), *map(self._view, found)]
        candidates = [
            Candidate(
                row=index_text(each.text).split(),
                time_ms=each.cursor.time_ms,
                backers=each.reply_count,
            )
            for each in views
        ]
        order = best_first(candidates, query.wanted.words)
        return [views[at] for at in order][: _few(limit)]

    def _meant(self, name: str) -> Meant:
        address = read_address(name)
        authors = {*self._index.called(name), *([address] if address else [])}
        feeds = (feed for author in authors for feed in self._shelf.feeds_of(author))
        return Meant(authors=frozenset(authors), feeds=frozenset(feeds))

    def _merged(
        self, public: Iterable[PostView], found: Iterable[OpenedPost], limit: int
    ) -> list[PostView]:
        views = [*map(self.with_replies, public), *map(self._view, found)]
        return sorted(views, key=_order, reverse=True)[: _few(limit)]

    def _counted(self, view: PostView | None) -> PostView | None:
        return None if view is None else self.with_replies(view)

    def with_replies(self, view: PostView) -> PostView:
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
        likes, boosts = self._reacted(post, ReactBody.kind), self._reacted(post, BoostBody.kind)
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
            media=views_of(post.media),
            lang=post.body.lang.lower(),
            quotes=post.body.quote,
            quoted=None if post.body.quote is None else self._quoted(post.body.quote),
            likes=len(likes),
            boosts=len(boosts),
            liked=self._own_id in likes,
            boosted=self._own_id in boosts,
        )

    def _reacted(self, post: OpenedPost, kind: str) -> set[AuthorId]:
        """Who of its circle likes or boosted a protected post."""
        return self._audience.opened(
            lambda posts: posts.reactions.who(post.ref, kind, post.circle)
        )

    def _quoted(self, ref: EntryRef) -> Quoted:
        known = self._answered(ref)
        whose = Quoted(
            state=known.state, author_id=known.author_id, author_name=known.author_name
        )
        opened = self._audience.opened(lambda posts: posts.get(ref.feed_id, ref.index))
        if opened is not None and opened.ref == ref:
            text, cw, time_ms = opened.text, opened.cw, opened.claimed_ms
            return replace(whose, text=beginning(text), cw=cw, time_ms=time_ms)
        public = self._index.post(ref.feed_id, ref.index) if known.state == HERE else None
        if public is None:
            return whose
        return replace(whose, text=beginning(public.text), cw=public.cw, time_ms=public.time_ms)

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


_OF_KIND: Final[dict[str, Callable[[OpenedPost], bool]]] = {
    POSTS: lambda post: post.reply is None,
    REPLIES: lambda post: post.reply is not None,
    MEDIA: lambda post: bool(post.media),
}


def _few(limit: int) -> int:
    return max(0, min(limit, PAGE_POSTS_MAX))


def _at(cursor: Cursor | None) -> At | None:
    return None if cursor is None else _at_of(cursor)


def _at_of(cursor: Cursor) -> At:
    return cursor.time_ms, cursor.number


def _order(view: PostView) -> tuple[Cursor, FeedId]:
    return view.cursor, view.ref.feed_id
