"""What threads ask of an index, answered from a list of posts."""

from collections.abc import Sequence

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import (
    ABSENT,
    HERE,
    Answered,
    PostView,
    ShowPost,
    ThreadSize,
    ThreadView,
    first_words,
    ref_text,
)
from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.node.feeds.threads import Threads


class ListedPosts:
    """Implements ``node.feeds.threads.ThreadIndex``."""

    def __init__(self, posts: Sequence[PostView]) -> None:
        self._posts = posts

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        place = (feed_id, index)
        found = (p for p in self._posts if (p.ref.feed_id, p.ref.index) == place)
        return next(found, None)

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        found = [post for post in self._posts if post.reply_to == answered]
        later = [post for post in found if after is None or post.cursor > after]
        return sorted(later, key=lambda post: post.cursor)[:limit]

    def gone(self, _feed_id: FeedId, _index: int) -> PostView | None:
        return None

    def count_below(self, answered: EntryRef, limit: int) -> int:
        return min(limit, len(self._below(answered)))

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        return max(self._below(answered), key=lambda post: post.cursor, default=None)

    def _below(self, answered: EntryRef) -> list[PostView]:
        direct = self.replies(answered, len(self._posts))
        return direct + [deeper for post in direct for deeper in self._below(post.ref)]

    def answered(self, ref: EntryRef) -> Answered:
        post = self.post(ref.feed_id, ref.index)
        if post is None:
            return Answered(state=ABSENT)
        return Answered(
            state=HERE,
            author_id=post.author_id,
            author_name=post.author_name,
            words=first_words(post.text, post.cw),
        )


def size_of(posts: Sequence[PostView], post: PostView) -> ThreadSize:
    """What ``HowManyReplies`` is answered over a list of posts."""
    return Threads(ListedPosts(posts)).size(post)


def thread_of(
    posts: Sequence[PostView], post: PostView, ask: ShowPost, start: PostView | None
) -> ThreadView:
    """What ``ShowPost`` is answered over a list of posts."""
    threads = Threads(ListedPosts(posts))
    below = threads.below(post, ask.limit, start)
    return ThreadView(
        post=post,
        ancestors=threads.above(post),
        replies=below.replies,
        reply_total=threads.count(post),
        next=ref_text(below.next.ref) if below.next else "",
    )
