"""Holding for friends of friends: what the disk budget leaves goes to those friends follow.

own (always) > followed and fetched (whole) > followed by those one follows (newest chunks)
"""

import asyncio

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.limits import FRIENDS_OF_FRIENDS_MAX
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.holding import Drop, Hold, HoldableChunk, plan_holding
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.node.feeds.asking import Asking
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FOLLOWED, FRIEND_OF_FRIEND
from swarmfeed.node.ground.tasks import in_turns


class FriendsOfFriends:
    """Gathers who they are, asks the plan, carries it out."""

    def __init__(
        self, ground: Ground, asking: Asking, fetcher: Fetcher, showing: Showing
    ) -> None:
        self._choices = ground.choices
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._swarm = ground.shells.swarm
        self._index = ground.shells.index
        self._interests = ground.interests
        self._asking = asking
        self._fetcher = fetcher
        self._showing = showing

    async def hold(self) -> str:
        """Keep their chunks, as far as the disk budget goes.

        Not while a role decides by another rule what is held for others.
        """
        if policy := self._interests.policy():
            return sentences.LEFT_TO(policy=policy)
        friends = await self._friends()
        news = [each for each in friends if self._interests.raise_to(each, FRIEND_OF_FRIEND)]
        if news:
            self._asking.ask_all(news)
        wanted: dict[FeedId, set[ChunkSpan]] = {}
        dropped: set[FeedId] = set()
        # What is kept is counted on the disk, feed by feed: not where nothing asks for room.
        budget_bytes = await self._budget_left() if self._chunks(friends) else 0
        for decision in plan_holding(self._chunks(friends), budget_bytes=budget_bytes):
            match decision:
                case Drop(feed_id, span):
                    self._drop(feed_id, span)
                    dropped.add(feed_id)
                case Hold(feed_id, span):
                    wanted.setdefault(feed_id, set()).add(span)
        await self._showing.read_again(dropped)
        for feed_id, spans in wanted.items():
            self._fetcher.want(feed_id, spans)
        count = sum(len(spans) for spans in wanted.values())
        return sentences.FRIENDS_HELD(friends=len(friends), chunks=count)

    async def _friends(self) -> dict[AuthorId, int]:
        """Authors followed by those we follow, and by how many of them."""
        followed = self._interests.with_interest(FOLLOWED)
        # In a thread: of three thousand it takes a while.
        found = await asyncio.to_thread(self._index.follows_of_all, followed)
        counts = {
            each: count for each, count in found.items() if not self._interests.is_read(each)
        }
        # One friend who follows a million authors must not make us ask everyone for them.
        ranked = sorted(counts, key=lambda each: (-counts[each], each))
        return {each: counts[each] for each in ranked[:FRIENDS_OF_FRIENDS_MAX]}

    def _chunks(self, friends: dict[AuthorId, int]) -> list[HoldableChunk]:
        return [
            HoldableChunk(
                author_id,
                feed_id,
                span,
                record.pieces.size_bytes,
                span in self._logs.held(feed_id),
                friends.get(author_id, 0),
            )
            for author_id in self._interests.with_interest(FRIEND_OF_FRIEND)
            for feed_id in self._shelf.feeds_of(author_id)
            if (replica := self._shelf.replica(feed_id)) is not None
            for span, record in replica.chunks().items()
        ]

    async def _budget_left(self) -> int:
        """What own, followed and fetched feeds leave of the disk budget."""
        kept = 0
        async for author_id in in_turns(self._interests.read()):
            kept += sum(map(self._logs.disk_bytes, self._shelf.feeds_of(author_id)))
        return max(self._choices.now.disk_budget_bytes - kept, 0)

    def _drop(self, feed_id: FeedId, span: ChunkSpan) -> None:
        replica = self._shelf.replica(feed_id)
        record = replica.chunks().get(span) if replica else None
        if record is not None:
            self._swarm.drop(chunk_torrent(feed_id, span, record.pieces).info_hash)
        self._logs.drop_chunk(feed_id, span)
