"""Posts that came by lately: none is taken twice, and who comes later is told of them."""

from collections.abc import Iterator

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.push.limits import RECENT_BYTES_MAX, RECENT_FOR_MS, RECENT_POSTS_MAX
from swarmfeed.core.push.posting import PostId, Verified


class PassedBy:
    """The posts of an hour, within bounds; the oldest go first."""

    def __init__(self) -> None:
        self._posts: dict[PostId, tuple[int, Verified | None]] = {}
        """With when each came, oldest first; of what was taken back only that it was here."""
        self._places: dict[tuple[FeedId, int], PostId] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: PostId) -> bool:
        return post_id in self._posts

    def get(self, post_id: PostId) -> Verified | None:
        found = self._posts.get(post_id)
        return found[1] if found else None

    def at(self, feed_id: FeedId, index: int) -> Verified | None:
        """The post at a place of a feed, of two that contradict each other the later one."""
        post_id = self._places.get((feed_id, index))
        return None if post_id is None else self.get(post_id)

    def all(self) -> Iterator[Verified]:
        """Yield them, oldest first."""
        for _, verified in self._posts.values():
            if verified is not None:
                yield verified

    def newest(self, count: int) -> list[PostId]:
        """Ids of the newest posts, oldest first."""
        here = [post_id for post_id, (_, verified) in self._posts.items() if verified]
        return here[-count:]

    def add(self, verified: Verified, now_ms: int) -> bool:
        """Remember a post; returns whether it is new.  ``now_ms`` never goes back."""
        self._forget(now_ms)
        if verified.id in self._posts:
            return False
        self._posts[verified.id] = now_ms, verified
        self._places[verified.feed_id, verified.index] = verified.id
        self._bytes += verified.bytes_taken
        while len(self._posts) > RECENT_POSTS_MAX or self._bytes > RECENT_BYTES_MAX:
            self._forget_oldest()
        return True

    def take_back(self, feed_id: FeedId, index: int) -> None:
        """Forget what a post said: its author took it back."""
        post_id = self._places.pop((feed_id, index), None)
        if post_id is not None:
            came_at_ms, verified = self._posts[post_id]
            self._posts[post_id] = came_at_ms, None
            self._bytes -= verified.bytes_taken if verified else 0

    def _forget(self, now_ms: int) -> None:
        while self._posts:
            came_at_ms, _ = next(iter(self._posts.values()))
            if came_at_ms > now_ms - RECENT_FOR_MS:
                return
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        post_id = next(iter(self._posts))
        _, verified = self._posts.pop(post_id)
        if verified is None:
            return
        self._bytes -= verified.bytes_taken
        place = verified.feed_id, verified.index
        if self._places.get(place) == post_id:
            del self._places[place]
