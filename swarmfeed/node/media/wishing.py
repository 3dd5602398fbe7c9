"""What comes by itself, and what goes: new posts bring their pictures, withdrawn ones take
theirs along.

A file that is published lies here before the post that names it is signed, and that is written
down beside it afterwards.  A power cut in between leaves an own file that nothing names: so
before one of those goes, all own posts are looked through.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial

from swarmfeed.core.asks.posts import MEDIA, PostView
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.medium import Medium, decode_medium
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import LOOKED_BACK_POSTS, UPLOAD_KEPT_S
from swarmfeed.errors import MendingError, PassingError
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.events import Indexed, ProtectedOpened
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.media.fetching import Fetching
from swarmfeed.node.media.giving import Giving
from swarmfeed.node.media.portraits import Portraits
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.node.media.stock import Named, Stock, named_by_letter
from swarmfeed.ports.media import KeptMedium

HISTORY = "history"
"""What a history server says of itself in its hello."""


class Wishing:
    """Looks at what was indexed; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        stock: Stock,
        fetching: Fetching,
        giving: Giving,
        portraits: Portraits,
    ) -> None:
        self._shown = Shown(ground)
        self._files = ground.shells.media
        self._clock = ground.shells.clock
        self._interests = ground.interests
        self._introduction = ground.introduction
        self._beside = ground.beside
        self._choices = ground.choices
        self._is_passing = ground.settings.is_passing
        self._stock = stock
        self._fetching = fetching
        self._giving = giving
        self._portraits = portraits
        self._own_id = ground.identity.author_id
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._audience = ground.audience
        self._added: dict[AuthorId, int] = {}
        self._unnamed: set[Hash] = set()
        """Files that nothing named in the last round."""

    def on_indexed(self, event: Indexed | ProtectedOpened) -> None:
        """Posts of an author came, or something else that they said."""
        author_id = event.author_id
        if not self._wishes(author_id):
            return
        if not self._added:
            self._beside.spawn(self._look())
        self._added[author_id] = self._added.get(author_id, 0) + event.added

    def want_of_letter(self, medium: Medium, letter: LetterName) -> None:
        """A letter of somebody who may write names it."""
        if not self._is_passing and medium.size_bytes <= self._fetched_bytes():
            self._fetching.want(named_by_letter(medium, letter))

    async def tidy(self) -> str:
        """Let go of what nothing names any more; a round of the scheduler."""
        going = []
        with suppress(PassingError, MendingError):
            await self._find_names(self._named_by_newest)
            for kept in self._stock.all():
                if kept.is_named and await asyncio.to_thread(self._is_let_go, kept):
                    going.append(kept.id)
            going += await self._find_unnamed()
        await self._giving.let_go(going)
        before_s = self._clock.now_ms() / 1000 - UPLOAD_KEPT_S
        await off_loop(partial(self._files.drop_uploads_before, before_s))
        return sentences.LET_GO(files=len(going))

    # --- inside ---

    async def _find_names(self, named_by: Callable[[], Iterable[Named]]) -> None:
        """Of own files that nothing names, find out what does."""
        lost = {each.id for each in self._stock.all() if each.own and not each.is_named}
        if lost:
            for named in await asyncio.to_thread(lambda: list(named_by())):
                if named.id in lost:
                    await self._stock.note(named, own=True)

    async def _find_unnamed(self) -> list[Hash]:
        """Files that nothing names, for so long that nothing will.

        Not before the second round of a start: by then protected posts are opened.
        """
        old_ms = self._clock.now_ms() - UPLOAD_KEPT_S * 1000
        old = {
            each.id
            for each in self._stock.all()
            if not each.is_named and each.since_ms < old_ms
        }
        waited, self._unnamed = old & self._unnamed, old
        if not waited or not await self._is_all_indexed():
            return []
        await self._find_names(self._named_by_all)
        kept = (self._stock.find(each) for each in waited)
        return [each.id for each in kept if each is not None and not each.is_named]

    async def _is_all_indexed(self) -> bool:
        """Whether all that is here of the person is in the index: it may be made anew."""
        feeds = self._shelf.feeds_of(self._own_id)
        held = {feed_id: self._shelf.held_ranges(feed_id) for feed_id in feeds}

        def is_indexed(feed_id: FeedId) -> bool:
            done = self._index.indexed_ranges(feed_id)
            return not any(subtract(*each, done) for each in held[feed_id])

        return await asyncio.to_thread(lambda: all(map(is_indexed, held)))

    def _named_by_newest(self) -> Iterable[Named]:
        """What the person's profile and newest posts name."""
        return self._named_lately({self._own_id: LOOKED_BACK_POSTS})

    def _named_by_all(self) -> Iterator[Named]:
        """What their profile and all their posts name."""
        own = self._own_id
        yield from self._portraits.of([own])
        opened = self._audience.opened(lambda posts: posts.newest(None, (own,), len(posts)))
        yield from (Named(medium, post.ref) for post in opened for medium in post.media)
        before = None
        while page := self._index.author_posts(own, PAGE_POSTS_MAX, before, MEDIA):
            yield from _named_in(page)
            before = page[-1].cursor

    def _wishes(self, author_id: AuthorId) -> bool:
        if self._is_passing or not self._fetched_bytes():
            return False
        is_read = self._interests.is_read(author_id)  # asked first: all posts are, nearly
        return is_read or HISTORY in self._introduction.hello().roles

    def _fetched_bytes(self) -> int:
        return self._choices.of(MediaSettings).fetched_bytes

    async def _look(self) -> None:
        """Want the media of what came, and no others: what had to go stays away."""
        added, self._added = self._added, {}
        with suppress(PassingError, MendingError):
            for named in await asyncio.to_thread(self._named_lately, added):
                if named.medium.size_bytes <= self._fetched_bytes():
                    self._fetching.want(named)

    def _named_lately(self, added: Mapping[AuthorId, int]) -> list[Named]:
        """What profiles name, and of each author as many posts as came; of the many who name
        no media, no post is read."""
        faces = self._portraits.of(added)
        posts = (
            post
            for author_id in self._shown.illustrated(added)
            for post in self._shown.author_posts(
                author_id, min(added[author_id], LOOKED_BACK_POSTS), None
            )
        )
        return [*faces, *_named_in(posts)]

    def _is_let_go(self, kept: KeptMedium) -> bool:
        """Whether all that named a file is here no more, or names it no more."""
        if kept.letters:
            return False
        is_shown = partial(self._portraits.is_named, kept.id, own=kept.own)
        named = any(self._is_named(kept, ref) for ref in kept.refs)
        return not (named or any(is_shown(ref) for ref in kept.profiles))

    def _is_named(self, kept: KeptMedium, ref: EntryRef) -> bool:
        post = self._shown.post(ref.feed_id, ref.index)
        if post is None or post.ref != ref:
            return ref.index not in self._shown.withdrawals(ref.feed_id)
        return any(each.id == kept.id for each in post.media)


def _named_in(posts: Iterable[PostView]) -> Iterator[Named]:
    media = ((each, post.ref) for post in posts for each in post.media)
    return (Named(decode_medium(each.named), ref) for each, ref in media)
