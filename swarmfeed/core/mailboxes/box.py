"""One box that is kept for somebody: what it takes in, and from whom.

    with the token     a contact: as much as there is room, and so much of each node in a day
    with work          a stranger: short parcels, few a day, in a part of the box of their own

It counts what is in it; the parcels themselves lie elsewhere.  Who put what is known only as
long as the node runs, and only as bytes of a day.
"""

import hmac
from collections import OrderedDict

from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.mailboxes.ids import hash_token, parcel_id
from swarmfeed.core.mailboxes.limits import (
    BOX_PARCELS_MAX,
    DAY_S,
    RENEWED_AFTER_S,
    SENDER_BYTES_PER_DAY,
    SENDERS_KNOWN_MAX,
    STRANGER_PARCEL_BYTES_MAX,
    STRANGERS_PER_DAY,
    STRANGERS_SHARE,
)
from swarmfeed.core.mailboxes.words import MailAnswer, MailPut
from swarmfeed.core.mailboxes.work import day_of, is_work


class Lease(Struct, frozen=True, kw_only=True):
    """What was promised to the owner of a box."""

    box: bytes
    feed_id: FeedId
    """Whose it is."""
    token_hash: bytes
    bytes_max: int
    until_s: int

    def is_as_good_as(self, other: "Lease") -> bool:
        """Whether another one says the same, but that it ends a little later."""
        later = other.until_s - self.until_s
        return 0 <= later < RENEWED_AFTER_S and replace(self, until_s=other.until_s) == other


class Filled(Struct):
    """How much is in a box."""

    parcels: int = 0
    bytes: int = 0
    strangers_bytes: int = 0
    """Of them by strangers."""


class Taken(Struct, frozen=True):
    """What a box says to a parcel."""

    answer: MailAnswer
    is_stranger: bool = False


class Box(Struct, kw_only=True):
    """A box and what is in it."""

    lease: Lease
    filled: Filled = field(default_factory=Filled)
    strangers_day: int = 0
    strangers: int = 0
    """Parcels of strangers that came on that day."""
    senders: OrderedDict[NodeId, TokenBucket] = field(default_factory=OrderedDict)
    """What each node may still put in; the one heard of longest ago first."""

    def is_over(self, now_s: int) -> bool:
        return now_s >= self.lease.until_s

    def take(self, put: MailPut, sender: NodeId, now_s: int) -> Taken:
        """Count a parcel in if it may be kept here; it is not there yet.

        Args:
            now_s: Seconds since 1970.
        """
        if self._has_token(put):
            return Taken(self._take_of_contact(put, sender, now_s))
        return Taken(self._take_of_stranger(put, now_s), is_stranger=True)

    def give_back(self, size_bytes: int, *, is_stranger: bool) -> None:
        """A parcel that was counted in is not there, or not any more."""
        self.filled.parcels -= 1
        self.filled.bytes -= size_bytes
        if is_stranger:
            self.filled.strangers_bytes -= size_bytes

    # --- inside ---

    def _has_token(self, put: MailPut) -> bool:
        given = hash_token(put.token)
        return bool(put.token) and hmac.compare_digest(given, self.lease.token_hash)

    def _take_of_contact(self, put: MailPut, sender: NodeId, now_s: int) -> MailAnswer:
        size, filled = len(put.parcel), self.filled
        room = self.lease.bytes_max - self._strangers_max()
        if filled.bytes - filled.strangers_bytes + size > room or self._is_counted_full():
            return MailAnswer.FULL
        if not self._account(sender, now_s).take(size, now_s):
            return MailAnswer.REFUSED
        self._count(size)
        return MailAnswer.KEPT

    def _take_of_stranger(self, put: MailPut, now_s: int) -> MailAnswer:
        size, today = len(put.parcel), day_of(now_s)
        box, parcel = self.lease.box, parcel_id(put.parcel)
        if size > STRANGER_PARCEL_BYTES_MAX or not is_work(box, today, parcel, put.work):
            return MailAnswer.REFUSED
        came = self.strangers if self.strangers_day == today else 0
        if came >= STRANGERS_PER_DAY:
            return MailAnswer.REFUSED
        if self.filled.strangers_bytes + size > self._strangers_max():
            return MailAnswer.FULL
        if self._is_counted_full():
            return MailAnswer.FULL
        self.strangers_day, self.strangers = today, came + 1
        self.filled.strangers_bytes += size
        self._count(size)
        return MailAnswer.KEPT

    def _strangers_max(self) -> int:
        return self.lease.bytes_max // STRANGERS_SHARE

    def _is_counted_full(self) -> bool:
        return self.filled.parcels >= BOX_PARCELS_MAX

    def _count(self, size: int) -> None:
        self.filled.parcels += 1
        self.filled.bytes += size

    def _account(self, sender: NodeId, now_s: int) -> TokenBucket:
        found = self.senders.get(sender)
        if found is None:
            day = SENDER_BYTES_PER_DAY
            found = self.senders[sender] = TokenBucket(day, day / DAY_S, now_s)
            if len(self.senders) > SENDERS_KNOWN_MAX:
                self.senders.popitem(last=False)
        self.senders.move_to_end(sender)
        return found


def grant(asked_bytes: int, promised_bytes: int, disk_bytes: int) -> int:
    """Return how many bytes of a box can be promised; 0: none.

    A box is promised whole or not at all: what others fill is not its room.

    Args:
        promised_bytes: To all other boxes.
        disk_bytes: What is given for boxes.
    """
    return asked_bytes if promised_bytes + asked_bytes <= disk_bytes else 0
