"""Withdrawing and editing own posts: what is written for it, and when chunks are packed anew.

    in the tail       the text goes with the entry that withdraws it
    in a chunk        at once, if the chunk was not packed anew within REPACK_MS; else it waits,
                      and goes with others that wait, when a second ``withdraw`` is written

It is hidden at once in any case: by the entry.  A feed is written by its own device alone, so
each device withdraws what was written on it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.withdrawal_sentences import (
    NOT_WITHDRAWN,
    OF_ANOTHER_DEVICE,
    OF_SOMEBODY_ELSE,
    STILL_TO_GO,
    WITHDRAWN_ALREADY,
)
from swarmfeed.core.asks.withdrawing import (
    VERSIONS_MAX,
    Edit,
    HistoryOfPost,
    HowFarRemoved,
    Removal,
    Version,
    Versions,
    Withdraw,
)
from swarmfeed.core.asks.writing import clean_text
from swarmfeed.core.base.types import ChunkSpan, EntryRef, FeedId
from swarmfeed.core.feed.entry import Entry, decode_entry, hash_stored
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, WithdrawBody, decode_body
from swarmfeed.core.feed.limits import REPACK_MS, WAITING_LOOKED_AT
from swarmfeed.core.feed.medium import decode_medium
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
from swarmfeed.errors import DamageError, PassingError, RemoteError, UserError
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground


class Withdrawing:
    """The person at this node, as one who takes words back."""

    def __init__(
        self, ground: Ground, writer: Writer, reading: Reading, seeder: Seeder
    ) -> None:
        self._identity = ground.identity
        self._index = ground.shells.index
        self._shown = Shown(ground)
        self._audience = ground.audience
        self._logs = ground.shells.logs
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._writer = writer
        self._reading = reading
        self._seeder = seeder
        self._writing = asyncio.Lock()
        self._packed_ms: dict[ChunkSpan, int] = {}
        """When chunks were packed anew."""
        self._waiting: set[int] | None = None
        """Withdrawn entries whose bodies are in chunks still; None: not looked for yet."""

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Withdraw, self.withdraw),
            in_loop(Edit, self.edit),
            in_loop(HowFarRemoved, self.how_far_removed),
            in_loop(HistoryOfPost, self.history_of),
        )

    async def withdraw(self, ask: Withdraw) -> Removal:
        async with self._writing:
            post = await asyncio.to_thread(self._own_post, ask.ref)
            edits = await asyncio.to_thread(self._edits, post)
            await self._write([WithdrawBody(each) for each in (post.ref.index, *edits)])
        return await asyncio.to_thread(self._removal, post.ref)

    async def edit(self, ask: Edit) -> PostView:
        text = clean_text(ask.text)
        async with self._writing:
            post = await asyncio.to_thread(self._own_post, ask.ref)
            bodies = await asyncio.to_thread(self._edit_bodies, post, text, ask.remove_old)
            if bodies:
                await self._write(bodies)
        return await asyncio.to_thread(self._reading.find, ask.ref)

    async def how_far_removed(self, ask: HowFarRemoved) -> Removal:
        return await asyncio.to_thread(lambda: self._removal(self._own_ref(ask.ref)))

    async def history_of(self, ask: HistoryOfPost) -> Versions:
        return await asyncio.to_thread(self._versions, ask.ref)

    async def write(self, bodies: Sequence[Body]) -> None:
        """Append entries under one head, with chunks packed anew where it is time."""
        async with self._writing:
            await self._write(bodies)

    async def finish(self) -> str:
        """Pack chunks anew whose bodies wait for it; a round of the scheduler."""
        async with self._writing:
            if self._waiting is None:
                self._waiting = await asyncio.to_thread(self._look_for_waiting)
            due = [index for index in self._waiting if self._is_rested(index)]
            try:
                if due:
                    await self._write([WithdrawBody(n, self._is_edited(n)) for n in due])
            except UserError as error:
                return str(error)  # nothing may be signed now; who withdraws hears why
        return STILL_TO_GO(posts=len(self._waiting or ()))

    # --- finding ---

    def _own_post(self, ref: str) -> PostView:
        """Find a post that may be withdrawn or edited here.  Raises UserError."""
        try:
            post = self._reading.find(ref)
        except UserError:
            if (place := self._reading.place_of(ref.strip())) and place[1] in self._withdrawals(
                place[0]
            ):
                raise UserError(WITHDRAWN_ALREADY()) from None
            raise
        if post.author_id != self._identity.author_id:
            raise UserError(OF_SOMEBODY_ELSE())
        if post.withdrawn:
            raise UserError(WITHDRAWN_ALREADY())
        if post.ref.feed_id != self._identity.feed_id:
            raise UserError(OF_ANOTHER_DEVICE())
        return post

    def _own_ref(self, ref: str) -> EntryRef:
        """Return which own post is named, shown or not.  Raises UserError."""
        place = self._reading.place_of(ref.strip())
        if place is None or place[0] != self._identity.feed_id:
            return self._own_post(ref).ref
        with suppress(DamageError):
            (stored,) = self._logs.read_entries(*place, place[1] + 1)
            return EntryRef(place[0], hash_stored(stored), place[1])
        raise UserError(NOT_WITHDRAWN())

    def _withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        return self._index.withdrawals(feed_id)

    def _edits(self, post: PostView) -> list[int]:
        return self._shown.edits_of(post.ref.feed_id, post.ref.index)

    def _entry(self, feed_id: FeedId, index: int) -> Entry:
        (stored,) = self._logs.read_entries(feed_id, index, index + 1)
        return decode_entry(stored)

    # --- what is written ---

    def _edit_bodies(self, post: PostView, text: str, remove_old: bool) -> list[Body]:
        """Return the entries of an edit, none if the post says that already."""
        index, edits = post.ref.index, self._edits(post)
        own = self._entry(post.ref.feed_id, index).body is not None
        old = ([index] if own else []) + edits
        is_news = post.text != text
        if not is_news and not (remove_old and len(old) > 1):
            return []
        gone = [WithdrawBody(each, is_edited=each == index) for each in old]
        return [self._edit(post, text), *(gone if remove_old else ())]

    def _edit(self, post: PostView, text: str) -> EditBody:
        reply, root, quote = self._places(post)
        media = tuple(decode_medium(each.named) for each in post.media)
        return EditBody(
            post.ref.index, text, post.cw, reply=reply, root=root, quote=quote, media=media
        )

    def _places(self, post: PostView) -> tuple[EntryRef | None, ...]:
        """What a post answers, begins with and quotes: said by itself, or by an edit."""
        for index in (post.ref.index, *reversed(self._edits(post))):
            body = self._body(post.ref.feed_id, index)
            if isinstance(body, PostBody | EditBody):
                return body.reply, body.root, body.quote
        return None, None, None

    def _body(self, feed_id: FeedId, index: int) -> Body | None:
        entry = self._entry(feed_id, index)
        if entry.kind == ProtectedBody.kind:
            return self._audience.opened(lambda posts: posts.said_at(feed_id, index))
        try:
            return None if entry.body is None else decode_body(entry.kind, entry.body)
        except RemoteError:
            return None

    async def _write(self, bodies: Sequence[Body]) -> None:
        if self._waiting is None:
            self._waiting = await asyncio.to_thread(self._look_for_waiting)
        named = {each.index for each in bodies if isinstance(each, WithdrawBody)}
        sealed = {index for index in named if self._span_of(index) is not None}
        going: set[int] = set()
        if all(map(self._is_rested, sealed)):
            spans = {self._span_of(index) for index in sealed}
            going = sealed | {n for n in self._waiting if self._span_of(n) in spans}
        feed_id, held = self._identity.feed_id, self._logs.held(self._identity.feed_id)
        await self._writer.publish_all(bodies, going)
        self._seeder.drop_named(feed_id, held - self._logs.held(feed_id))
        self._waiting = (self._waiting | sealed) - going
        now_ms = self._clock.monotonic_ms()
        spans_now = {self._span_of(index) for index in going}
        self._packed_ms.update({span: now_ms for span in spans_now if span is not None})

    # --- when ---

    def _span_of(self, index: int) -> ChunkSpan | None:
        """The sealed chunk of the own feed that an entry lies in."""
        replica = self._shelf.replica(self._identity.feed_id)
        spans = replica.chunks() if replica else ()
        return next((each for each in spans if each.start <= index < each.end), None)

    def _is_rested(self, index: int) -> bool:
        span = self._span_of(index)
        packed_ms = self._packed_ms.get(span) if span is not None else None
        return packed_ms is None or self._clock.monotonic_ms() - packed_ms >= REPACK_MS

    def _look_for_waiting(self) -> set[int]:
        """Entries withdrawn lately whose bodies are here still: the node was stopped before."""
        feed_id = self._identity.feed_id
        replica = self._shelf.replica(feed_id)
        size = replica.size if replica else 0
        named = self._withdrawals(feed_id)
        late = [target for target, by in named.items() if by >= size - WAITING_LOOKED_AT]
        return set(self._with_bodies(feed_id, late))

    def _with_bodies(self, feed_id: FeedId, indexes: Iterable[int]) -> list[int]:
        found = []
        for index in indexes:
            with suppress(DamageError, PassingError):
                if self._entry(feed_id, index).body is not None:
                    found.append(index)
        return found

    def _is_edited(self, index: int) -> bool:
        """Whether a withdrawn post is shown by its newest edit."""
        return bool(self._shown.edits_of(self._identity.feed_id, index))

    # --- what is told ---

    def _removal(self, ref: EntryRef) -> Removal:
        by = self._withdrawals(ref.feed_id).get(ref.index)
        if by is None:
            raise UserError(NOT_WITHDRAWN())
        sizes = self._index.receipts(ref.feed_id).values()
        waits = self._entry(ref.feed_id, ref.index).body is not None
        return Removal(
            ref=ref,
            removed_at=0 if waits else sum(size > by for size in sizes),
            holders=sum(size > ref.index for size in sizes),
            waits=waits,
        )

    def _versions(self, ref: str) -> Versions:
        post = self._reading.find(ref)
        found = []
        for index in [post.ref.index, *self._edits(post)][-VERSIONS_MAX:]:
            with suppress(DamageError):
                entry = self._entry(post.ref.feed_id, index)
                body = self._body(post.ref.feed_id, index)
                if isinstance(body, PostBody | EditBody):
                    said = Version(time_ms=entry.time_ms, text=body.text, cw=body.cw)
                    found.append(said)
        return Versions(versions=tuple(found))
