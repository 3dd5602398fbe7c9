"""JSON about history servers back to views: the other half of ``core.asks.history_json``."""

from swarmfeed.cli.views_read import Reader
from swarmfeed.core.asks.views import Explanation, HistoryFeed, HistoryStatus, HolderOutlook
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.choice import HistoryChoice


def read_history(status: Reader) -> HistoryStatus:
    return HistoryStatus(
        choice=_read_choice(status),
        leaving=status.flag("leaving"),
        sentence=status.text("sentence"),
        used_bytes=status.number("used_bytes"),
        feeds_leased=status.number("feeds_leased"),
        feeds_claimed=status.number("feeds_claimed"),
        feeds_leaving=status.number("feeds_leaving"),
        feeds_watched=status.number("feeds_watched"),
        servers=status.number("servers"),
        in_bytes=status.number("in_bytes"),
        out_bytes=status.number("out_bytes"),
        taken=status.number("taken"),
        released=status.number("released"),
        evicted=status.number("evicted"),
        refused=status.number("refused"),
        audits_passed=status.number("audits_passed"),
        audits_failed=status.number("audits_failed"),
        feeds=tuple(_read_feed(feed) for feed in status.objects("feeds")),
    )


def read_explanations(answer: Reader) -> list[Explanation]:
    return [
        Explanation(
            feed=_read_feed(feed),
            quota_bytes=feed.number("quota_bytes"),
            holders=tuple(_read_holder(holder) for holder in feed.objects("holders")),
        )
        for feed in answer.objects("feeds")
    ]


def _read_choice(status: Reader) -> HistoryChoice | None:
    if status.value.get("choice") is None:
        return None
    choice = status.object("choice")
    return HistoryChoice(
        scope=choice.text("scope"),
        disk_bytes=choice.number("disk_bytes"),
        free_bytes_min=choice.number("free_bytes_min"),
    )


def _read_feed(feed: Reader) -> HistoryFeed:
    return HistoryFeed(
        author_id=AuthorId(feed.key("author")),
        author_name=feed.text("name"),
        feed_id=FeedId(feed.key("feed")),
        state=feed.text("state"),
        size=feed.number("size"),
        bytes_held=feed.number("bytes_held"),
        since_ms=feed.number("since_ms"),
        until_ms=feed.number("until_ms"),
        copies=feed.share("copies"),
        unavailable=feed.share("unavailable"),
        target=feed.share("target"),
        requests_per_day=feed.share("requests_per_day"),
        reason=feed.text("reason"),
    )


def _read_holder(holder: Reader) -> HolderOutlook:
    return HolderOutlook(
        node_id=NodeId(holder.key("node")),
        word=holder.text("word"),
        is_self=holder.flag("is_self"),
        online=holder.flag("online"),
        up=holder.share("up"),
        lasting=holder.share("lasting"),
        domain=holder.text("domain"),
        until_ms=holder.number("until_ms"),
        reason=holder.text("reason"),
    )
