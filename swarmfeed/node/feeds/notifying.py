"""Who answered the person or mentioned them, and which of it they have read.

The index knows the first; the second is written down in the ledger, of this machine alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    UnreadCount,
)
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.ports import KnownNotification

PAGE: Final = "notifications"
"""Of the ledger: feed id and index of each notification that was read -> nothing."""

_INDEX_BYTES: Final = 8


class Notifying:
    """Lists notifications and remembers which were read; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._memory = ground.memory
        self._changes = ground.changes
        self._read: frozenset[bytes] = frozenset()

    def rows(self) -> tuple[Rows, ...]:
        # What is read is written at once.
        return (Rows(page=PAGE, load=self.load, take_changes=dict),)

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(Notifications, self.list_all),
            in_loop(CountUnread, self.count),
            in_loop(MarkRead, self.mark_read),
        )

    def load(self, page: Mapping[bytes, bytes]) -> None:
        self._read = frozenset(page)

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
        """
        # Twice as many: what is withdrawn brings older ones back among those that count.
        newest = await self._newest(2 * NOTIFICATIONS_COUNTED)
        known = {_key(each.feed_id, each.index): each.cursor for each in newest}
        read = {each for each, at in known.items() if each in self._read or _is_seen(at, ask)}
        changes: dict[bytes, bytes | None] = dict.fromkeys(self._read - read)
        changes |= dict.fromkeys(read - self._read, b"")
        if changes:
            self._memory.write(PAGE, changes)
            self._read = frozenset(read)
        left = await self._unread()
        self._changes.tell("notifications", unread=len(left))
        return UnreadCount(count=len(left))

    # --- inside ---

    def _find(
        self, ask: Notifications, unread: Sequence[KnownNotification]
    ) -> list[Notification]:
        if not ask.unread:
            return self._index.notifications(ask.limit, ask.before)
        before = ask.before
        chosen = [each for each in unread if before is None or each.cursor < before]
        return [
            Notification(post=post, is_answer=each.is_answer, is_mention=each.is_mention)
            for each in chosen[: ask.limit]
            if (post := self._index.post(each.feed_id, each.index)) is not None
        ]

    async def _unread(self) -> list[KnownNotification]:
        newest = await self._newest(NOTIFICATIONS_COUNTED)
        return [each for each in newest if _key(each.feed_id, each.index) not in self._read]

    async def _newest(self, count: int) -> list[KnownNotification]:
        return await asyncio.to_thread(self._index.known_notifications, count, None)


def _is_seen(at: Cursor, ask: MarkRead) -> bool:
    return ask.upto is None or at <= ask.upto


def _key(feed_id: FeedId, index: int) -> bytes:
    return feed_id + index.to_bytes(_INDEX_BYTES, "big")
