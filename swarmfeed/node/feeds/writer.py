"""Writing: posts, replies, follows, imports into the own feed.

Order of an append: on disk and synced, then shown, then told to others, then seeded.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.writing import ImportReport, clean_text
from swarmfeed.core.base.limits import IMPORT_BATCH_ENTRIES, THREAD_DEPTH_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.feed.entry import decode_entry, encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    FollowBody,
    PostBody,
    ProfileBody,
    decode_body,
    encode_body,
)
from swarmfeed.errors import RemoteError, UserError
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import Index


class Writer:
    """The person at this node, as a writer."""

    def __init__(self, ground: Ground, grower: Grower, hearing: Hearing) -> None:
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._index = ground.shells.index
        self._clock = ground.shells.clock
        self._grower = grower
        self._hearing = hearing
        self._importing = asyncio.Lock()

    async def publish(self, body: Body) -> EntryRef:
        """Append one entry; returns what it is once it survives a power cut."""
        await self._hearing.hear_out()
        now_ms = self._clock.now_ms()
        stored = encode_entry(body.kind, now_ms, encode_body(body))
        before, after = self._pen.write([stored])
        await self._grower.grew(before, after)
        return EntryRef(after.feed_id, hash_stored(stored), after.size - 1)

    async def publish_post(self, text: str, reply_to: EntryRef | None) -> EntryRef:
        cleaned = clean_text(text)
        root = self._root_of(reply_to) if reply_to else None
        return await self.publish(PostBody(cleaned, reply=reply_to, root=root))

    async def publish_profile(self, name: str, bio: str = "") -> EntryRef:
        return await self.publish(ProfileBody(name=name, bio=bio))

    async def set_follow(self, author_id: AuthorId, *, on: bool) -> None:
        """Follow or unfollow: one entry, and none when nothing changes."""
        if author_id == self._identity.author_id:
            raise UserError("that is yourself: your own posts are in the timeline already")
        is_on = author_id in self._index.follows_of(self._identity.author_id)
        if is_on != on:
            await self.publish(FollowBody(author_id=author_id, on=on))

    async def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        """Append posts of another place with their own times, those that are not there yet.

        Two equal posts (time and text) count as two: what is left out is what is there as
        often already, so an import that is run again changes nothing.
        """
        async with self._importing:
            # In a thread, and one import at a time: it reads the whole own feed.
            there = await asyncio.to_thread(lambda: Counter(self._own_posts()))
            stored, skipped, already = _choose(posts, there)
            await self._append_all(stored)
        return ImportReport(
            read=len(posts), imported=len(stored), already_there=already, skipped=tuple(skipped)
        )

    async def _append_all(self, stored: Sequence[bytes]) -> None:
        if stored:
            await self._hearing.hear_out()
        for at in range(0, len(stored), IMPORT_BATCH_ENTRIES):
            before, after = self._pen.write(stored[at : at + IMPORT_BATCH_ENTRIES])
            await self._grower.grew(before, after)

    def _own_posts(self) -> list[tuple[int, str]]:
        """Time and text of every post of the own feed, from the log itself."""
        replica = self._shelf.replica(self._identity.feed_id)
        if replica is None:
            return []
        found = []
        for stored in self._logs.read_entries(replica.feed_id, 0, replica.size):
            entry = decode_entry(stored)
            if entry.kind != PostBody.kind or entry.body is None:
                continue
            try:
                body = decode_body(entry.kind, entry.body)
            except RemoteError:
                continue
            if isinstance(body, PostBody):
                found.append((entry.time_ms, body.text))
        return found

    def _root_of(self, parent: EntryRef) -> EntryRef:
        """First post of the thread that a reply to ``parent`` belongs to."""
        top = find_post(self._index, parent)
        for _ in range(THREAD_DEPTH_MAX):
            if top is None or top.reply_to is None:
                break
            above = find_post(self._index, top.reply_to)
            if above is None:
                return top.reply_to
            top = above
        return top.ref if top is not None else parent


def find_post(index: Index, ref: EntryRef) -> PostView | None:
    """Return the post that a reference names, if its place and its hash belong together."""
    found = index.post(ref.feed_id, ref.index)
    return found if found is not None and found.ref == ref else None


def _choose(
    posts: Sequence[tuple[int, str]], there: Counter[tuple[int, str]]
) -> tuple[list[bytes], list[str], int]:
    """Split posts into new ones to store, lines on those skipped, and how many are there."""
    stored: list[bytes] = []
    skipped: list[str] = []
    already = 0
    for number, (time_ms, text) in enumerate(posts, start=1):
        try:
            cleaned = clean_text(text)
            if not 0 <= time_ms <= TIME_MS_MAX:
                raise UserError(f"{time_ms} is no time in milliseconds since 1970")
        except UserError as error:
            skipped.append(f"post {number}: {error}")
            continue
        if there[time_ms, cleaned] > 0:
            there[time_ms, cleaned] -= 1
            already += 1
            continue
        stored.append(encode_entry(PostBody.kind, time_ms, encode_body(PostBody(cleaned))))
    return stored, skipped, already
