"""Posts of strangers that were pushed: kept with their proofs, and shown as any other post.

    page "pushed"    feed id || index (8)  ->  when it came, ms (8) || author id || posting

They are the log of what lies on no shelf: the index is filled from them as from logs, so a
reply of a stranger is a notification, stands in its thread, and is found.  The newest
KEPT_POSTS_MAX are kept; what the shelf holds since is dropped here.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.entry import decode_entry, hash_stored
from swarmfeed.core.feed.kinds import EditBody, WithdrawBody, decode_body
from swarmfeed.core.feed.proven import Proven, ProvenPost
from swarmfeed.core.feed.withdrawal import strip
from swarmfeed.core.push.limits import KEPT_POSTS_MAX
from swarmfeed.core.push.posting import Verified, open_posting
from swarmfeed.core.push.words import decode_posting, encode_posting
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import HeadGrew, Indexed
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable

PAGE: Final = "pushed"
_INDEX_BYTES: Final = 8
_HEAD_BYTES: Final = 8 + 32


class Guest(Struct, frozen=True, kw_only=True):
    """A post that is kept."""

    came_ms: int
    author_id: AuthorId
    posting: ProvenPost

    def encoded(self) -> bytes:
        came = self.came_ms.to_bytes(8, "big")
        return came + self.author_id + encode_posting(self.posting)


def read_guest(value: bytes) -> Guest:
    """Read a row.  Raises BadEncodingError."""
    if len(value) <= _HEAD_BYTES:
        raise BadEncodingError("a pushed post that is cut off")
    return Guest(
        came_ms=int.from_bytes(value[:8], "big"),
        author_id=AuthorId(value[8:_HEAD_BYTES]),
        posting=decode_posting(value[_HEAD_BYTES:]),
    )


class Guestbook:
    """Keeps and shows them; belongs to the node's loop."""

    def __init__(self, ground: Ground, feeds: Feeds) -> None:
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._index = ground.shells.index
        self._indexer = ground.indexer
        self._almanac = ground.almanac
        self._events = ground.events
        self._beside = ground.beside
        self._showing = feeds.showing
        self._guests: dict[bytes, Guest] = {}
        """Oldest first."""
        self._changed = set[bytes]()
        ground.guests.connect(self)

    # --- remembering ---

    def rows(self) -> Rows:
        return Rows(page=PAGE, load=self._load, take_changes=self._take_changes, encode=_encode)

    async def start(self) -> None:
        """See to it that the index has them: it may have been made anew."""
        if self._guests:
            known = await asyncio.to_thread(self._index.known_sizes)
            await self.show([each for each in self.feed_ids() if each not in known])

    # --- looking ---

    def __len__(self) -> int:
        return len(self._guests)

    def has(self, feed_id: FeedId, index: int) -> bool:
        return _key(feed_id, index) in self._guests

    def feed_ids(self) -> Collection[FeedId]:
        return {each.posting.feed_id for each in self._guests.values()}

    # --- changing ---

    async def keep(self, verified: Verified) -> None:
        """Keep a post and show it."""
        posting = verified.posting
        guest = Guest(
            came_ms=self._clock.now_ms(), author_id=verified.author_id, posting=posting
        )
        self._put(_key(posting.feed_id, posting.post.index), guest)
        if isinstance(verified.body, WithdrawBody):
            self._strip(posting.feed_id, verified.body)
        gone = self._drop_oldest()
        await self._show((guest,))
        if gone:
            await self._showing.read_again(gone)

    async def let_in(self, posting: ProvenPost) -> None:
        """Keep what a search of the network found, and its newest text."""
        for each in _said_in(posting):
            await self.keep(await off_loop(partial(open_posting, each)))

    async def show(self, feed_ids: Collection[FeedId]) -> None:
        wanted = {*feed_ids}
        await self._show([g for g in self._guests.values() if g.posting.feed_id in wanted])

    def on_head(self, event: HeadGrew) -> None:
        """A feed came to the shelf: what that holds is shown from there."""
        feed_id = event.after.feed_id
        if event.before is not None or feed_id not in self.feed_ids():
            return
        held = self._shelf.held_ranges(feed_id)
        for key, guest in list(self._guests.items()):
            at = guest.posting.post.index
            if guest.posting.feed_id == feed_id and any(a <= at < b for a, b in held):
                self._drop(key)
        self._beside.spawn(self._showing.read_again((feed_id,)))

    # --- inside ---

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        found = sorted(readable(page, read_guest), key=lambda row: row[1].came_ms)
        self._guests = dict(found)

    def _take_changes(self) -> dict[bytes, Guest | None]:
        changed, self._changed = self._changed, set()
        return {key: self._guests.get(key) for key in changed}

    def _put(self, key: bytes, guest: Guest) -> None:
        self._guests[key] = guest
        self._changed.add(key)

    def _drop(self, key: bytes) -> None:
        del self._guests[key]
        self._changed.add(key)

    def _strip(self, feed_id: FeedId, said: WithdrawBody) -> None:
        """Keep no word of what an author took back: of a post, nor of what edits made of it."""
        for key, guest in list(self._guests.items()):
            posting = guest.posting
            if posting.feed_id == feed_id and _is_about(posting, said):
                left = replace(
                    posting, post=replace(posting.post, stored=strip(posting.post.stored))
                )
                self._put(key, replace(guest, posting=left))

    def _drop_oldest(self) -> list[FeedId]:
        """Let the oldest go; returns feeds of which less is to be shown."""
        gone = []
        while len(self._guests) > KEPT_POSTS_MAX:
            oldest, guest = next(iter(self._guests.items()))
            self._drop(oldest)
            gone.append(guest.posting.feed_id)
        return gone

    async def _show(self, guests: Iterable[Guest]) -> None:
        for guest in guests:
            added = list[int]()
            if await self._indexer.note(lambda g=guest, a=added: a.append(self._add(g))):  # type: ignore[misc]
                self._events.tell(Indexed(guest.author_id, sum(added)))

    def _add(self, guest: Guest) -> int:
        """In the index's thread."""
        posting = guest.posting
        entries = (
            (posting.post,)
            if posting.profile is None
            else (posting.profile.entry, posting.post)
        )
        with self._index.together():
            return sum(self._add_entry(guest, entry) for entry in entries)

    def _add_entry(self, guest: Guest, entry: Proven) -> int:
        return self._index.add_entries(
            guest.posting.feed_id,
            guest.author_id,
            entry.index,
            (entry.stored,),
            (hash_stored(entry.stored),),
            reckoning=self._almanac.reckoning(guest.posting.feed_id),
        )


def _said_in(posting: ProvenPost) -> Iterator[ProvenPost]:
    """A post, and its edit where one came along, each as it is pushed."""
    yield replace(posting, edit=None)
    if posting.edit is not None:
        edit = posting.edit
        yield replace(posting, head=edit.head, post=edit.entry, edit=None, profile=None)


def _is_about(posting: ProvenPost, said: WithdrawBody) -> bool:
    """Whether the words of an entry go with a withdrawal."""
    if posting.post.index == said.index:
        return True
    entry = decode_entry(posting.post.stored)
    if said.is_edited or entry.body is None or entry.kind != EditBody.kind:
        return False
    body = decode_body(entry.kind, entry.body)
    return isinstance(body, EditBody) and body.index == said.index


def _key(feed_id: FeedId, index: int) -> bytes:
    return feed_id + index.to_bytes(_INDEX_BYTES, "big")


def _encode(guest: Guest) -> bytes:
    return guest.encoded()
