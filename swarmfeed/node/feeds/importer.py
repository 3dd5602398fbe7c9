"""Posts of another place become posts here: with their times, and none twice.

What the author wrote on any device is compared, so it has to be here: on a device that was
restored, or is one of several, an import waits until it is, or is told to go on without.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.asks.writing import ImportPosts, ImportReport, OldPost, clean_text
from swarmfeed.core.base.limits import IMPORT_BATCH_ENTRIES, TIME_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.limits import IMPORT_AHEAD_MS, SALT_BYTES
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.feeds.written import Known, OwnPosts
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground


class Importer:
    """Appends what is not there yet."""

    def __init__(self, ground: Ground, grower: Grower, hearing: Hearing) -> None:
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._inventory = ground.inventory
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._grower = grower
        self._hearing = hearing
        self._importing = asyncio.Lock()
        self._written = OwnPosts(ground.shells.logs)

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(ImportPosts, self.answer),)

    async def answer(self, ask: ImportPosts) -> ImportReport:
        if not ask.anyway:
            await self.require_all_devices()
        return await self.import_posts(ask.posts)

    async def import_posts(self, posts: Sequence[OldPost]) -> ImportReport:
        """Append posts of another place with their own times, those that are not there yet.

        Two equal posts (time and text) count as two: what is left out is what is there as
        often already, in any feed of the author, so an import that is run again changes
        nothing.
        """
        async with self._importing:
            ranges = [
                (feed_id, start, end)
                for feed_id in self._shelf.feeds_of(self._identity.author_id)
                for start, end in self._shelf.held_ranges(feed_id)
            ]
            # One import at a time: it goes by all that the author wrote.
            there = await self._written.find(ranges)
            latest_ms = min(self._clock.now_ms() + IMPORT_AHEAD_MS, TIME_MS_MAX)
            new, skipped, already = _choose(posts, there, latest_ms)
            await self._append_all(new)
        return ImportReport(
            read=len(posts),
            imported=len(new),
            already_there=already,
            skipped=tuple(skipped),
        )

    async def require_all_devices(self) -> None:
        """Check that what the author wrote on other devices is here.

        Raises:
            UserError: Something is known to be missing, or nothing is known of the device that
                the author began on.
        """
        await self._hearing.hear_out()
        certified = self._shelf.certified(self._identity.author_id)
        if not certified.knows_first:
            raise UserError(said.OTHERS_UNKNOWN())
        others = [
            each.feed_id for each in certified.feeds if each.feed_id != self._identity.feed_id
        ]
        missing = [lack for lack in map(self._missing, others) if lack != 0]
        if None in missing:
            raise UserError(said.OTHERS_UNKNOWN())
        if missing:
            entries = sum(each or 0 for each in missing)
            raise UserError(said.OTHERS_MISSING(entries=entries, devices=len(missing)))

    # --- inside ---

    def _missing(self, feed_id: FeedId) -> int | None:
        """Entries of an own feed that are not here; None: nobody knows how many."""
        replica = self._shelf.replica(feed_id)
        if replica is None:
            return None
        told = [
            session.holds[feed_id].size
            for session in self._sessions.all()
            if feed_id in session.holds
        ]
        known = max([replica.size, self._inventory.size_of(feed_id), *told])
        return known - self._shelf.entries_held(feed_id)

    async def _append_all(self, posts: Sequence[tuple[int, str]]) -> None:
        if posts:
            await self._hearing.hear_out()
        for at in range(0, len(posts), IMPORT_BATCH_ENTRIES):
            batch = posts[at : at + IMPORT_BATCH_ENTRIES]
            before, after = self._pen.write([self._store(*post) for post in batch])
            self._written.note(after.feed_id, after.size - len(batch), batch)
            await self._grower.grew(before, after)

    def _store(self, time_ms: int, text: str) -> bytes:
        body = encode_body(PostBody(text), self._dice(SALT_BYTES))
        return encode_entry(PostBody.kind, time_ms, body)


def _choose(
    posts: Sequence[OldPost], there: Known, latest_ms: int
) -> tuple[list[tuple[int, str]], list[str], int]:
    """Split posts into new ones, lines on those skipped, and how many are there."""
    new: list[tuple[int, str]] = []
    skipped: list[str] = []
    found: Known = Counter()
    for number, post in enumerate(posts, start=1):
        try:
            cleaned = clean_text(post.text)
            _check_time(post.time_ms, latest_ms)
        except UserError as error:
            skipped.append(f"post {number}: {error}")
            continue
        key = post.time_ms, cleaned
        # Copies that earlier batches brought, or found, are not there for this one.
        if there[key] - post.earlier > found[key]:
            found[key] += 1
            continue
        new.append(key)
    return new, skipped, found.total()


def _check_time(time_ms: int, latest_ms: int) -> None:
    if not 0 <= time_ms <= TIME_MS_MAX:
        raise UserError(f"{time_ms} is no time in milliseconds since 1970")
    if time_ms > latest_ms:
        raise UserError(said.TIME_TOO_LATE(what=time_ms))
