"""Notifications of an index in memory."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import REGARDING_COUNTED, REGARDING_NAMED
from swarmfeed.core.asks.notifications import (
    BOOSTS,
    DONE,
    FOLLOWS,
    LIKES,
    MENTIONS,
    QUOTES,
    REPLIES,
    WRITTEN,
    Notification,
    Regarding,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.reactions import OwnReaction, Reactor
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import REPLY_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.kinds import BoostBody, FollowBody, PostBody, ReactBody
from swarmfeed.ports import KnownNotification, KnownRegard

from street.fakes.kept_entries import Kept, subject
from street.fakes.shown_posts import ShownPosts, page

DAY_MS = 24 * 3_600 * 1_000


class Noticed(ShownPosts):
    """What others did that concerns its person."""

    def notifications(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        kind: str = "",
    ) -> list[Notification]:
        heard = [view for view in self._posts() if view.author_id not in without]
        wanted = {kind} if kind else {*WRITTEN}
        views = page([view for view in heard if self._why(view) & wanted], limit, before)
        return [
            Notification(
                post=view,
                is_answer=REPLIES in why,
                is_mention=MENTIONS in why,
                is_quote=QUOTES in why,
            )
            for view in views
            for why in [self._why(view)]
        ]

    def known_notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[KnownNotification]:
        return [
            KnownNotification(
                feed_id=each.post.ref.feed_id,
                index=each.post.ref.index,
                cursor=each.post.cursor,
                is_answer=each.is_answer,
                is_mention=each.is_mention,
                is_quote=each.is_quote,
            )
            for each in self.notifications(limit, before, without)
        ]

    def regards(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        *,
        types: Collection[str] = DONE,
        named: bool = True,
    ) -> list[KnownRegard]:
        found = [
            regard
            for number, (kind, said) in enumerate(
                ((LIKES, self._on(ReactBody)), (BOOSTS, self._on(BoostBody))), start=1
            )
            for ref, kept in said.items()
            if kind in types and self._is_own(ref)
            for place in [(ref.feed_id, ref.index)]
            for regard in self._regard(kind, place, number, kept, without)
        ]
        for day, kept in self._followers_by_day().items() if FOLLOWS in types else ():
            found += self._regard(FOLLOWS, (None, day), 3, kept, without)
        found.sort(key=lambda each: each.cursor, reverse=True)
        if not named:
            found = [replace(each, people=(), count=0) for each in found]
        return [each for each in found if before is None or each.cursor < before][:limit]

    def reactors(self, ref: EntryRef) -> list[Reactor]:
        likes, boosts = self._on(ReactBody), self._on(BoostBody)
        alike = self._with_namesakes()
        found = [
            Reactor(
                author_id=kept.author_id,
                author_name=self._profile(kept.author_id).name,
                time_ms=self._order(kept)[0],
                boosts=isinstance(kept.body, BoostBody),
                namesake=kept.author_id in alike,
            )
            for kept in (*likes.get(ref, ()), *boosts.get(ref, ()))
        ]
        return sorted(found, key=lambda each: (-each.time_ms, each.author_id, each.boosts))

    def own_reactions(self, feed_id: FeedId, index: int) -> list[OwnReaction]:
        return [
            each
            for each in self._own_reactions()
            if (each.ref.feed_id, each.ref.index) == (feed_id, index)
        ]

    def reactions_left(self, limit: int, start: int = 0) -> list[OwnReaction]:
        shown = {view.ref for view in self._posts()}
        left = [each for each in self._own_reactions() if each.ref not in shown]
        return left[start : start + limit]

    def quoting(
        self, ref: EntryRef, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        return page([view for view in self._posts() if view.quotes == ref], limit, before)

    def quote_counts(
        self, places: Collection[tuple[FeedId, int]]
    ) -> dict[tuple[FeedId, int], int]:
        found = {
            place: len(self.quoting(post.ref, REPLY_COUNT_MAX))
            for place in places
            if (post := self.post(*place)) is not None
        }
        return {place: count for place, count in found.items() if count}

    # how they are worked out

    def _own_reactions(self) -> list[OwnReaction]:
        own = {
            kind: {
                ref: self._order(kept)[0]
                for ref, words in self._on(kind).items()
                for kept in words
                if kept.author_id == self._own
            }
            for kind in (ReactBody, BoostBody)
        }
        likes, boosts = own[ReactBody], own[BoostBody]
        found = [
            OwnReaction(
                ref=ref,
                liked=ref in likes,
                boosted=ref in boosts,
                time_ms=max(likes.get(ref, 0), boosts.get(ref, 0)),
                author_id=(whose := self._author_of(ref.feed_id)),
                author_name="" if whose is None else self._profile(whose).name,
            )
            for ref in {*likes, *boosts}
        ]
        return sorted(found, key=lambda each: -each.time_ms)

    def _author_of(self, feed_id: FeedId) -> AuthorId | None:
        of_feed = (
            kept.author_id for kept in self._kept.values() if kept.ref.feed_id == feed_id
        )
        return next(of_feed, None)

    def _why(self, view: PostView) -> set[str]:
        """Of which types a post is a notification; empty: it is none."""
        if self._own is None or view.author_id == self._own:
            return set()
        body = self._kept[view.ref.feed_id, view.ref.index].body
        named = isinstance(body, PostBody) and self._own in body.mentions
        found = {
            REPLIES: self._is_own(view.reply_to),
            QUOTES: self._is_own(view.quotes),
            MENTIONS: named or format_author(self._own) in view.text,
        }
        return {kind for kind, is_so in found.items() if is_so}

    def _followers_by_day(self) -> dict[int, list[Kept]]:
        found: dict[int, list[Kept]] = {}
        for author_id in {kept.author_id for kept in self._kept.values()}:
            newest = {
                subject(kept.body): kept for kept in self._last_kept(author_id, FollowBody)
            }
            kept = newest.get(self._own)
            if kept is not None and isinstance(kept.body, FollowBody) and kept.body.on:
                found.setdefault(self._order(kept)[0] // DAY_MS, []).append(kept)
        return found

    def _regard(
        self,
        kind: str,
        place: tuple[FeedId | None, int],
        number: int,
        said: Sequence[Kept],
        without: Collection[AuthorId],
    ) -> list[KnownRegard]:
        others = [kept for kept in said if kept.author_id != self._own]
        heard = [kept for kept in others if kept.author_id not in without]
        heard.sort(key=lambda kept: (-self._order(kept)[0], kept.author_id))
        if not heard:
            return []
        newest_ms = max(self._order(kept)[0] for kept in (heard if kind == FOLLOWS else others))
        people = [
            Regarding(author_id=kept.author_id, author_name=self._profile(kept.author_id).name)
            for kept in heard
        ]
        return [
            KnownRegard(
                type=kind,
                feed_id=place[0],
                index=place[1],
                cursor=Cursor(newest_ms, place[1] * 4 + number),
                time_ms=self._order(heard[0])[0],
                people=tuple(people[:REGARDING_NAMED]),
                count=min(len(people), REGARDING_COUNTED),
            )
        ]
