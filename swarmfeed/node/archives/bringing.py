"""An archive is looked at, and comes in: the files in a thread, the posts by the importer."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack
from functools import partial

import structlog
from msgspec.structs import replace

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.found import FoundMedium, FoundPost
from swarmfeed.core.archives.limits import BATCH_MEDIA, BATCH_POSTS
from swarmfeed.core.archives.survey import Survey
from swarmfeed.core.asks.archives import (
    BRINGING,
    DONE,
    FAILED,
    LOOKED,
    LOOKING,
    NOTHING,
    ArchiveView,
    BringArchiveIn,
    HowIsArchive,
    LeaveArchive,
    LookAtArchive,
)
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.texts import said_by
from swarmfeed.core.feed.limits import IMPORT_AHEAD_MS
from swarmfeed.core.feed.medium import Medium
from swarmfeed.errors import DamageError, PassingError, RetryError, UserError
from swarmfeed.node.archives.places import whole_path
from swarmfeed.node.archives.reading import read_archive
from swarmfeed.node.feeds.importer import Importer, clean
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports.archives import Archive

logger = structlog.get_logger()


class Bringing:
    """One archive at a time."""

    def __init__(self, ground: Ground, importer: Importer) -> None:
        self._archives = ground.shells.archives
        self._files = ground.shells.media
        self._media = ground.media
        self._clock = ground.shells.clock
        self._tasks = ground.beside
        self._importer = importer
        self._view = ArchiveView(state=NOTHING)
        self._path = ""
        self._looked: Survey | None = None
        self._working: asyncio.Task[None] | None = None
        self._turn = 0
        """Grows with each archive that is begun or left: a thread that still reads an earlier
        one finds out, and stops."""

    def how(self, _: HowIsArchive) -> ArchiveView:
        return self._view

    def look(self, ask: LookAtArchive) -> ArchiveView:
        """Begin to look.  UserError: one is at work, or there is no such upload or path."""
        self._require_rest()
        upload = ask.upload
        self._path = str(self._files.upload(upload)) if upload else whole_path(ask.path)
        self._looked = None
        self._view = ArchiveView(state=LOOKING)
        self._begin()
        return self._view

    def bring(self, ask: BringArchiveIn) -> ArchiveView:
        """Begin to bring in what was looked at.  UserError: nothing was."""
        self._require_rest()
        if self._looked is None:
            raise UserError(sentences.LOOK_FIRST())
        self._view = replace(self._view, state=BRINGING, sentence="")
        self._begin(self._looked, anyway=ask.anyway)
        return self._view

    async def leave(self, _: LeaveArchive) -> ArchiveView:
        """Stop; what is signed stays."""
        self._turn += 1
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        self._looked = None
        self._view = ArchiveView(state=NOTHING)
        return self._view

    # --- inside ---

    def _require_rest(self) -> None:
        if self._view.is_at_work:
            raise UserError(sentences.AT_WORK())

    def _begin(self, looked: Survey | None = None, *, anyway: bool = False) -> None:
        self._turn += 1
        work = self._look() if looked is None else self._bring(looked, anyway=anyway)
        self._working = self._tasks.spawn(self._told(work))

    async def _told(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (UserError, RetryError, PassingError, DamageError) as error:
            self._view = replace(self._view, state=FAILED, sentence=said_by(error))
        except Exception:
            # A bug of a reader: whoever waits is told, and the next archive can be tried.
            logger.exception("archive failed", archive=self._view.name)
            told = sentences.ODD_ARCHIVE(name=self._view.name or self._path)
            self._view = replace(self._view, state=FAILED, sentence=told)

    async def _look(self) -> None:
        looked = await asyncio.to_thread(self._read, self._turn)
        there = 0
        for at in range(0, len(looked.posts), BATCH_POSTS):
            there += await self._importer.count_there(looked.posts[at : at + BATCH_POSTS])
        self._looked = looked
        posts = looked.posts
        self._view = replace(
            self._view,
            state=LOOKED,
            posts=len(posts),
            already_there=there,
            replies=looked.replies,
            media=looked.media,
            media_missing=looked.media_missing,
            first_ms=posts[0].time_ms if posts else 0,
            last_ms=posts[-1].time_ms if posts else 0,
            left_out=looked.left_out,
            samples=looked.samples(),
        )

    async def _bring(self, looked: Survey, *, anyway: bool) -> None:
        if not anyway:
            await self._importer.require_all_devices()
        with ExitStack() as stack:
            opening = self._archives.open(self._path)
            archive = await asyncio.to_thread(stack.enter_context, opening)
            await self._bring_from(archive, looked)
        self._looked = None
        self._view = replace(self._view, state=DONE)

    async def _bring_from(self, archive: Archive, looked: Survey) -> None:
        imported = already = 0
        for batch in _batches(looked.posts):
            report = await self._importer.bring_in(batch, partial(self._carry, archive))
            imported, already = imported + report.imported, already + report.already_there
            self._view = replace(self._view, imported=imported, already_there=already)

    async def _carry(self, archive: Archive, post: FoundPost) -> tuple[Medium, ...]:
        """Make media of a post's files; one that is none is left out, and counted."""
        made: list[Medium] = []
        for each in post.media:
            upload = await asyncio.to_thread(self._files.begin_upload)
            try:
                await asyncio.to_thread(self._hand_over, archive, each, upload)
                made += await self._media.attach([Attached(upload=upload, alt=each.alt)])
            except UserError:
                missing = self._view.media_missing + 1
                self._view = replace(self._view, media_missing=missing)
            finally:
                await asyncio.to_thread(partial(self._files.drop_upload, upload))
        return tuple(made)

    # --- inside: in a thread ---

    def _read(self, turn: int) -> Survey:
        latest_ms = min(self._clock.now_ms() + IMPORT_AHEAD_MS, TIME_MS_MAX)
        with self._archives.open(self._path) as archive:
            tell = partial(self._tell, turn, archive.name)
            tell("", 0)
            return read_archive(archive, partial(clean, latest_ms=latest_ms), tell)

    def _tell(self, turn: int, name: str, what: str, records: int) -> None:
        """Say how far it is.  UserError: nobody waits for it any more."""
        if turn != self._turn:
            raise UserError(sentences.LOOK_FIRST())
        self._view = replace(self._view, name=name, what=what, records=records)

    def _hand_over(self, archive: Archive, medium: FoundMedium, upload: str) -> None:
        for part in archive.chunks(medium.members[0]):
            self._files.add_part(upload, part)


def _batches(posts: Sequence[FoundPost]) -> Iterator[list[FoundPost]]:
    """Split posts so that few are lost when the power goes; say how often equal ones came."""
    batch: list[FoundPost] = []
    media = 0
    earlier: Counter[tuple[int, str]] = Counter()
    before: Counter[tuple[int, str]] = Counter()
    for post in posts:
        if len(batch) == BATCH_POSTS or media + len(post.media) > BATCH_MEDIA:
            yield batch
            batch, media, before = [], 0, earlier.copy()
        if not post.src:
            key = post.time_ms, post.text
            post = replace(post, earlier=before[key])
            earlier[key] += 1
        batch.append(post)
        media += len(post.media)
    if batch:
        yield batch
