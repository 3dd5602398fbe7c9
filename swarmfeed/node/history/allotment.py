"""How much of a server's disk is taken by whom, and whether an author may have more.

Friends of the operator share the disk as ``core/history/quota.py`` says.  A server that is open
to anybody sets a tenth of it apart for those whom no friend introduces: they share that as if
one friend had introduced them all.
"""

from collections.abc import Mapping
from typing import Final

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history import quota
from swarmfeed.core.history.placement import quantised_room
from swarmfeed.node.history.scope import Scope
from swarmfeed.ports import Clock

OPEN_PART: Final = 10
"""One part in so many of an open server's disk is for those whom nobody introduces."""

ANYBODY: Final = AuthorId(bytes(32))
"""Stands for the one who introduces all whom nobody introduces; no Ed25519 key."""

Charge = tuple[AuthorId, int]
"""An author, and bytes of one feed that it is charged."""


class Allotment:
    """The disk that is given for history, and what of it is taken."""

    def __init__(self, scope: Scope, clock: Clock) -> None:
        self._scope = scope
        self._clock = clock
        self._charges: dict[FeedId, Charge] = {}
        self._allowances: dict[AuthorId, quota.Allowance] = {}
        self._changed: set[AuthorId] = set()
        self._usages: dict[bool, quota.Usage] = {}
        self._told_room: float | None = None
        self.disk_bytes = 0

    # --- looking ---

    def used_bytes(self) -> int:
        return sum(size for _, size in self._charges.values())

    def room(self) -> float:
        """Free share of the disk, in eighths, steady while it is near the last one."""
        free = 1 - self.used_bytes() / self.disk_bytes if self.disk_bytes else 0.0
        self._told_room = quantised_room(free, self._told_room)
        return self._told_room

    def quota_bytes(self, author_id: AuthorId) -> int:
        """Most bytes of an author here; 0 outside the scope."""
        friends, disk_bytes = self._pool(self._scope.is_stranger(author_id))
        return quota.author_quota_bytes(author_id, friends, disk_bytes)

    def is_over_quota(self, author_id: AuthorId) -> bool:
        used = self._usage(self._scope.is_stranger(author_id)).by_author.get(author_id, 0)
        return used > self.quota_bytes(author_id)

    def refusal(self, author_id: AuthorId, more_bytes: int) -> str:
        """Say why an author may not have so many bytes more; empty when it may."""
        stranger = self._scope.is_stranger(author_id)
        friends, _ = self._pool(stranger)
        if not friends:
            return "the operator follows nobody, so nobody is in scope"
        usage, allowance = self._usage(stranger), self._allowance(author_id)
        return quota.refusal(author_id, more_bytes, friends, usage, allowance)

    def has_friends(self) -> bool:
        """Whether anybody introduces anybody; without, only strangers are in scope."""
        return self._scope.is_open or bool(self._scope.friends())

    # --- changing ---

    def recall(self, allowances: Mapping[AuthorId, quota.Allowance]) -> None:
        """Take up what was remembered."""
        self._allowances.update(allowances)

    def refreshed(self) -> None:
        """The scope changed: whom a byte is charged to may have changed too."""
        self._usages.clear()

    def charge(
        self, feed_id: FeedId, author_id: AuthorId, feed_bytes: int, *, spend: bool
    ) -> None:
        """Count a feed with its present size, and take what it grew out of the allowance."""
        before = self._charges.get(feed_id, (author_id, 0))[1]
        self._charges[feed_id] = author_id, feed_bytes
        if spend and feed_bytes > before:
            more_bytes = feed_bytes - before
            self._allowances[author_id] = quota.spend(self._allowance(author_id), more_bytes)
            self._changed.add(author_id)
        self._usages.clear()

    def free(self, feed_id: FeedId) -> None:
        self._charges.pop(feed_id, None)
        self._usages.clear()

    def take_changes(self) -> dict[AuthorId, quota.Allowance]:
        """Allowances that changed since the last call."""
        changed, self._changed = self._changed, set()
        return {each: self._allowances[each] for each in changed}

    # --- inside ---

    def _pool(self, stranger: bool) -> tuple[list[quota.Friend], int]:
        """Who introduces, and the part of the disk they share."""
        open_bytes = self.disk_bytes // OPEN_PART if self._scope.is_open else 0
        if stranger:
            return [quota.Friend(ANYBODY, self._scope.strangers())], open_bytes
        return self._scope.friends(), self.disk_bytes - open_bytes

    def _allowance(self, author_id: AuthorId) -> quota.Allowance:
        now_ms = self._clock.now_ms()
        before = self._allowances.get(author_id) or quota.first_allowance(now_ms)
        return quota.accrue(before, now_ms)

    def _usage(self, stranger: bool) -> quota.Usage:
        usage = self._usages.get(stranger)
        if usage is None:
            friends, disk_bytes = self._pool(stranger)
            # In the order of feed ids, so that it is the same after a restart.
            charges = [self._charges[each] for each in sorted(self._charges)]
            ours = (each for each in charges if self._scope.is_stranger(each[0]) is stranger)
            usage = self._usages[stranger] = quota.usage_of(ours, friends, disk_bytes)
        return usage
