"""A history server as the faces see it: the same numbers each time."""

from typing import Final

from swarmfeed.core.asks.history import Explanation, HistoryFeed, HistoryStatus, HolderOutlook
from swarmfeed.core.asks.upkeep import Safety
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.choice import HistoryChoice

DAY_MS: Final = 86_400_000

SAFETY: Final = Safety(
    friends=2,
    servers=3,
    reachable=0.99984,
    copies=3.4,
    copies_needed=2.6,
    safe=True,
    sentence="Your posts are safe: if your machine breaks today, 2 friends and 3 history"
    " servers have everything.",
)

CHOICE: Final = HistoryChoice(scope="community", disk_bytes=20 * 10**9, free_bytes_min=10**9)


def history_feed(author_id: AuthorId, name: str, now_ms: int) -> HistoryFeed:
    return HistoryFeed(
        author_id=author_id,
        author_name=name,
        feed_id=FeedId(bytes(reversed(author_id))),
        state="leased",
        size=1_700,
        bytes_held=95_000,
        since_ms=now_ms - 3 * DAY_MS,
        until_ms=now_ms + DAY_MS,
        copies=2.9,
        unavailable=0.0002,
        target=0.001,
        requests_per_day=1.5,
        reason="worth keeping: without us out of reach about 17 minutes a day",
    )


def history_status(author_id: AuthorId, name: str, now_ms: int) -> HistoryStatus:
    return HistoryStatus(
        choice=CHOICE,
        leaving=False,
        sentence="In service for those you follow, and whom they follow: 1 history is here.",
        used_bytes=95_000,
        feeds_leased=1,
        feeds_claimed=2,
        feeds_leaving=0,
        feeds_watched=40,
        servers=3,
        in_bytes=1_200_000,
        out_bytes=2_500_000,
        taken=4,
        released=1,
        evicted=0,
        refused=2,
        audits_passed=88,
        audits_failed=1,
        feeds=(history_feed(author_id, name, now_ms),),
    )


def explanation(author_id: AuthorId, name: str, now_ms: int) -> Explanation:
    def holder(number: int, word: str, *, is_self: bool = False) -> HolderOutlook:
        return HolderOutlook(
            node_id=NodeId(bytes([number]) * 32),
            word=word,
            is_self=is_self,
            online=number != 2,
            up=0.97,
            lasting=0.95,
            domain="93.184.0.0/16",
            until_ms=now_ms + DAY_MS,
            reason="the disk is full" if word == "refusal" else "",
        )

    return Explanation(
        feed=history_feed(author_id, name, now_ms),
        quota_bytes=4 * 1024 * 1024,
        holders=(
            holder(1, "lease", is_self=True),
            holder(2, "have"),
            holder(3, "refusal"),
        ),
    )
