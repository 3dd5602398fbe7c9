"""Who answered the person or mentioned them, and which of it they have read.

The index knows the first; the second is private state: it is sealed on disk, and own devices
tell each other.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from swarmfeed.core.asks.notification_sentences import NO_SUCH_NOTICES
from swarmfeed.core.asks.notifications import (
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    UnreadCount,
)
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.reading import place_in
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import PrivateChanged
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import MUTE, ON, READ
from swarmfeed.ports import KnownNotification

_INDEX_BYTES: Final = 8


class Notifying:
    """Lists notifications and remembers which were read; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._private = ground.private
        self._changes = ground.changes
        self._beside = ground.beside

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(Notifications, self.list_all),
            in_loop(CountUnread, self.count),
            in_loop(MarkRead, self.mark_read),
        )

    def on_private(self, event: PrivateChanged) -> None:
        """What counts as unread changed: pages hear of it, as far as they did not do it."""
        scopes = {row.scope for row in event.rows}
        if MUTE in scopes or (READ in scopes and event.source is not None):
            self._beside.spawn(self._tell())

    async def list_all(self, ask: Notifications) -> NotificationList:
        unread = await self._unread()
        found = await asyncio.to_thread(self._find, ask, unread)
        keys = {_key(each.feed_id, each.index) for each in unread}
        return NotificationList(
            notifications=tuple(
                replace(each, unread=_key(each.post.ref.feed_id, each.post.ref.index) in keys)
                for each in found
            ),
            next=found[-1].post.cursor if 0 < ask.limit <= len(found) else None,
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
        known = {_key(each.feed_id, each.index) for each in newest}
        read = self._private.all(READ).keys()
        if too_old := read - known:
            self._private.forget(READ, too_old)
        wanted = known & _named(ask.refs) if ask.refs else known
        seen = wanted - read
        if seen:
            self._private.set(READ, dict.fromkeys(seen, ON))
        return UnreadCount(count=await self._tell())

    # --- inside ---

    def _find(
        self, ask: Notifications, unread: Sequence[KnownNotification]
    ) -> list[Notification]:
        if not ask.unread:
            return self._index.notifications(ask.limit, ask.before, self._muted())
        before = ask.before
        chosen = [each for each in unread if before is None or each.cursor < before]
        return [
            Notification(post=post, is_answer=each.is_answer, is_mention=each.is_mention)
            for each in chosen[: ask.limit]
            if (post := self._index.post(each.feed_id, each.index)) is not None
        ]

    async def _tell(self) -> int:
        """Tell pages how many are unread; returns that."""
        left = len(await self._unread())
        self._changes.tell("notifications", unread=left)
        return left

    async def _unread(self) -> list[KnownNotification]:
        newest = await self._newest(NOTIFICATIONS_COUNTED)
        read = self._private.all(READ)
        return [each for each in newest if _key(each.feed_id, each.index) not in read]

    async def _newest(self, count: int) -> list[KnownNotification]:
        find = self._index.known_notifications
        return await asyncio.to_thread(find, count, None, self._muted())

    def _muted(self) -> list[AuthorId]:
        return [AuthorId(each) for each in self._private.names(MUTE)]


def _named(refs: str) -> set[bytes]:
    """Read which are meant.  Raises UserError."""
    places = [place_in(each.strip()) for each in refs.split(",")]
    if len(places) > NOTIFICATIONS_COUNTED or None in places:
        raise UserError(NO_SUCH_NOTICES(most=NOTIFICATIONS_COUNTED))
    return {_key(*each) for each in places if each is not None}


def _key(feed_id: FeedId, index: int) -> bytes:
    return feed_id + index.to_bytes(_INDEX_BYTES, "big")
