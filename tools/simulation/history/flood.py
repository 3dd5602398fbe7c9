"""A crowd of invented authors against the quotas of `swarmfeed.core.history.quota`."""

from typing import Any

import numpy as np
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history import quota
from swarmfeed.core.history.availability import DAY_MS

DISK_BYTES = 2 * 10**9
FRIENDS = 12
FEED_BYTES = 10**7
STEP_BYTES = 16 * 1024


def flood(seed: int, authors: int, days: int) -> dict[str, Any]:
    """Let invented authors push 10 MB each at one server, day after day.

    One of the server's twelve friends follows them all; the others follow honest authors, who
    each bring an ordinary backlog on the first day and 4 kB on every other.
    """
    dice = np.random.default_rng(seed + 4_000_000)
    crowd = [_author(b"sybil", number) for number in range(authors)]
    honest = [_author(b"honest", number) for number in range(400)]
    friends = [quota.Friend(_author(b"friend", 0), frozenset(crowd))]
    for number in range(1, FRIENDS):
        follows = dice.choice(len(honest), size=60, replace=False).tolist()
        friends.append(
            quota.Friend(
                _author(b"friend", number), frozenset(honest[each] for each in follows)
            )
        )
    wanted = dict.fromkeys(crowd, FEED_BYTES)
    before = _fill([], {}, honest, friends, days)
    after = _fill(crowd, wanted, honest, friends, days)
    return {
        "authors": authors,
        "wanted_bytes": authors * FEED_BYTES,
        "stored_bytes": sum(after.by_author.get(who, 0) for who in crowd),
        "bound_bytes": DISK_BYTES // FRIENDS,
        "honest_bytes_without": sum(before.by_author.get(who, 0) for who in honest),
        "honest_bytes_with": sum(after.by_author.get(who, 0) for who in honest),
    }


def _author(kind: bytes, number: int) -> AuthorId:
    return AuthorId(kind.ljust(8) + number.to_bytes(24, "big"))


def _fill(
    crowd: list[AuthorId],
    wanted: dict[AuthorId, int],
    honest: list[AuthorId],
    friends: list[quota.Friend],
    days: int,
) -> quota.Usage:
    usage = quota.Usage(DISK_BYTES, 0, {}, {})
    left = {who: quota.first_allowance(0) for who in [*crowd, *honest]}
    for day in range(days):
        now_ms = day * DAY_MS
        asks = [(who, STEP_BYTES if day else 3 * STEP_BYTES) for who in crowd]
        # The crowd is first every day: the worst case for everybody else.
        asks += [(who, 4_000 if day else 300_000) for who in honest]
        for who, size in asks:
            allowance = quota.accrue(left[who], now_ms)
            if wanted.get(who, size) < size:
                continue
            if not quota.refusal(who, size, friends, usage, allowance):
                usage = quota.charge(who, size, friends, usage)
                allowance = quota.spend(allowance, size)
                wanted[who] = wanted.get(who, 10**12) - size
            left[who] = allowance
    return usage
