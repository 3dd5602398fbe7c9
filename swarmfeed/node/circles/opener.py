"""Opens what others protected and we may read: into memory, and nowhere else.

    a feed grew (Indexed) --> its rekeys: keys --> its protected entries: posts
    a welcome came        --> the rekeys again --> what did not open before

Whose entries are looked at: our own, those of who is followed, and of who is in a circle with
us.  All is done a few entries and a few keys at a time, so that nothing of it holds the loop.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress

import structlog
from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.ranges import runs
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.circles.keyring import Circle, EpochKey, Keyring
from swarmfeed.core.circles.limits import ENTRIES_AT_ONCE, READ_AT_ONCE, TRIALS_AT_ONCE
from swarmfeed.core.circles.opened import OpenedPost
from swarmfeed.core.circles.protecting import accept_key, open_protected
from swarmfeed.core.circles.rekey import check_of, open_before, open_epoch
from swarmfeed.core.circles.tree import OWN_NODE, node_key
from swarmfeed.core.feed.entry import Entry, decode_entry, decode_hashed
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    PostBody,
    ReactBody,
    decode_body,
)
from swarmfeed.core.feed.public_id import place_number
from swarmfeed.core.feed.sealed_kinds import ProtectedBody, RekeyBody
from swarmfeed.errors import DamageError, MendingError, PassingError, RemoteError
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.protected import ProtectedFeeds
from swarmfeed.node.circles.requests import Requests
from swarmfeed.node.ground.events import Indexed, ProtectedOpened
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FOLLOWED

logger = structlog.get_logger()

Place = tuple[FeedId, int]
Lock = tuple[Circle, Sequence[bytes]]
"""A circle, and node keys that we have of one of its trees."""


class SeenOfFeed(Struct):
    """What was looked at of one feed."""

    rekeys: set[int] = field(default_factory=set)
    """Those that were tried with all keys we have."""
    unopened: dict[bytes, int] = field(default_factory=dict)
    """Epochs by their checks, of those that nothing opened."""
    done: set[int] = field(default_factory=set)
    """Protected entries that were opened, or say nothing."""
    closed: set[int] = field(default_factory=set)
    """Protected entries that no key opened so far,"""
    tried: int = -1
    """and how many keys there were when they were tried."""
    withdrawn: set[int] = field(default_factory=set)
    """Those of the opened ones that are not shown any more."""


class Opener:
    """Finds keys, and opens entries; belongs to the node's loop."""

    def __init__(
        self, ground: Ground, book: Book, requests: Requests, keyring: Keyring
    ) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._index = ground.shells.index
        self._almanac = ground.almanac
        self._audience = ground.audience
        self._events = ground.events
        self._book = book
        self._requests = requests
        self._keyring = keyring
        self._locks: dict[AuthorId, list[Lock]] = {}
        self._shared: dict[Place, bytes] = {}
        self._seen: defaultdict[FeedId, SeenOfFeed] = defaultdict(SeenOfFeed)
        self._protected = ProtectedFeeds(self._index)
        self._gone: set[FeedId] = set()
        """Feeds of which posts are here that are to go."""
        self._entries = self._trials = 0
        """Since others had their turn."""

    # --- what we have ---

    def take_up_keys(self) -> None:
        """Look at own circles, and at what others gave us: there may be more than before."""
        locks: dict[AuthorId, list[Lock]] = {}
        for own in self._book.all():
            name = self._book.name_of(own)
            for tree in own.trees:
                node_keys = (node_key(tree.row.seed, OWN_NODE),)
                locks.setdefault(name.author_id, []).append((name, node_keys))
            for row in own.epochs.values():
                self._keyring.add(EpochKey(circle=name, epoch=row.epoch, key=row.key))
        for author_id, admission in self._requests.admissions():
            circle = Circle(author_id=author_id, circle_id=admission.circle_id)
            locks.setdefault(author_id, []).append((circle, admission.node_keys))
            self._keyring.add(EpochKey(circle=circle, epoch=admission.epoch, key=admission.key))
        if locks != self._locks:
            for seen in self._seen.values():
                seen.rekeys.clear()
                seen.unopened.clear()
        self._locks, self._shared = locks, self._requests.shared()

    def authors(self) -> list[AuthorId]:
        """Whose entries are looked at."""
        found = self._people()
        with suppress(PassingError, MendingError):
            found |= dict.fromkeys(self._index.follows_of(self._identity.author_id))
        return list(found)

    def near(self, author_ids: Iterable[AuthorId]) -> list[AuthorId]:
        """Those of them whose entries are looked at, without the index: thousands come."""
        people, interests = self._people(), self._interests
        return [each for each in author_ids if each in people or interests.of(each) is FOLLOWED]

    def unopened(self) -> list[tuple[AuthorId, int]]:
        """Who began an epoch that nothing opens and that is later than what we have of a circle
        of theirs, and which one.  It may be of a circle we are not in: that cannot be told.
        """
        found = []
        for author_id, locks in self._locks.items():
            newest = [self._keyring.newest(circle) for circle, _ in locks]
            least = min((each.epoch for each in newest if each is not None), default=0)
            feeds = self._shelf.feeds_of(author_id)
            closed = (self._seen[each].unopened for each in feeds if each in self._seen)
            last = max((epoch for each in closed for epoch in each.values()), default=0)
            if last > least and author_id != self._identity.author_id:
                found.append((author_id, last))
        return found

    def _people(self) -> dict[AuthorId, None]:
        """Whose entries are looked at, besides those of who is followed."""
        found = {self._identity.author_id: None, **dict.fromkeys(self._locks)}
        for circle in self._book.all():
            found |= circle.members()
        shared = (self._shelf.author_of(feed_id) for feed_id, _ in self._shared)
        return found | dict.fromkeys(each for each in shared if each is not None)

    # --- looking ---

    async def look(self, author_ids: Iterable[AuthorId]) -> int:
        """Open what is there of some authors; returns how many posts can be read since."""
        await self._clear()
        added = 0
        found = {each: self._shelf.feeds_of(each) for each in author_ids}
        for author_id, feeds in found.items():
            for feed_id in feeds if author_id in self._locks else ():  # else none is noted
                await self._look_for_keys(author_id, feed_id)
        protected = await self._protected.among([each for of in found.values() for each in of])
        for author_id, feeds in found.items():
            new = 0
            for feed_id in feeds:
                if feed_id in protected:
                    new += await self._look_for_posts(author_id, feed_id)
            if new:
                self._events.tell(ProtectedOpened(author_id, new))
            added += new
        return added

    def wrote(self, circle: Circle, body: Body, ref: EntryRef, time_ms: int) -> None:
        """Show an own entry that is on disk."""
        self._seen[ref.feed_id].done.add(ref.index)
        self._show(self._identity.author_id, circle, body, ref, time_ms)

    def heed(self, event: Indexed) -> None:
        """More of an author is in the index: before the next look at it."""
        if not event.is_plain:
            self._protected.forget(self._shelf.feeds_of(event.author_id))

    def forget(self, feed_id: FeedId) -> None:
        """A feed was let go, or cut: at the next look what is left of it is opened anew."""
        self._protected.forget([feed_id])
        self._seen.pop(feed_id, None)
        self._gone.add(feed_id)

    async def _clear(self) -> None:
        """Take out posts of feeds that were let go, some at a time."""
        while self._gone:
            feed_id = self._gone.pop()
            places = self._audience.opened(lambda posts, of=feed_id: posts.of_feed(of))  # type: ignore[misc]
            self._audience.opened(lambda posts, of=feed_id: posts.reactions.forget(of))  # type: ignore[misc]
            for place in places:
                self._audience.opened(lambda posts, at=place: posts.drop(at))  # type: ignore[misc]
                await self._breathe()

    # --- keys ---

    async def _look_for_keys(self, author_id: AuthorId, feed_id: FeedId) -> None:
        locks, seen = self._locks.get(author_id, ()), self._seen[feed_id]
        new = await self._places(feed_id, RekeyBody.kind, seen.rekeys)
        # The newest first: where newcomers may read back, each leads to the one before it.
        for index, stored in await self._read(feed_id, new):
            await self._breathe()
            seen.rekeys.add(index)
            body = _body_of(decode_entry(stored))
            if isinstance(body, RekeyBody):
                # One of several entries opens, where an epoch begins with so many.
                if self._take_keys(body, feed_id, locks):
                    seen.unopened.pop(body.check, None)
                else:
                    seen.unopened[body.check] = body.epoch

    def _take_keys(self, body: RekeyBody, feed_id: FeedId, locks: Sequence[Lock]) -> bool:
        """Take the keys of an epoch; returns whether it opened."""
        is_open = False
        for circle, node_keys in locks:
            key = open_epoch(body, feed_id, node_keys) or self._chained(body, circle)
            if key is None:
                continue
            is_open = True
            self._keyring.add(EpochKey(circle=circle, epoch=body.epoch, key=key))
            before = open_before(body, feed_id, key)
            if before is not None and body.epoch > 0:
                earlier = EpochKey(circle=circle, epoch=body.epoch - 1, key=before)
                self._keyring.add(earlier)
        return is_open

    def _chained(self, body: RekeyBody, circle: Circle) -> bytes | None:
        """The key of an epoch from before we were let in, as a later one told it."""
        known = (each.key for each in self._keyring.keys(circle))
        return next((key for key in known if check_of(key) == body.check), None)

    # --- posts ---

    async def _look_for_posts(self, author_id: AuthorId, feed_id: FeedId) -> int:
        seen = self._seen[feed_id]
        is_tried = seen.tried == self._keyring.count
        known = seen.done | seen.closed if is_tried else seen.done
        seen.tried = self._keyring.count
        new, added = await self._places(feed_id, ProtectedBody.kind, known), 0
        for index, stored in await self._read(feed_id, new):
            await self._breathe()
            added += self._open(author_id, (feed_id, index), stored, seen)
        await self._withdraw(feed_id, seen)
        return added

    def _open(self, author_id: AuthorId, at: Place, stored: bytes, seen: SeenOfFeed) -> int:
        (entry, entry_hash), (feed_id, index) = decode_hashed(stored), at
        body = _body_of(entry)
        if not isinstance(body, ProtectedBody):
            seen.done.add(index)
            return 0
        found, shared = self._keyring.find(body, author_id, feed_id), self._shared.get(at, b"")
        if found is None and not shared:
            seen.closed.add(index)
            return 0
        seen.closed.discard(index)
        seen.done.add(index)
        try:
            own = found[1] if found else accept_key(body, shared)
            said = open_protected(body, own, feed_id, index)
        except RemoteError as error:
            logger.info("a protected entry says nothing", reason=str(error))
            return 0
        ref, circle = EntryRef(feed_id, entry_hash, index), found[0].circle if found else None
        return self._show(author_id, circle, said, ref, entry.time_ms)

    def _show(
        self,
        author_id: AuthorId,
        circle: Circle | None,
        said: Body,
        ref: EntryRef,
        time_ms: int,
    ) -> int:
        if isinstance(said, EditBody):
            return self._edit(author_id, circle, said, ref)
        if not isinstance(said, PostBody):
            self._react(author_id, circle, said, ref, time_ms)
            return 0
        post = self._opened(author_id, circle, said, ref, time_ms)
        return int(self._audience.opened(lambda posts: posts.put(post)))

    def _react(
        self,
        author_id: AuthorId,
        circle: Circle | None,
        said: Body,
        ref: EntryRef,
        time_ms: int,
    ) -> None:
        """Count a like or a boost, for the people of its circle."""
        if isinstance(said, ReactBody | BoostBody):
            sort_ms = self._almanac.reckoning(ref.feed_id).sort_ms(ref.index, time_ms)
            whose = author_id, circle
            self._audience.opened(lambda posts: posts.reactions.say(whose, said, ref, sort_ms))

    def _opened(
        self,
        author_id: AuthorId,
        circle: Circle | None,
        said: PostBody,
        ref: EntryRef,
        time_ms: int,
    ) -> OpenedPost:
        sort_ms = self._almanac.reckoning(ref.feed_id).sort_ms(ref.index, time_ms)
        return OpenedPost(
            author_id=author_id,
            ref=ref,
            at=(sort_ms, place_number(ref.feed_id, ref.index)),
            claimed_ms=time_ms,
            body=said,
            circle=circle,
        )

    def _edit(
        self, author_id: AuthorId, circle: Circle | None, said: EditBody, ref: EntryRef
    ) -> int:
        feed_id = ref.feed_id
        post = self._audience.opened(lambda posts: posts.get(feed_id, said.index))
        if post is not None and post.circle != circle:
            return 0  # for other people than the post
        if post is None and (bare := self._bare(author_id, circle, said, feed_id)):
            self._audience.opened(lambda posts: posts.put(bare))
        self._audience.opened(lambda posts: posts.edit(feed_id, ref.index, said))
        return 0

    def _bare(
        self, author_id: AuthorId, circle: Circle | None, said: EditBody, feed_id: FeedId
    ) -> OpenedPost | None:
        """A post whose own text was withdrawn, and that an edit shows."""
        with suppress(DamageError, PassingError):
            (stored,) = self._shelf.read_entries(feed_id, said.index, said.index + 1)
            entry, entry_hash = decode_hashed(stored)
            if entry.body is None:
                ref = EntryRef(feed_id, entry_hash, said.index)
                body = PostBody(said.text, reply=said.reply, root=said.root, cw=said.cw)
                post = self._opened(author_id, circle, body, ref, entry.time_ms)
                return replace(post, is_bare=True)
        return None

    async def _withdraw(self, feed_id: FeedId, seen: SeenOfFeed) -> None:
        """Take out what was withdrawn since the last look."""
        with suppress(PassingError, MendingError):
            said = await asyncio.to_thread(self._index.withdrawals, feed_id)
            for index in (said.keys() & seen.done) - seen.withdrawn:
                self._audience.opened(lambda posts, at=index: posts.withdraw(feed_id, at))  # type: ignore[misc]
                seen.withdrawn.add(index)
                await self._breathe()

    # --- entries ---

    async def _places(self, feed_id: FeedId, kind: str, known: Set[int]) -> list[int]:
        """Entries of a kind that were not looked at, the newest first."""
        end = self._shelf.end_of(feed_id)
        with suppress(PassingError, MendingError):
            found = await asyncio.to_thread(
                self._index.sealed_entries, feed_id, kind, READ_AT_ONCE
            )
            return [n for n in found if n not in known and (end is None or n < end)]
        return []

    async def _read(self, feed_id: FeedId, falling: Sequence[int]) -> list[tuple[int, bytes]]:
        return await asyncio.to_thread(self._read_now, feed_id, falling) if falling else []

    def _read_now(self, feed_id: FeedId, falling: Sequence[int]) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        for run in runs(falling):
            with suppress(DamageError, PassingError):
                entries = self._shelf.read_entries(feed_id, run.start, run.stop)
                found += reversed([*zip(run, entries, strict=False)])
        return found

    async def _breathe(self) -> None:
        """Let others have their turn after some entries, or some keys that were tried."""
        self._entries += 1
        is_long = self._keyring.trials - self._trials >= TRIALS_AT_ONCE
        if is_long or self._entries >= ENTRIES_AT_ONCE:
            await asyncio.sleep(0)
            self._entries, self._trials = 0, self._keyring.trials


def _body_of(entry: Entry) -> Body | None:
    """What an entry says; None: it is withdrawn, or says nothing."""
    with suppress(RemoteError):
        return None if entry.body is None else decode_body(entry.kind, entry.body)
    return None
