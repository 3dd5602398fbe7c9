"""What people ask about posts: lists, single ones, and threads, from the index alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from swarmfeed.core.asks import thread_sentences
from swarmfeed.core.asks.posts import (
    FoundPosts,
    HowManyReplies,
    NamedPosts,
    NewerThan,
    NewPosts,
    Posts,
    PostView,
    SearchPosts,
    ShowPost,
    ThreadSize,
    ThreadView,
    Timeline,
    found_of,
    page_of,
    ref_text,
    told_apart,
)
from swarmfeed.core.asks.withdrawal_sentences import WITHDRAWN_BY_AUTHOR
from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.limits import PAGE_POSTS_MAX, SEARCH_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.public_id import time_of_id
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.shown import PostsIndex
from swarmfeed.node.feeds.threads import Threads
from swarmfeed.node.ground.desk import Answers, in_reader

PLACE_DIGITS_MAX: Final = 10
"""Of the index of an entry: there are 2^32 at most."""


def _nobody() -> frozenset[bytes]:
    return frozenset()


class Reading:
    """Posts, from the index alone."""

    def __init__(
        self, index: PostsIndex, muted: Callable[[], frozenset[bytes]] = _nobody
    ) -> None:
        """``muted`` says whom the person does not want to see; from any thread."""
        self._index = index
        self._muted = muted
        self._threads = Threads(index)

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_reader(Timeline, self.timeline),
            in_reader(NewerThan, self.newer_than),
            in_reader(SearchPosts, self.search),
            in_reader(ShowPost, self.show),
            in_reader(HowManyReplies, self.how_many_replies),
            in_reader(NamedPosts, self.named_posts),
        )

    def timeline(self, ask: Timeline) -> Posts:
        if ask.author is None:
            found = self._index.home(ask.limit, ask.before, self._without())
        else:
            found = self._index.author_posts(ask.author, ask.limit, ask.before)
        return page_of(found, ask.limit)

    def newer_than(self, ask: NewerThan) -> NewPosts:
        return NewPosts(count=self._index.newer_than(ask.after, self._without()))

    def _without(self) -> list[AuthorId]:
        return [AuthorId(each) for each in self._muted()]

    def search(self, ask: SearchPosts) -> FoundPosts:
        count = self._index.count_found(ask.words, SEARCH_COUNT_MAX + 1)
        found = self._index.search(ask.words, ask.limit, ask.before)
        best_first = parse_query(ask.words).best_first
        return found_of(found, ask.limit, count, best_first=best_first)

    def show(self, ask: ShowPost) -> ThreadView:
        post = self._named(self.find(ask.ref))
        start = self.find(ask.start) if ask.start else None
        below = self._threads.below(post, ask.limit, start)
        return ThreadView(
            post=post,
            ancestors=told_apart(self._threads.above(post)),
            replies=told_apart(below.replies),
            reply_total=self._threads.count(post),
            next=ref_text(below.next.ref) if below.next else "",
        )

    def how_many_replies(self, ask: HowManyReplies) -> ThreadSize:
        return self._threads.size(self.find(ask.ref))

    def named_posts(self, ask: NamedPosts) -> Posts:
        names = [name.strip() for name in ask.refs.split(",") if name.strip()]
        if len(names) > PAGE_POSTS_MAX:
            raise UserError(thread_sentences.TOO_MANY_NAMES(most=PAGE_POSTS_MAX))
        found = [self._look_for(name) for name in names]
        return Posts(posts=tuple(post for post in found if post), next=None)

    def find(self, ref_text: str) -> PostView:
        """Return a post by its public id, ``<feed address>/<index>`` or its hash.

        Raises:
            UserError: It is not here, or this names no post.
        """
        post = self._look_for(ref_text.strip())
        if post is None:
            place = self.place_of(ref_text.strip())
            if place is not None and place[1] in self._index.withdrawals(place[0]):
                raise UserError(WITHDRAWN_BY_AUTHOR())
            raise UserError(_not_here(ref_text.strip()))
        return post

    def place_of(self, ref_text: str) -> tuple[FeedId, int] | None:
        """Feed and index of a post that is not shown, as far as its name or the index tells.

        Raises:
            UserError: It is a place in a feed whose address is none.
        """
        if time_of_id(ref_text) is not None:
            return self._index.place_of_withdrawn(ref_text)
        return place_in(ref_text)

    def _look_for(self, ref_text: str) -> PostView | None:
        if time_of_id(ref_text) is not None:
            return self._index.post_by_id(ref_text)
        if (place := place_in(ref_text)) is not None:
            return self._index.post(*place) or self._index.gone(*place)
        try:
            raw = bytes.fromhex(ref_text)
        except ValueError as error:
            raise UserError(
                "name a post by its number, as <feed address>/<number>,"
                " or by its hash of 64 characters"
            ) from error
        return self._index.post_by_hash(Hash(raw)) if len(raw) == 32 else None

    def _named(self, post: PostView) -> PostView:
        """Take its public id from a post if another one here has it."""
        holder = self._index.post_by_id(post.id)
        return post if holder is None or holder.ref == post.ref else replace(post, id="")


def place_in(name: str) -> tuple[FeedId, int] | None:
    """Read ``<feed address>/<index>``; None when it is something else."""
    feed, slash, index = name.rpartition("/")
    if slash and index.isdecimal() and len(index) <= PLACE_DIGITS_MAX:
        return FeedId(parse_address(feed)), int(index)
    return None


def _not_here(name: str) -> str:
    """Of a number nobody knows whose it is, so there is nobody to be fetched."""
    if time_of_id(name) is not None:
        return thread_sentences.NO_SUCH_NUMBER(number=name)
    return thread_sentences.NOT_HERE()
