"""Who wrote to the person, liked, boosted, followed or asked, and which of it they have read.

The index knows the first; the second is private state: it is sealed on disk, and own devices
tell each other.
"""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from swarmfeed.core.asks.notification_sentences import NO_SUCH_NOTICES, no_such_type
from swarmfeed.core.asks.notifications import (
    TYPES,
    Approach,
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    UnreadCount,
)
from swarmfeed.core.asks.read_marks import (
    ReadMark,
    mark_of_post,
    mark_of_regard,
    parse_name,
    read_up_to,
)
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.noticed import Concern, Concerns, Noticed
from swarmfeed.node.ground.approaches import KnownApproach
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import (
    ApproachesChanged,
    Indexed,
    PrivateChanged,
    ProtectedOpened,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK, FILTER, MUTE, READ, THREAD


class Notifying:
    """Lists notifications and remembers which were read; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._private = ground.private
        self._noticed = Noticed(ground)
        self._approaches = ground.approaches
        self._changes = ground.changes
        self._beside = ground.beside
        self._leisure = ground.leisure
        self._own_id = ground.identity.author_id
        self._told = -1
        """How many were unread when pages last heard of it."""
        self._is_looking = False

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(Notifications, self.list_all),
            in_loop(CountUnread, self.count),
            in_loop(MarkRead, self.mark_read),
        )

    def on_private(self, event: PrivateChanged) -> None:
        """What counts as unread changed: pages hear of it, as far as they did not do it."""
        scopes = {row.scope for row in event.rows}
        if scopes & {MUTE, THREAD, BLOCK, FILTER} or (
            READ in scopes and event.source is not None
        ):
            self._beside.spawn(self._tell())

    def on_indexed(self, event: Indexed) -> None:
        """Of posts pages hear anyhow; somebody may have liked, boosted or followed."""
        if not (event.added or event.author_id == self._own_id):
            self._look_again()

    def on_opened(self, _: ProtectedOpened) -> None:
        """What was opened may answer the person; the notice is in memory alone, as it is."""
        self._look_again()

    def on_approached(self, _: ApproachesChanged) -> None:
        """Somebody wrote for the first time, asked, or has their answer."""
        self._look_again()

    async def list_all(self, ask: Notifications) -> NotificationList:
        """Raises UserError: there is no such type."""
        if ask.type and ask.type not in TYPES:
            raise UserError(no_such_type())
        unread = await self._unread()
        came = await self._approaches.all()
        page = await asyncio.to_thread(self._find, ask, unread, came)
        found = await asyncio.to_thread(self._noticed.screened, page)
        # A page goes on where it ended, whatever of it is not shown.
        cursors = page.cursors()
        keys = {each.mark.key for each in unread}
        return NotificationList(
            notifications=tuple(
                replace(each, unread=_key_of(each) in keys) for each in found.written
            ),
            regards=tuple(replace(each, unread=_key_of(each) in keys) for each in found.done),
            approaches=tuple(
                [
                    replace(each, unread=_key_of(each) in keys)
                    for each in await self._views(found.approaches)
                ]
            ),
            next=cursors[-1] if 0 < ask.limit <= len(cursors) else None,
            unread_count=len(unread),
        )

    async def count(self, _: CountUnread) -> UnreadCount:
        return UnreadCount(count=len(await self._unread()))

    async def mark_read(self, ask: MarkRead) -> UnreadCount:
        """Remember what was read, and forget what is too old to count as unread.

        Raises:
            PassingError: Not now; all is as it was.
            UserError: One of those named is none, or there is no room for so much.
        """
        # Twice as many: what is withdrawn brings older ones back among those that count.
        newest = await self._newest(2 * NOTIFICATIONS_COUNTED)
        known = {each.mark.key: each.mark for each in newest}
        read = self._private.all(READ)
        if too_old := read.keys() - known.keys():
            self._private.forget(READ, too_old)
        wanted = _named(ask.refs) if ask.refs else known.values()
        # What came after the person looked is not read, whatever a name says of the time.
        seen = [_earlier(each, known[each.key]) for each in wanted if each.key in known]
        if new := {each.key: each.value for each in seen if not _is_read(each, read)}:
            self._private.set(READ, new)
        return UnreadCount(count=await self._tell())

    # --- inside ---

    def _find(
        self, ask: Notifications, unread: list[Concern], came: list[KnownApproach]
    ) -> Concerns:
        if not ask.unread:
            return self._noticed.page(ask, came)
        behind = (each for each in unread if ask.before is None or each.cursor < ask.before)
        chosen = [each for each in behind if each.is_of(ask.type)][: ask.limit]
        return self._noticed.of(chosen, ask)

    async def _views(self, known: list[KnownApproach]) -> list[Approach]:
        words = [await self._approaches.first_words(each) for each in known]
        both = [*zip(known, words, strict=True)]
        return await asyncio.to_thread(lambda: [self._noticed.approach(*each) for each in both])

    def _look_again(self) -> None:
        """Count when all that came is indexed, once for all of it."""
        if not self._is_looking:
            self._is_looking = True
            self._leisure.put(self._tell_of_more)

    async def _tell_of_more(self) -> None:
        self._is_looking = False  # what comes while it counts is counted anew
        if len(await self._unread()) != self._told:
            await self._tell()

    async def _tell(self) -> int:
        """Tell pages how many are unread; returns that."""
        left = self._told = len(await self._unread())
        self._changes.tell("notifications", unread=left)
        return left

    async def _unread(self) -> list[Concern]:
        newest = await self._newest(NOTIFICATIONS_COUNTED)
        read = self._private.all(READ)
        unread = [each for each in newest if not _is_read(each.mark, read)]
        return await asyncio.to_thread(self._noticed.told_of, unread)

    async def _newest(self, count: int) -> list[Concern]:
        came = await self._approaches.all()
        return await asyncio.to_thread(self._noticed.newest, count, came)


def _is_read(mark: ReadMark, read: Mapping[bytes, bytes]) -> bool:
    value = read.get(mark.key)
    if not value:
        return False
    return read_up_to(value) >= mark.up_to_ms if mark.up_to_ms else True


def _earlier(asked: ReadMark, known: ReadMark) -> ReadMark:
    return ReadMark(known.key, min(asked.up_to_ms, known.up_to_ms))


def _key_of(each: Notification | Regard | Approach) -> bytes:
    if isinstance(each, Notification):
        return mark_of_post(each.post.ref.feed_id, each.post.ref.index).key
    if isinstance(each, Regard) and each.post is not None:
        ref = each.post.ref
        return mark_of_regard(each.type, ref.feed_id, ref.index, each.time_ms).key
    mark = parse_name(each.mark if isinstance(each, Approach) else each.name)
    assert mark is not None, "it was named here"
    return mark.key


def _named(refs: str) -> list[ReadMark]:
    """Read which are meant.  Raises UserError."""
    marks = [parse_name(each.strip()) for each in refs.split(",")]
    known = [each for each in marks if each is not None]
    if len(marks) > NOTIFICATIONS_COUNTED or len(known) < len(marks):
        raise UserError(NO_SUCH_NOTICES(most=NOTIFICATIONS_COUNTED))
    return known
