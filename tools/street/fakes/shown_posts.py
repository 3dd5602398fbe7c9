"""Posts of an index in memory, as they are shown."""

from collections.abc import Collection, Iterator, Sequence

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
    UNSHOWN,
    WITHDRAWN,
    Answered,
    BoostedBy,
    PostView,
    Quoted,
    beginning,
    first_words,
)
from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.limits import (
    PAGE_POSTS_MAX,
    REPLY_COUNT_MAX,
    SEARCH_BEST_OF,
    SEARCH_COUNT_MAX,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.kinds import BoostBody, FeedBody, PinBody, PostBody, ReactBody
from swarmfeed.core.feed.matching import Written, languages, matches
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.ranking import best_first
from swarmfeed.core.words.seeking import holds
from swarmfeed.core.words.terms import index_text
from swarmfeed.ports import KnownAuthor, KnownDevice

from street.fakes.finding import called_among, candidate_of, require_few, written_of
from street.fakes.kept_entries import Kept, number_of
from street.fakes.last_words import LastWords


class ShownPosts(LastWords):
    """The posts that are kept, with all that others said of them."""

    def __init__(self) -> None:
        super().__init__()
        self._receipts: dict[FeedId, dict[NodeId, tuple[int, int]]] = {}
        """Who signed to hold how much of a feed, and when."""

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]:
        return page(self._heard(without), limit, before)

    def newer_than(
        self, after: Cursor, without: Collection[AuthorId] = (), most: int = NEWER_COUNTED
    ) -> int:
        return min(sum(view.cursor > after for view in self._heard(without)), most)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
    ) -> list[PostView]:
        theirs = [v for v in self._posts() if v.author_id == author_id and is_of(v, kind)]
        return page(theirs, limit, before)

    def boosts_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        return page(self._reacted(author_id, BoostBody), limit, before)

    def likes_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        found = self._reacted(author_id, ReactBody)
        return [replace(view, boosted_by=None) for view in page(found, limit, before)]

    def _reacted(
        self, author_id: AuthorId, kind: type[ReactBody] | type[BoostBody]
    ) -> list[PostView]:
        words = self._on(kind)
        return [
            self._boosted(view, kept)
            for view in self._posts()
            for kept in words.get(view.ref, ())
            if kept.author_id == author_id
        ]

    def posts_of(
        self, authors: Collection[AuthorId], limit: int, before: Cursor | None
    ) -> list[PostView]:
        return page([v for v in self._posts() if v.author_id in authors], limit, before)

    def pinned(self, author_id: AuthorId) -> PostView | None:
        *_, newest = PinBody(), *self._last_words(author_id, PinBody)
        found = self.post(newest.ref.feed_id, newest.ref.index) if newest.ref else None
        is_meant = found and found.ref == newest.ref and found.author_id == author_id
        return found if is_meant else None

    def authors(self, wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
        return {each: known for each in wanted if (known := self.author(each)) is not None}

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        if author_id != self._own and author_id not in self._authors.values():
            return None
        profile = self._profile(author_id)
        post_count = sum(view.author_id == author_id for view in self._posts())
        return KnownAuthor(
            name=profile.name,
            bio=profile.bio,
            post_count=post_count,
            namesake=author_id in self._with_namesakes(),
        )

    def device(self, feed_id: FeedId) -> KnownDevice:
        said = (kept.body for (feed, _), kept in sorted(self._kept.items()) if feed == feed_id)
        names = [body.device for body in said if isinstance(body, FeedBody)]
        times = [
            self._sort_ms[feed_id, view.ref.index]
            for view in self._posts()
            if view.ref.feed_id == feed_id
        ]
        return KnownDevice(
            name=seen_name(names[-1]) if names else "",
            posts=len(times),
            last_ms=max(times, default=None),
        )

    def first_post(self, feed_id: FeedId) -> int | None:
        found = (v.ref.index for v in self._posts() if v.ref.feed_id == feed_id)
        return min(found, default=None)

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        known = self._receipts.get(feed_id, {})
        return {node_id: size for node_id, (_, size) in known.items()}

    def receipts_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, dict[NodeId, int]]:
        return {each: self.receipts(each) for each in feed_ids}

    # a search

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        query, found = parse_query(words), self._found(words)
        if not query.best_first:
            return page(found, limit, before)
        newest = page(found, SEARCH_BEST_OF, before)
        answers = {(each.reply_to, each.author_id) for each in self._posts()}
        said = [index_text(view.text).split() for view in self._posts()]
        order = best_first(
            [candidate_of(view, answers) for view in newest],
            query.wanted.words,
            [
                min(sum(holds(row, each) for row in said), SEARCH_COUNT_MAX)
                for each in query.wanted.words
            ],
        )
        return [newest[at] for at in order][:limit]

    def count_found(self, words: str, most: int) -> int:
        return min(len(self._found(words)), most)

    def _found(self, words: str) -> list[PostView]:
        query = parse_query(words)
        everyone = {kept.author_id for kept in self._kept.values()}
        names = {author_id: self._profile(author_id).name for author_id in everyone}
        require_few(query, names.values())
        called = called_among(names, self._authors)
        return [view for view in self._posts() if matches(query, self._written(view), called)]

    def _written(self, view: PostView) -> Written:
        return written_of(view, self._amended(self._kept[view.ref.feed_id, view.ref.index]))

    # one post, and its thread

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        there = {(view.ref.feed_id, view.ref.index): view for view in self._posts()}
        return there.get((feed_id, index))

    def posts_at(self, places: Collection[tuple[FeedId, int]]) -> list[PostView]:
        there = [v for v in self._posts() if (v.ref.feed_id, v.ref.index) in places]
        return page(there, PAGE_POSTS_MAX, None)

    def post_by_id(self, public_id: str) -> PostView | None:
        named = [view for view in self._posts() if view.id == public_id != ""]
        return min(named, key=lambda view: (view.ref.feed_id, view.ref.index), default=None)

    def post_by_hash(self, entry_hash: Hash) -> PostView | None:
        found = [view for view in self._posts() if view.ref.entry_hash == entry_hash]
        return found[0] if found else None

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        views = self._all_views()
        found = [v for v in views if v.reply_to == answered and stands(v, views)]
        later = [view for view in found if after is None or view.cursor > after]
        return sorted(later, key=in_order)[:limit]

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        place = (feed_id, index)
        left = (view for view in self._all_views() if view.withdrawn)
        return next((v for v in left if (v.ref.feed_id, v.ref.index) == place), None)

    def count_below(self, answered: EntryRef, limit: int) -> int:
        return min(len(self._below(answered)), limit)

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        posts = [view for view in self._below(answered) if not view.withdrawn]
        return max(posts, key=in_order, default=None)

    def _below(self, answered: EntryRef) -> list[PostView]:
        found, left = [], [answered]
        while left:
            below = self.replies(left.pop(), len(self._kept))
            found += below
            left += [view.ref for view in below]
        return found

    def within(
        self, places: Collection[tuple[FeedId, int]], tops: Collection[Hash]
    ) -> set[tuple[FeedId, int]]:
        return {place for place in places if {*self._upwards(place)} & {*tops}}

    def _upwards(self, place: tuple[FeedId, int]) -> Iterator[Hash]:
        """Hashes of a post and of all it answers, the first that is not here among them."""
        view = self.post(*place) or self.gone(*place)
        while view is not None:
            yield view.ref.entry_hash
            answered = view.reply_to
            if answered is None:
                return
            yield answered.entry_hash
            place = (answered.feed_id, answered.index)
            above = self.post(*place) or self.gone(*place)
            view = above if above is not None and above.ref == answered else None

    # how they are worked out

    def _heard(self, without: Collection[AuthorId]) -> list[PostView]:
        """The home timeline: each post once, where it was boosted last by who is heard."""
        home = {self._own, *(self.follows_of(self._own) if self._own else ())} - {*without}
        boosts = self._on(BoostBody)
        heard = []
        for view in self._posts():
            if view.author_id in without:
                continue
            near = [each for each in boosts.get(view.ref, ()) if each.author_id in home]
            over = [self._boosted(view, each) for each in near[-1:]]
            places = [*over, *([view] if view.author_id in home else [])]
            heard += sorted(places, key=lambda each: each.cursor.time_ms)[-1:]
        return heard

    def _boosted(self, view: PostView, kept: Kept) -> PostView:
        feed_id, index = kept.ref.feed_id, kept.ref.index
        sort_ms = self._sort_ms[feed_id, index]
        by = BoostedBy(
            author_id=kept.author_id,
            author_name=self._profile(kept.author_id).name,
            time_ms=sort_ms,
        )
        return replace(view, cursor=Cursor(sort_ms, number_of(feed_id, index)), boosted_by=by)

    def _posts(self) -> list[PostView]:
        return [view for view in self._all_views() if not view.withdrawn]

    def _all_views(self) -> list[PostView]:
        """Posts, and what is left of replies that were withdrawn."""
        views = list(self._uncounted_posts())
        named = [view.reply_to for view in views if view.reply_to and stands(view, views)]
        likes, boosts = self._on(ReactBody), self._on(BoostBody)
        return [
            replace(
                view,
                reply_count=min(named.count(view.ref), REPLY_COUNT_MAX),
                answers=None if view.reply_to is None else self._answered(view.reply_to, views),
                quoted=None if view.quotes is None else self._quoted(view.quotes, views),
                likes=len(likes.get(view.ref, ())),
                boosts=len(boosts.get(view.ref, ())),
                liked=self._own in {each.author_id for each in likes.get(view.ref, ())},
                boosted=self._own in {each.author_id for each in boosts.get(view.ref, ())},
            )
            for view in views
        ]

    def _uncounted_posts(self) -> Iterator[PostView]:
        alike = self._with_namesakes()
        for (feed_id, index), kept in self._kept.items():
            shown = self._amended(kept)
            gone = shown is None
            if gone and isinstance(kept.body, PostBody) and kept.body.reply is not None:
                shown = PostBody("", reply=kept.body.reply)
            if shown is not None:
                sizes = self.receipts(feed_id).values() if kept.author_id == self._own else ()
                yield PostView(
                    ref=kept.ref,
                    author_id=kept.author_id,
                    author_name=self._profile(kept.author_id).name,
                    namesake=kept.author_id in alike,
                    time_ms=self._sort_ms[feed_id, index] if gone else kept.time_ms,
                    text=shown.text,
                    withdrawn=gone,
                    edited=not gone and bool(self._edits(feed_id, index)),
                    cw=shown.cw,
                    lang="" if gone else max(languages(shown.lang), key=len, default=""),
                    quotes=None if gone else shown.quote,
                    media=views_of(shown.media),
                    reply_to=shown.reply,
                    held_by=sum(size > index for size in sizes),
                    cursor=Cursor(
                        self._sort_ms[feed_id, index],
                        number_of(feed_id, index),
                    ),
                    id="" if gone else public_id(feed_id, index, kept.time_ms),
                )

    def _quoted(self, ref: EntryRef, views: Sequence[PostView]) -> Quoted:
        known = self._answered(ref, views)
        quoted = Quoted(
            state=known.state, author_id=known.author_id, author_name=known.author_name
        )
        there = [view for view in views if view.ref == ref and known.state == HERE]
        for view in there:
            quoted = replace(
                quoted, text=beginning(view.text), cw=view.cw, time_ms=view.time_ms
            )
        return quoted

    def _answered(self, ref: EntryRef, views: Sequence[PostView]) -> Answered:
        author_id = self._authors.get(ref.feed_id)
        if author_id is None:
            return Answered(state=ABSENT)
        name = self._profile(author_id).name
        place = (ref.feed_id, ref.index)
        shown = (view for view in views if not view.withdrawn)
        there = [view for view in shown if (view.ref.feed_id, view.ref.index) == place]
        words, state = "", ABSENT
        if [view.ref for view in there] == [ref]:
            words, state = first_words(there[0].text, there[0].cw), HERE
        elif self._is_withdrawn(ref):
            state = WITHDRAWN
        elif not there and place in self._kept:
            state = UNSHOWN
        return Answered(state=state, author_id=author_id, author_name=name, words=words)


def is_of(view: PostView, kind: str) -> bool:
    """Whether a post of an author is one of a kind."""
    kinds = {POSTS: view.reply_to is None, REPLIES: view.reply_to is not None}
    return {**kinds, MEDIA: bool(view.media)}.get(kind, True)


def in_order(view: PostView) -> tuple[int, FeedId, int]:
    return view.cursor.time_ms, view.ref.feed_id, view.ref.index


def stands(view: PostView, views: Sequence[PostView]) -> bool:
    """Whether it stands in its thread: a withdrawn one as long as what stands answers it."""
    if not view.withdrawn:
        return True
    named = view.ref.entry_hash
    below = (each for each in views if each.reply_to and each.reply_to.entry_hash == named)
    return any(stands(each, views) for each in below)


def page(views: Sequence[PostView], limit: int, before: Cursor | None) -> list[PostView]:
    older = [view for view in views if before is None or view.cursor < before]
    older.sort(key=in_order, reverse=True)
    return older[: max(0, min(limit, PAGE_POSTS_MAX))]
