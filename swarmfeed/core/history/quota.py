"""How much of a server's disk whom it serves may use, and what goes when the disk is full.

Space flows from the server's friends to the authors they follow, each friend giving an equal
part of the disk and splitting it among those it follows.  A crowd of invented authors gets
what the friends that introduced it had to give, however large it is.

Source: Tran et al., "SumUp", NSDI 2009 (bounding damage by the edges an attacker has, not by
the identities it makes).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.texts import format_size
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.availability import DAY_MS
from swarmfeed.core.history.slack import COPIES_MIN, REQUESTS_PER_DAY_MIN

AUTHOR_BYTES_MAX: Final = 4 * 1024 * 1024
"""Most bytes of one author on one server: about 10,000 posts, packed."""

AUTHOR_BYTES_PER_DAY: Final = 64 * 1024
"""How fast an author's allowance grows: some 200 posts a day."""

AUTHOR_BYTES_START: Final = 1024 * 1024
"""Allowance of an author on the first day: an ordinary backlog fits at once."""

FOLLOWS_MIN: Final = 50
"""A friend's part of the disk is split among at least so many authors, so that one who follows
a single author does not give it everything."""

FRIEND_FACTOR: Final = 5
"""A friend's own posts may take so many shares of one friend's split."""

INTRODUCERS_MIN: Final = 2
"""Blocks by so many friends end an author's share."""


class Friend(Struct, frozen=True):
    """An author the server's operator follows, and whom it follows in turn."""

    author_id: AuthorId
    follows: frozenset[AuthorId]
    blocks: frozenset[AuthorId] = frozenset()


class Allowance(Struct, frozen=True):
    """What one author may still add: a bucket that fills with time."""

    left_bytes: float
    at_ms: int


class Usage(Struct, frozen=True):
    """What of a server's disk is taken."""

    disk_bytes: int
    """All of the disk that was given for history."""
    used_bytes: int
    by_author: Mapping[AuthorId, int]
    by_introducer: Mapping[AuthorId, float]
    """Bytes that were charged to each friend, for the authors it introduced."""


class HeldFeed(Struct, frozen=True):
    """A feed under a lease of ours, as eviction sees it."""

    feed_id: FeedId
    size_bytes: int
    over_quota: bool
    requests_per_day: float
    loss: float
    """By how much its unavailability would rise without us."""
    other_copies: float
    """Lasting copies that would be left (`slack.copies_of`)."""


class Evict(Struct, frozen=True):
    """Promise it no longer, and let it go once others hold enough."""

    feed_id: FeedId
    reason: str


def introducers(author_id: AuthorId, friends: Iterable[Friend]) -> list[AuthorId]:
    """Friends whose space an author may use, in the order of their ids."""
    return sorted(
        each.author_id
        for each in friends
        if author_id == each.author_id or author_id in each.follows
    )


def author_quota_bytes(author_id: AuthorId, friends: Sequence[Friend], disk_bytes: int) -> int:
    """Most bytes of one author; 0 for one that no friend follows or several friends block.

    The quotas of all authors of one friend together never exceed that friend's part of the
    disk, 1 / number of friends, except for the friend's own (FRIEND_FACTOR shares).
    """
    if sum(author_id in each.blocks for each in friends) >= INTRODUCERS_MIN:
        return 0
    total = 0.0
    for friend in friends:
        share = disk_bytes / len(friends) / max(len(friend.follows), FOLLOWS_MIN)
        if author_id == friend.author_id:
            total += share * FRIEND_FACTOR
        elif author_id in friend.follows:
            total += share
    return min(AUTHOR_BYTES_MAX, int(total))


def first_allowance(now_ms: int) -> Allowance:
    """Return the allowance of an author that is met for the first time."""
    return Allowance(float(AUTHOR_BYTES_START), now_ms)


def accrue(before: Allowance, now_ms: int) -> Allowance:
    """Let an allowance grow with time, up to AUTHOR_BYTES_MAX."""
    days = max(0, now_ms - before.at_ms) / DAY_MS
    grown = min(float(AUTHOR_BYTES_MAX), before.left_bytes + days * AUTHOR_BYTES_PER_DAY)
    return Allowance(grown, max(now_ms, before.at_ms))


def spend(before: Allowance, size_bytes: int) -> Allowance:
    """Take what was admitted out of an allowance."""
    return replace(before, left_bytes=before.left_bytes - size_bytes)


def refusal(
    author_id: AuthorId,
    size_bytes: int,
    friends: Sequence[Friend],
    usage: Usage,
    allowance: Allowance,
) -> str:
    """Say why a server does not take ``size_bytes`` more of an author; empty when it does.

    Args:
        allowance: Already accrued up to now.
    """
    quota = author_quota_bytes(author_id, friends, usage.disk_bytes)
    if quota == 0:
        return sentences.OUT_OF_SCOPE()
    if usage.used_bytes + size_bytes > usage.disk_bytes:
        return sentences.DISK_FULL(used=_size(usage.used_bytes), given=_size(usage.disk_bytes))
    used = usage.by_author.get(author_id, 0)
    if used + size_bytes > quota:
        return sentences.QUOTA_FULL(used=_size(used), quota=_size(quota))
    if size_bytes > allowance.left_bytes:
        return sentences.TOO_FAST(left=_size(int(allowance.left_bytes)))
    part = usage.disk_bytes / len(friends)
    behind = introducers(author_id, friends)
    # One introducer with room is enough: a crowd behind another cannot shut an author out.
    if all(usage.by_introducer.get(each, 0.0) + size_bytes > part for each in behind):
        return sentences.FRIENDS_FULL(friends=len(behind))
    return ""


def charge(
    author_id: AuthorId, size_bytes: int, friends: Sequence[Friend], usage: Usage
) -> Usage:
    """Count an admitted feed: in full to the introducer with most room, the first of equals."""
    by_author, by_introducer = dict(usage.by_author), dict(usage.by_introducer)
    _charge(author_id, size_bytes, friends, by_author, by_introducer)
    return Usage(usage.disk_bytes, usage.used_bytes + size_bytes, by_author, by_introducer)


def usage_of(
    charges: Iterable[tuple[AuthorId, int]], friends: Sequence[Friend], disk_bytes: int
) -> Usage:
    """Count all feeds, given as author and bytes, in their order.

    An author whom nobody introduces any more takes room, and nobody pays for it.
    """
    by_author: dict[AuthorId, int] = {}
    by_introducer: dict[AuthorId, float] = {}
    used_bytes = 0
    for author_id, size_bytes in charges:
        used_bytes += size_bytes
        _charge(author_id, size_bytes, friends, by_author, by_introducer)
    return Usage(disk_bytes, used_bytes, by_author, by_introducer)


def _charge(
    author_id: AuthorId,
    size_bytes: int,
    friends: Sequence[Friend],
    by_author: dict[AuthorId, int],
    by_introducer: dict[AuthorId, float],
) -> None:
    by_author[author_id] = by_author.get(author_id, 0) + size_bytes
    behind = introducers(author_id, friends)
    if behind:
        payer = min(behind, key=lambda each: (by_introducer.get(each, 0.0), each))
        by_introducer[payer] = by_introducer.get(payer, 0.0) + size_bytes


def plan_eviction(feeds: Iterable[HeldFeed], wanted_bytes: int) -> list[Evict]:
    """Choose what goes so that ``wanted_bytes`` become free: as little as is needed.

    First what is over quota, then where a byte serves fewest requests.  One that would fall
    below COPIES_MIN is never chosen.
    """
    plan: list[Evict] = []
    freed = 0
    for feed in sorted(feeds, key=_eviction_key):
        if freed >= wanted_bytes:
            break
        if feed.other_copies >= COPIES_MIN:
            plan.append(Evict(feed.feed_id, _eviction_reason(feed)))
            freed += feed.size_bytes
    return plan


def worth_per_byte(feed: HeldFeed) -> float:
    """Requests a day that one byte of this feed serves and nobody else would."""
    asked = max(feed.requests_per_day, REQUESTS_PER_DAY_MIN)
    return asked * feed.loss / max(1, feed.size_bytes)


def _eviction_key(feed: HeldFeed) -> tuple[bool, float, FeedId]:
    return not feed.over_quota, worth_per_byte(feed), feed.feed_id


def _eviction_reason(feed: HeldFeed) -> str:
    return sentences.OVER_QUOTA() if feed.over_quota else sentences.SERVES_LEAST()


def _size(size_bytes: int) -> str:
    return format_size(size_bytes, tenths_below=10)
