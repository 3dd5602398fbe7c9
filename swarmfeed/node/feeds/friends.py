"""Holding for friends of friends: what the disk budget leaves goes to those friends follow.

own (always) > followed and fetched (whole) > followed by those one follows (newest chunks)
"""

from swarmfeed.core.base.limits import FRIENDS_OF_FRIENDS_MAX
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.holding import Drop, Hold, HoldableChunk, plan_holding
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.follower import Follower
from swarmfeed.node.ground.interests import Interest, Interests
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Index, Logs, Swarm


class FriendsOfFriends:
    """Gathers who they are, asks the plan, carries it out."""

    def __init__(
        self,
        settings: NodeSettings,
        shelf: Shelf,
        logs: Logs,
        swarm: Swarm,
        index: Index,
        interests: Interests,
        follower: Follower,
        fetcher: Fetcher,
    ) -> None:
        self._settings = settings
        self._shelf = shelf
        self._logs = logs
        self._swarm = swarm
        self._index = index
        self._interests = interests
        self._follower = follower
        self._fetcher = fetcher

    async def hold(self) -> str:
        """Keep their chunks, as far as the disk budget goes."""
        friends = self._friends()
        news = [
            each
            for each in friends
            if self._interests.raise_to(each, Interest.FRIEND_OF_FRIEND)
        ]
        if news:
            self._follower.ask_all(news)
        wanted: dict[FeedId, set[ChunkSpan]] = {}
        for decision in plan_holding(self._chunks(friends), budget_bytes=self._budget_left()):
            match decision:
                case Drop(feed_id, span):
                    self._drop(feed_id, span)
                case Hold(feed_id, span):
                    wanted.setdefault(feed_id, set()).add(span)
        for feed_id, spans in wanted.items():
            self._fetcher.want(feed_id, spans)
        count = sum(len(spans) for spans in wanted.values())
        return f"{len(friends)} friends of friends, {count} chunks to fetch"

    def _friends(self) -> dict[AuthorId, int]:
        """Authors followed by those we follow, and by how many of them."""
        counts: dict[AuthorId, int] = {}
        for friend in self._interests.with_interest(Interest.FOLLOWED):
            for author_id in self._index.follows_of(friend):
                if not self._interests.is_read(author_id):
                    counts[author_id] = counts.get(author_id, 0) + 1
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
            for author_id in self._interests.with_interest(Interest.FRIEND_OF_FRIEND)
            for feed_id in self._shelf.feeds_of(author_id)
            if (replica := self._shelf.replica(feed_id)) is not None
            for span, record in replica.chunks().items()
        ]

    def _budget_left(self) -> int:
        """What own, followed and fetched feeds leave of the disk budget."""
        kept = sum(
            self._logs.disk_bytes(feed_id)
            for author_id in self._interests.read()
            for feed_id in self._shelf.feeds_of(author_id)
        )
        return max(self._settings.disk_budget_bytes - kept, 0)

    def _drop(self, feed_id: FeedId, span: ChunkSpan) -> None:
        replica = self._shelf.replica(feed_id)
        record = replica.chunks().get(span) if replica else None
        if record is not None:
            self._swarm.drop(chunk_torrent(feed_id, span, record.pieces).info_hash)
        self._logs.drop_chunk(feed_id, span)
