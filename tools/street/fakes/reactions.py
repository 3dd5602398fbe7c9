"""Likes, boosts, quotes, bookmarks and blocks of a fake node."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace
from swarmfeed.core.asks.blocking import Block, Blocked, Unblock, WhoIsBlocked
from swarmfeed.core.asks.bookmarks import (
    AddBookmark,
    BookmarkedPosts,
    Bookmarks,
    RemoveBookmark,
)
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import (
    HERE,
    Posts,
    PostView,
    Quoted,
    beginning,
    page_of,
    ref_text,
)
from swarmfeed.core.asks.quotes import HowOftenQuoted, QuoteCounts, QuotesOf
from swarmfeed.core.asks.reaction_sentences import NOTHING_LEFT
from swarmfeed.core.asks.reactions import (
    Boost,
    Like,
    LikedPosts,
    OwnReactions,
    ReactionsLeft,
    Reactor,
    Reactors,
    TakeBack,
    Unboost,
    Unlike,
    WhoReacted,
)
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.base.address import parse_link
from swarmfeed.errors import UserError

from street.fakes.table import Rows
from street.fakes.world import FakeWorld

BOB_LIKES_MS: Final = 1_795_176_000_000


def reacting(what: str, change: Callable[[PostView], PostView]) -> Callable[[Any, Any], Any]:
    def react(desk: FakeWorld, ask: Any) -> PostView:
        return desk.change_post(ask.ref, what, change)

    return react


def _liked(post: PostView) -> PostView:
    return post if post.liked else replace(post, liked=True, likes=post.likes + 1)


def _unliked(post: PostView) -> PostView:
    return replace(post, liked=False, likes=post.likes - 1) if post.liked else post


def _boosted(post: PostView) -> PostView:
    return post if post.boosted else replace(post, boosted=True, boosts=post.boosts + 1)


def _unboosted(post: PostView) -> PostView:
    return replace(post, boosted=False, boosts=post.boosts - 1) if post.boosted else post


def _who_reacted(desk: FakeWorld, ask: WhoReacted) -> Reactors:
    post, me = desk.find_post(ask.ref), desk.authors[desk.me]
    by = Reactor(author_id=desk.me, author_name=me.name, time_ms=BOB_LIKES_MS, boosts=False)
    return Reactors(
        people=(
            *([replace(by, boosts=True)] if post.boosted else []),
            *([by] if post.liked else []),
        )
    )


def _liked_posts(desk: FakeWorld, ask: LikedPosts) -> Posts:
    """Each stands where it was written: when it was liked is not kept here."""
    found = (post for post in desk.posts if post.liked)
    behind = [post for post in found if ask.before is None or post.cursor < ask.before]
    behind.sort(key=lambda post: post.cursor, reverse=True)
    return page_of(behind[: ask.limit], ask.limit)


def _left(desk: FakeWorld, ask: ReactionsLeft) -> OwnReactions:
    found = [each for each in desk.left if ask.ref in ("", ref_text(each.ref))]
    return OwnReactions(reactions=tuple(found))


def _take_back(desk: FakeWorld, ask: TakeBack) -> OwnReactions:
    found = [each for each in desk.left if ref_text(each.ref) == ask.ref]
    if not found:
        raise UserError(NOTHING_LEFT())
    desk.left = tuple(each for each in desk.left if each not in found)
    desk.changed.append("take-back")
    return OwnReactions(reactions=tuple(found))


def quoted_of(post: PostView) -> Quoted:
    return Quoted(
        state=HERE,
        author_id=post.author_id,
        author_name=post.author_name,
        time_ms=post.time_ms,
        text=beginning(post.text),
        cw=post.cw,
    )


def _quotes(desk: FakeWorld, ask: QuotesOf) -> Posts:
    quoted = desk.find_post(ask.ref).ref
    found = [post for post in desk.posts if post.quotes == quoted]
    found = [post for post in found if ask.before is None or post.cursor < ask.before]
    found.sort(key=lambda post: post.cursor, reverse=True)
    return page_of(found[: ask.limit], ask.limit)


def _quote_counts(desk: FakeWorld, ask: HowOftenQuoted) -> QuoteCounts:
    quoted = [ref_text(post.quotes) for post in desk.posts if post.quotes is not None]
    return QuoteCounts(counts=tuple(quoted.count(each) for each in ask.refs.split(",")))


def _bookmarks(desk: FakeWorld, ask: Bookmarks) -> BookmarkedPosts:
    kept = [post for post in reversed(desk.posts) if post.bookmarked]
    end = ask.start + ask.limit
    return BookmarkedPosts(
        posts=tuple(kept[ask.start : end]),
        count=len(kept),
        missing=0,
        next=end if end < len(kept) else None,
    )


def _blocking(what: str, *, on: bool) -> Callable[[Any, Any], Any]:
    def block(desk: FakeWorld, ask: Any) -> AuthorView:
        author_id = parse_link(ask.who).author_id
        if author_id == desk.me:
            raise UserError(THAT_IS_YOU())
        desk.changed.append(what)
        known = desk.author(author_id)
        desk.authors[author_id] = replace(known, blocked=on)
        return desk.authors[author_id]

    return block


def _blocked(desk: FakeWorld, _: WhoIsBlocked) -> Blocked:
    return Blocked(authors=tuple(each for each in desk.authors.values() if each.blocked))


REACTIONS: Final[Rows] = {
    AddBookmark: reacting("bookmark", lambda post: replace(post, bookmarked=True)),
    RemoveBookmark: reacting("unbookmark", lambda post: replace(post, bookmarked=False)),
    Bookmarks: _bookmarks,
    Block: _blocking("block", on=True),
    Unblock: _blocking("unblock", on=False),
    WhoIsBlocked: _blocked,
    Like: reacting("like", _liked),
    LikedPosts: _liked_posts,
    Unlike: reacting("unlike", _unliked),
    Boost: reacting("boost", _boosted),
    Unboost: reacting("unboost", _unboosted),
    WhoReacted: _who_reacted,
    QuotesOf: _quotes,
    HowOftenQuoted: _quote_counts,
    ReactionsLeft: _left,
    TakeBack: _take_back,
}
