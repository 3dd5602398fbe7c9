"""What a fake desk answers of the feeds it holds, and of their torrents."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from swarmfeed.core.asks.feeds import (
    AllTogether,
    ChunkList,
    FeedsOf,
    FeedStatus,
    FeedSums,
    GetListTorrent,
    GetTorrent,
    HeldFeeds,
    HowMuchIsHeld,
    ListTorrents,
    OneFeed,
    SealedChunk,
    SealedChunks,
    TorrentFile,
)
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import Hash
from swarmfeed.errors import UserError

from street.fakes.samples import key
from street.fakes.table import Rows
from street.fakes.world import FakeWorld

TORRENT: Final = b"d4:infod6:lengthi1eee"


def feeds_of(desk: FakeWorld, ask: FeedsOf) -> HeldFeeds:
    feeds = tuple(each for each in held_feeds(desk) if each.author_id == ask.author)
    return HeldFeeds(feeds=feeds)


def one_feed(desk: FakeWorld, ask: OneFeed) -> HeldFeeds:
    return HeldFeeds(feeds=tuple(e for e in held_feeds(desk) if e.feed_id == ask.feed))


def held_feeds(desk: FakeWorld) -> tuple[FeedStatus, ...]:
    held = [a for a in desk.authors.values() if a.is_self or a.followed]
    return tuple(_feed(desk, each) for each in held)


def summed(feeds: Iterable[FeedStatus]) -> AllTogether:
    """What some feeds come to, of those that are told one by one."""
    related: dict[str, list[FeedStatus]] = {}
    for each in feeds:
        related.setdefault(each.relation, []).append(each)
    return AllTogether(sums=tuple(_sum(name, some) for name, some in related.items()))


def _sum(relation: str, feeds: Sequence[FeedStatus]) -> FeedSums:
    return FeedSums(
        relation=relation,
        feeds=len(feeds),
        entries=sum(each.size for each in feeds),
        entries_held=sum(each.entries_held for each in feeds),
        bytes_held=sum(each.bytes_held for each in feeds),
        fetching=sum(each.fetching for each in feeds),
        rate_bytes_per_s=sum(each.rate_bytes_per_s for each in feeds),
        uploaded_bytes=sum(each.uploaded_bytes for each in feeds),
        forked=sum(each.forked for each in feeds),
    )


def _feed(desk: FakeWorld, author: AuthorView) -> FeedStatus:
    chosen = desk.feed_statuses.get(desk.feed_of(author.author_id))
    return chosen or FeedStatus(
        author_id=author.author_id,
        author_name=author.name,
        feed_id=desk.feed_of(author.author_id),
        relation="own" if author.is_self else "followed",
        size=author.entry_count,
        root=Hash(sha256(author.author_id).digest()),
        entries_held=author.entries_held,
        bytes_held=author.entries_held * 56,
        bytes_total=author.entry_count * 56,
        holders=2,
        held_by=2 if author.is_self else 0,
        fetching=3 if author.entries_held < author.entry_count else 0,
        rate_bytes_per_s=1_200_000,
        uploaded_bytes=2_500_000,
        forked=author.forked,
    )


def torrents(desk: FakeWorld, ask: ListTorrents) -> SealedChunks:
    name = f"{format_address(ask.feed)[:16]}-0-0.zst"
    chunk = SealedChunk(
        level=0,
        position=0,
        start=0,
        end=256,
        name=name,
        magnet=f"magnet:?xt=urn:btih:{key('torrent')[:20].hex()}&dn={name}",
        bytes=14_336,
    )
    listed = f"{format_address(ask.feed)[:16]}-list-256.ben"
    chunk_list = ChunkList(
        name=listed,
        magnet=f"magnet:?xt=urn:btih:{key('list')[:20].hex()}&dn={listed}",
        bytes=180,
    )
    return SealedChunks(torrents=(chunk,), chunk_list=chunk_list)


def get_torrent(desk: FakeWorld, ask: GetTorrent) -> TorrentFile:
    for known in torrents(desk, ListTorrents(feed=ask.feed)).torrents:
        if (known.level, known.position) == (ask.level, ask.position):
            return TorrentFile(name=f"{known.name}.torrent", torrent=TORRENT)
    raise UserError("That chunk is not held here.")


def get_list_torrent(desk: FakeWorld, ask: GetListTorrent) -> TorrentFile:
    known = torrents(desk, ListTorrents(feed=ask.feed)).chunk_list
    assert known is not None
    return TorrentFile(name=f"{known.name}.torrent", torrent=TORRENT)


HELD: Final[Rows] = {
    FeedsOf: feeds_of,
    OneFeed: one_feed,
    HowMuchIsHeld: lambda desk, _: summed(held_feeds(desk)),
    ListTorrents: torrents,
    GetTorrent: get_torrent,
    GetListTorrent: get_list_torrent,
}
