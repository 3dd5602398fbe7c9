"""What concerns the person: posts of others, those of circles among them, what people did, and
what somebody wants of them alone.

Gathered from the index, from what was opened in memory, and from what roles told; from any
thread.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    DONE,
    MENTIONS,
    QUOTES,
    REPLIES,
    TYPES,
    WRITTEN,
    Approach,
    Notification,
    Notifications,
    Regard,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.read_marks import (
    ReadMark,
    approach_name,
    mark_of_approach,
    mark_of_post,
    mark_of_regard,
    regard_name,
)
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.opened import Concerning
from swarmfeed.core.circles.opened_words import Place
from swarmfeed.node.feeds.many_posts import posts_at
from swarmfeed.node.feeds.muted_threads import InMutedThreads, place_of
from swarmfeed.node.feeds.screen import screen_of
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.approaches import KnownApproach
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import KnownNotification, KnownRegard


class Concern(Struct, frozen=True):
    """One thing that concerns the person, and by what it is known to be read."""

    mark: ReadMark
    of: KnownNotification | KnownRegard | KnownApproach

    @property
    def cursor(self) -> Cursor:
        return self.of.cursor

    def is_of(self, kind: str) -> bool:
        """Whether it is of a type; each is of no type in particular."""
        if isinstance(self.of, KnownNotification):
            return _is_of(self.of, kind)
        return kind in ("", self.of.type)


class Concerns(Struct, frozen=True):
    """What is to be shown of them."""

    written: list[Notification]
    done: list[Regard]
    approaches: list[KnownApproach]

    def cursors(self) -> list[Cursor]:
        """Where they stand, the newest first."""
        found = [
            *(each.post.cursor for each in self.written),
            *(each.cursor for each in self.done),
            *(each.cursor for each in self.approaches),
        ]
        return sorted(found, reverse=True)


class Noticed:
    """Looks for what concerns the person."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._screen = screen_of(ground)
        self._shown = Shown(ground)
        self._muted = InMutedThreads(ground)
        self._listed: tuple[object, list[Concern]] = (None, [])
        """What the index told last of all that concerns the person, and what it was asked."""

    def newest(self, count: int, came: Iterable[KnownApproach]) -> list[Concern]:
        """So many of the newest, without a word of them; ``came`` are all approaches."""
        unheard = self._screen.unheard()
        found = self._in_index(count, unheard)
        opened = self._shown.concerning(None, unheard)[:count]
        more = [_concern(_known(each)) for each in opened]
        heard = (each for each in came if each.author_id not in unheard)
        more += [Concern(mark_of(each), each) for each in heard]
        # Those of the index are in order; every page asks, of a thousand.
        return _newest_first([*found, *more])[:count] if more else [*found]

    def told_of(self, found: Sequence[Concern]) -> list[Concern]:
        """Those of them that stand in no thread which the person muted."""
        if not self._muted.are_any():
            return [*found]  # at every page, of a thousand
        muted = self._muted.among({place for each in found if (place := _place(each.of))})
        return [each for each in found if _place(each.of) not in muted]

    def screened(self, found: Concerns) -> Concerns:
        """The same of what is shown, and without what the person does not want to see."""
        posts = [each.post for each in found.written]
        own = [each.post for each in found.done if each.post is not None]
        muted = self._muted.among({place_of(each.ref) for each in (*posts, *own)})
        heard = [each for each in posts if place_of(each.ref) not in muted]
        shown = {each.ref: each for each in self._screen.screened(heard)}
        return Concerns(
            [
                replace(each, post=shown[each.post.ref])
                for each in found.written
                if each.post.ref in shown
            ],
            [
                each
                if each.post is None
                else replace(each, post=self._screen.marked(each.post))
                for each in found.done
                if each.post is None or place_of(each.post.ref) not in muted
            ],
            found.approaches,
        )

    def page(self, ask: Notifications, came: Iterable[KnownApproach]) -> Concerns:
        """As many of all kinds together as belong on one page."""
        if not ask.type:
            return self.of(self._newest_of_all(ask, came), ask)
        return Concerns(
            self._written(ask) if ask.type in WRITTEN else [],
            self._done(ask) if ask.type in DONE else [],
            self._came(ask, {ask.type}, came),
        )

    def of(self, chosen: Sequence[Concern], ask: Notifications) -> Concerns:
        """What is to be shown of those that are known."""
        known = [each.of for each in chosen if isinstance(each.of, KnownNotification)]
        posts = self._posts((each.feed_id, each.index) for each in known)
        written = [
            _notification(post, each)
            for each in known
            if (post := posts.get((each.feed_id, each.index))) is not None
        ]
        done = {
            each.mark.key: each.of.type for each in chosen if isinstance(each.of, KnownRegard)
        }
        came = [each.of for each in chosen if isinstance(each.of, KnownApproach)]
        return Concerns(written, self._regards_of(done, ask), came)

    def approach(self, known: KnownApproach, words: str) -> Approach:
        """One of them as people see it."""
        author = self._index.author(known.author_id)
        return Approach(
            type=known.type,
            author_id=known.author_id,
            author_name=author.name if author else "",
            time_ms=known.time_ms,
            cursor=known.cursor,
            words=words,
            mark=approach_name(known.type, known.author_id, known.time_ms),
        )

    # --- inside ---

    def _in_index(self, count: int, unheard: Sequence[AuthorId]) -> list[Concern]:
        """So many of the newest there: every page counts them, and they seldom change."""
        # The revision comes first: what is written meanwhile is looked up the next time.
        asked = (self._index.revision(), count, unheard)
        before, found = self._listed
        if asked != before:
            known = self._index.known_notifications(count, None, unheard)
            done = self._index.regards(count, None, unheard, named=False)
            found = [_concern(each) for each in known]
            found += [Concern(mark_of(each), each) for each in done]
            found = _newest_first(found)[:count]
            self._listed = asked, found
        return found

    def _newest_of_all(
        self, ask: Notifications, came: Iterable[KnownApproach]
    ) -> list[Concern]:
        """A page of all kinds, without a word of them: of each kind alone there may be one."""
        asked = ask.limit, ask.before, self._screen.unheard()
        found = [_concern(each) for each in self._index.known_notifications(*asked)]
        found += [_concern(_known(each)) for each in self._shown.concerning(*asked[1:])]
        done = self._index.regards(*asked, named=False)
        found += [Concern(mark_of(each), each) for each in done]
        found += [Concern(mark_of(each), each) for each in self._came(ask, TYPES, came)]
        return _newest_first(found)[: ask.limit]

    def _written(self, ask: Notifications) -> list[Notification]:
        unheard = self._screen.unheard()
        public = self._index.notifications(ask.limit, ask.before, unheard, ask.type)
        opened = self._shown.concerning(ask.before, unheard)
        wanted = [each for each in opened if _is_of(each, ask.type)]
        posts = self._posts(each.post.place for each in wanted[: ask.limit])
        protected = [
            Notification(post=post, is_answer=each.is_answer, is_mention=each.is_mention)
            for each in wanted
            if (post := posts.get(each.post.place)) is not None
        ]
        if not protected:
            return public
        both = sorted([*public, *protected], key=lambda each: each.post.cursor, reverse=True)
        return both[: ask.limit]

    def _done(self, ask: Notifications) -> list[Regard]:
        unheard, types = self._screen.unheard(), {ask.type}
        return self._regards(self._index.regards(ask.limit, ask.before, unheard, types=types))

    def _came(
        self, ask: Notifications, types: Collection[str], came: Iterable[KnownApproach]
    ) -> list[KnownApproach]:
        unheard = self._screen.unheard()
        found = (
            each
            for each in came
            if each.type in types
            and each.author_id not in unheard
            and (ask.before is None or each.cursor < ask.before)
        )
        return sorted(found, key=lambda each: each.cursor, reverse=True)[: ask.limit]

    def _regards_of(self, wanted: Mapping[bytes, str], ask: Notifications) -> list[Regard]:
        """Those with these keys, and of these types, a page at a time until all are found."""
        found: list[Regard] = []
        place, unheard, types = ask.before, self._screen.unheard(), {*wanted.values()}
        while len(found) < len(wanted):
            known = self._index.regards(ask.limit, place, unheard, types=types)
            found += self._regards([each for each in known if mark_of(each).key in wanted])
            if len(known) < ask.limit:
                break  # something went meanwhile
            place = known[-1].cursor
        return found

    def _regards(self, known: Sequence[KnownRegard]) -> list[Regard]:
        posts = self._posts(place for each in known if (place := _place(each)) is not None)
        return [
            _regard(each, posts.get(place) if (place := _place(each)) else None)
            for each in known
        ]

    def _posts(self, places: Iterable[Place]) -> dict[Place, PostView]:
        return posts_at(self._index, self._shown, places)


def _regard(known: KnownRegard, post: PostView | None) -> Regard:
    return Regard(
        type=known.type,
        people=known.people,
        count=known.count,
        time_ms=known.time_ms,
        cursor=known.cursor,
        post=post,
        name=regard_name(known.type, known.feed_id, known.index, known.time_ms),
    )


def _concern(known: KnownNotification) -> Concern:
    return Concern(mark_of_post(known.feed_id, known.index), known)


def _newest_first(found: Iterable[Concern]) -> list[Concern]:
    return sorted(found, key=lambda each: each.cursor, reverse=True)


def mark_of(known: KnownRegard | KnownApproach) -> ReadMark:
    """By what it is known to be read."""
    if isinstance(known, KnownApproach):
        return mark_of_approach(known.type, known.author_id, known.time_ms)
    return mark_of_regard(known.type, known.feed_id, known.index, known.time_ms)


def _place(of: KnownNotification | KnownRegard | KnownApproach) -> Place | None:
    """Where the post stands that it is about; None: it is about none."""
    if isinstance(of, KnownApproach) or of.feed_id is None:
        return None
    return of.feed_id, of.index


def _known(each: Concerning) -> KnownNotification:
    ref = each.post.ref
    return KnownNotification(
        feed_id=ref.feed_id,
        index=ref.index,
        cursor=Cursor(*each.post.at),
        is_answer=each.is_answer,
        is_mention=each.is_mention,
    )


def _is_of(each: KnownNotification | Concerning, kind: str) -> bool:
    quotes = isinstance(each, KnownNotification) and each.is_quote
    types = {REPLIES: each.is_answer, MENTIONS: each.is_mention, QUOTES: quotes, "": True}
    return types.get(kind, False)


def _notification(post: PostView, known: KnownNotification) -> Notification:
    return Notification(
        post=post,
        is_answer=known.is_answer,
        is_mention=known.is_mention,
        is_quote=known.is_quote,
    )
