"""Posts of another place become posts here: with their times, and none twice.

What the author wrote on any device is compared, so it has to be here: on a device that was
restored, or is one of several, an import waits until it is, or is told to go on without.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.found import FoundPost
from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.asks.posts import first_words
from swarmfeed.core.asks.writing import (
    ImportPosts,
    ImportReport,
    OldPost,
    clean_language,
    clean_text,
    clean_warning,
)
from swarmfeed.core.base.limits import (
    FEED_ENTRIES_MAX,
    IMPORT_BATCH_ENTRIES,
    SOURCE_CHARS_MAX,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.exports.writing import parse_uri
from swarmfeed.core.feed.entry import decode_hashed, encode_entry, hash_stored
from swarmfeed.core.feed.kinds import PostBody, decode_body, encode_body
from swarmfeed.core.feed.limits import IMPORT_AHEAD_MS, SALT_BYTES
from swarmfeed.core.feed.medium import Medium
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.feeds.written import OwnPosts, Place
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground

Carry = Callable[[FoundPost], Awaitable[tuple[Medium, ...]]]
"""Makes media of the files of a post that is new."""


async def _nothing(_: FoundPost) -> tuple[Medium, ...]:
    return ()


class Importer:
    """Appends what is not there yet."""

    def __init__(self, ground: Ground, grower: Grower, hearing: Hearing) -> None:
        self._identity = ground.identity
        self._pen = ground.pen
        self._shelf = ground.shelf
        self._media = ground.media
        self._inventory = ground.inventory
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._logs = ground.shells.logs
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
        """Bring in posts of which nothing is known but time and text."""
        latest_ms = min(self._clock.now_ms() + IMPORT_AHEAD_MS, TIME_MS_MAX)
        cleaned: list[FoundPost] = []
        skipped: list[str] = []
        for number, post in enumerate(posts, start=1):
            found = FoundPost(post.time_ms, post.text, earlier=post.earlier)
            try:
                cleaned.append(clean(found, latest_ms))
            except UserError as error:
                skipped.append(f"post {number}: {error}")
        report = await self.bring_in(cleaned)
        return replace(report, read=len(posts), skipped=(*skipped, *report.skipped))

    async def bring_in(
        self, posts: Sequence[FoundPost], carry: Carry = _nothing
    ) -> ImportReport:
        """Append posts of another place with their own times, those that are not there yet.

        A post is there if one has its ``src``.  Else two equal posts (time and text) count as
        two: what is left out is what is there as often already, in any feed of the author.  So
        an import that is run again changes nothing.

        Args:
            posts: As ``clean`` returns them.
        """
        skipped: list[str] = []
        async with self._importing:
            new, already = await self._choose(posts)
            for at in range(0, len(new), IMPORT_BATCH_ENTRIES):
                skipped += await self._append(new[at : at + IMPORT_BATCH_ENTRIES], carry)
        return ImportReport(
            read=len(posts),
            imported=len(posts) - already - len(skipped),
            already_there=already,
            skipped=tuple(skipped),
        )

    async def count_there(self, posts: Sequence[FoundPost]) -> int:
        """How many of some posts, as ``clean`` returns them, are there already."""
        async with self._importing:
            return (await self._choose(posts))[1]

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

    async def _choose(self, posts: Sequence[FoundPost]) -> tuple[list[FoundPost], int]:
        """Return those that are new, and how many are there."""
        ranges = [
            (feed_id, start, end)
            for feed_id in self._shelf.feeds_of(self._identity.author_id)
            for start, end in self._shelf.held_ranges(feed_id)
        ]
        # One import at a time: it goes by all that the author wrote.
        there = await self._written.find(ranges)
        new: list[FoundPost] = []
        found: Counter[tuple[int, str]] = Counter()
        already = 0
        for post in posts:
            key = post.time_ms, post.text
            if post.src and self._place(post.src):
                already += 1
            # Copies that earlier batches brought, or found, are not there for this one.
            elif there[key] - post.earlier > found[key]:
                found[key] += 1
                already += 1
            else:
                new.append(post)
        return new, already

    async def _append(self, posts: Sequence[FoundPost], carry: Carry) -> list[str]:
        """Append posts under one head; returns lines on those that do not fit."""
        await self._hearing.hear_out()
        batch: list[tuple[FoundPost, PostBody]] = []
        skipped = []
        for post in posts:
            media = await carry(post) if post.media else ()
            try:
                batch.append((post, _body_of(post, media)))
            except UserError as error:
                skipped.append(f"{first_words(post.text, '')}: {error}")
        if batch:
            await self._write(batch)
        return skipped

    async def _write(self, batch: Sequence[tuple[FoundPost, PostBody]]) -> None:
        # From here to the append nobody comes in between: places and hashes are told.
        replica = self._shelf.replica(self._identity.feed_id)
        start = replica.size if replica else 0
        stored = self._store_all(batch, start)
        before, after = self._pen.write(stored)
        keys = [(post.time_ms, post.text) for post, _ in batch]
        self._written.note(after.feed_id, start, keys, [post.src for post, _ in batch])
        for index, (entry, (_, body)) in enumerate(zip(stored, batch, strict=True), start):
            if body.media:
                ref = EntryRef(after.feed_id, hash_stored(entry), index)
                await self._media.published(ref, body.media)
        await self._grower.grew(before, after)

    def _store_all(
        self, batch: Sequence[tuple[FoundPost, PostBody]], start: int
    ) -> list[bytes]:
        """Return entries as they stand from ``start`` on; replies name what they answer."""
        new: dict[str, tuple[EntryRef, EntryRef | None]] = {}
        stored = []
        for index, (post, body) in enumerate(batch, start):
            answered = (
                (new.get(post.answers) or self._find(post.answers)) if post.answers else None
            )
            if answered is not None:
                body = replace(body, reply=answered[0], root=answered[1] or answered[0])
            salted = encode_body(body, self._dice(SALT_BYTES))
            entry = encode_entry(PostBody.kind, post.time_ms, salted)
            stored.append(entry)
            if post.src:
                ref = EntryRef(self._identity.feed_id, hash_stored(entry), index)
                new[post.src] = ref, body.root
        return stored

    def _place(self, src: str) -> Place | None:
        """Where the post is that is called so: one that was brought in, or an own one."""
        own = parse_uri(src)
        if own is None or own[0] != self._identity.author_id:
            return self._written.place_of(src)
        _, feed_id, index = own
        held = self._shelf.held_ranges(feed_id) if self._shelf.replica(feed_id) else ()
        is_here = any(start <= index < end for start, end in held)
        return (feed_id, index) if is_here else self._written.place_of(src)

    def _find(self, src: str) -> tuple[EntryRef, EntryRef | None] | None:
        """The post that was brought in from there before, and what its thread began with."""
        place = self._place(src)
        if place is None:
            return None
        feed_id, index = place
        stored = self._logs.read_entries(feed_id, index, index + 1)[0]
        entry, entry_hash = decode_hashed(stored)
        body = decode_body(entry.kind, entry.body) if entry.body is not None else None
        root = body.root if isinstance(body, PostBody) else None
        return EntryRef(feed_id, entry_hash, index), root


def clean(post: FoundPost, latest_ms: int) -> FoundPost:
    """Return a post of another place as it is published.

    Raises:
        UserError: It cannot be.
    """
    text = clean_text(post.text)
    _check_time(post.time_ms, latest_ms)
    if not (post.src or post.cw or post.lang or post.answers):
        return replace(post, text=text)
    cleaned = replace(
        post,
        text=text,
        cw=clean_warning(post.cw),
        lang=_language(post.lang),
        src=post.src if len(post.src) <= SOURCE_CHARS_MAX else "",
    )
    _body_of(cleaned, ())
    return cleaned


def _language(lang: str) -> str:
    """A language that is one: for the sake of another name no post stays behind."""
    with suppress(UserError):
        return clean_language(lang)
    return ""


def _body_of(post: FoundPost, media: tuple[Medium, ...]) -> PostBody:
    """What a post says, but for what it answers.  UserError: it does not fit an entry."""
    body = PostBody(post.text, post.lang, cw=post.cw, src=post.src, media=media)
    if media or len(post.text) + len(post.src) + len(post.cw) > _SURELY_FITS_CHARS:
        answered = _SOME_PLACE if post.answers else None
        encode_body(replace(body, reply=answered, root=answered), bytes(SALT_BYTES))
    return body


_SURELY_FITS_CHARS: Final = 1_500
"""Characters that take no more than an entry has room for, with all keys beside them."""

_SOME_PLACE: Final = EntryRef(FeedId(bytes(32)), Hash(bytes(32)), FEED_ENTRIES_MAX - 1)
"""As long as any."""


def _check_time(time_ms: int, latest_ms: int) -> None:
    if not 0 <= time_ms <= TIME_MS_MAX:
        raise UserError(f"{time_ms} is no time in milliseconds since 1970")
    if time_ms > latest_ms:
        raise UserError(sentences.TIME_AHEAD())
