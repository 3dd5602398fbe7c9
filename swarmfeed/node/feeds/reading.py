"""What people ask about posts: lists, single ones, and threads, from the index alone."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from swarmfeed.core.archives.sources import brought_from
from swarmfeed.core.asks import thread_sentences
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.posts import (
    BOOSTS,
    KINDS,
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
    names_in,
    page_of,
    place_in,
    ref_text,
    told_apart,
)
from swarmfeed.core.asks.withdrawal_sentences import WITHDRAWN_BY_AUTHOR
from swarmfeed.core.base.limits import SEARCH_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.public_id import time_of_id
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.screen import NO_SCREEN, Screen
from swarmfeed.node.feeds.shown import PostsIndex
from swarmfeed.node.feeds.threads import Threads
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.node.ground.media import Media

SourceOf = Callable[[EntryRef], str]
"""Says where a post was brought in from; empty: it was written here, or nobody knows."""


def _nowhere(_: EntryRef) -> str:
    return ""


class Reading:
    """Posts, from the index alone; of the one that is opened its source, from its log."""

    def __init__(
        self,
        index: PostsIndex,
        screen: Screen = NO_SCREEN,
        media: Media | None = None,
        source_of: SourceOf = _nowhere,
    ) -> None:
        """``screen`` says what the person does not want to see, ``media`` what is here of
        pictures, ``source_of`` where a post was brought in from."""
        self._media = media or Media()
        self._source_of = source_of
        self._index = index
        self._screen = screen
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
            found = self._index.home(ask.limit, ask.before, self._screen.unheard())
            page = page_of(found, ask.limit)
            shown = tuple(self._screen.screened(page.posts))
        else:
            page = page_of(self._of_author(ask, ask.author), ask.limit)
            shown = tuple(self._shown_of_author(page.posts, ask.kind))
        return self._media.page(replace(page, posts=shown))

    def _of_author(self, ask: Timeline, author_id: AuthorId) -> list[PostView]:
        """Raises UserError: there is no such kind."""
        if ask.kind == BOOSTS:
            return self._index.boosts_of(author_id, ask.limit, ask.before)
        if ask.kind and ask.kind not in KINDS:
            raise UserError(thread_sentences.NO_SUCH_KIND(kinds=", ".join(KINDS)))
        return self._index.author_posts(author_id, ask.limit, ask.before, ask.kind)

    def _shown_of_author(self, posts: Iterable[PostView], kind: str) -> Iterable[PostView]:
        """On their page somebody who is blocked is shown, but not whom others boost."""
        if kind == BOOSTS:
            return self._screen.screened(posts, lists=False)
        return map(self._screen.marked, posts)

    def newer_than(self, ask: NewerThan) -> NewPosts:
        """Counts only what is shown: word filters are held against the newest of them."""
        without, sieve = self._screen.unheard(), self._screen.sieve()
        count = self._index.newer_than(ask.after, without)
        hidden = 0
        if count and sieve.hiding:
            new = self._index.home(count, None, without)
            hidden = sum(sieve.hides(post) for post in new)
        return NewPosts(count=count - hidden, more=count >= NEWER_COUNTED)

    def search(self, ask: SearchPosts) -> FoundPosts:
        count = self._index.count_found(ask.words, SEARCH_COUNT_MAX + 1)
        found = self._index.search(ask.words, ask.limit, ask.before)
        best_first = parse_query(ask.words).best_first
        page = found_of(found, ask.limit, count, best_first=best_first)
        return self._media.page(replace(page, posts=tuple(self._screen.screened(page.posts))))

    def show(self, ask: ShowPost) -> ThreadView:
        post = self._named(self.find(ask.ref))
        start = self.find(ask.start) if ask.start else None
        below = self._threads.below(post, ask.limit, start)
        replies = self._screen.screened(below.replies, lists=False)
        thread = ThreadView(
            post=self._screen.marked(post),
            ancestors=tuple(
                self._screen.screened(told_apart(self._threads.above(post)), lists=False)
            ),
            replies=told_apart(replies),
            reply_total=self._threads.count(post),
            next=ref_text(below.next.ref) if below.next else "",
            brought=brought_from(self._source_of(post.ref)),
        )
        return self._media.thread(thread)

    def how_many_replies(self, ask: HowManyReplies) -> ThreadSize:
        return self._threads.size(self.find(ask.ref))

    def named_posts(self, ask: NamedPosts) -> Posts:
        found = map(self._look_for, names_in(ask.refs))
        shown = tuple(self._screen.marked(post) for post in found if post)
        return self._media.page(Posts(posts=shown, next=None))

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


def _not_here(name: str) -> str:
    """Of a number nobody knows whose it is, so there is nobody to be fetched."""
    if time_of_id(name) is not None:
        return thread_sentences.NO_SUCH_NUMBER(number=name)
    return thread_sentences.NOT_HERE()
