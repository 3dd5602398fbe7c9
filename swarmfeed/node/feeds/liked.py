"""What the person likes, as a list that nobody else is shown: from the index, and of protected
posts from what was opened in memory."""

from collections.abc import Iterator

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Posts, PostView, page_of
from swarmfeed.core.asks.reactions import LikedPosts
from swarmfeed.core.feed.kinds import ReactBody
from swarmfeed.core.feed.public_id import place_number
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.node.ground.ground import Ground


class Liked:
    """Answers from any thread."""

    def __init__(self, ground: Ground, screen: Screen) -> None:
        self._index = ground.shells.index
        self._audience = ground.audience
        self._own_id = ground.identity.author_id
        self._media = ground.media
        self._shown = Shown(ground)
        self._screen = screen

    def rows(self) -> tuple[Answers, ...]:
        return (in_reader(LikedPosts, self.list_all),)

    def list_all(self, ask: LikedPosts) -> Posts:
        public = self._index.likes_of(self._own_id, ask.limit, ask.before)
        found = [*map(self._shown.with_replies, public), *self._protected(ask.before)]
        found.sort(key=lambda each: (each.cursor, each.ref.feed_id), reverse=True)
        page = page_of(found[: ask.limit], ask.limit)
        posts = tuple(self._screen.screened(page.posts, lists=False))
        return self._media.page(replace(page, posts=posts))

    def _protected(self, before: Cursor | None) -> Iterator[PostView]:
        """Those whose people the like was said to."""
        said = self._audience.opened(
            lambda posts: [
                (ref, feed_id, word)
                for (ref, _, circle, _), (feed_id, word) in posts.reactions.said_by(
                    self._own_id, ReactBody.kind
                )
                if (post := posts.get(ref.feed_id, ref.index)) is not None
                and (post.ref, post.circle) == (ref, circle)
            ]
        )
        for ref, feed_id, word in said:
            cursor = Cursor(word.sort_ms, place_number(feed_id, word.index))
            if before is not None and cursor >= before:
                continue
            if (view := self._shown.post(ref.feed_id, ref.index)) is not None:
                yield replace(view, cursor=cursor)
