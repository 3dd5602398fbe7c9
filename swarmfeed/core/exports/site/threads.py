"""Own posts as threads: each with all that its author answered to it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.exports.limits import SITE_TAG_BYTES_MAX
from swarmfeed.core.exports.site import names
from swarmfeed.core.exports.writing import OwnPost
from swarmfeed.core.words.tags import find_tags


class Thread(Struct, frozen=True, kw_only=True):
    """One page of the site."""

    first: OwnPost
    more: Sequence[OwnPost]
    """What its author answered to it, and to that; oldest first."""
    tags: Sequence[str]
    """Of all its posts, as they are searched by."""

    @property
    def posts(self) -> Sequence[OwnPost]:
        return (self.first, *self.more)


Key = tuple[FeedId, int]
"""Feed and index of a post."""


class OwnThreads:
    """All of them, oldest first."""

    def __init__(self, posts: Iterable[OwnPost]) -> None:
        """Take posts, the oldest first."""
        self._posts = {_key(each): each for each in posts}
        self._feeds = {each.feed_id for each in self._posts.values()}
        self._first: dict[Key, OwnPost] = {}
        together: dict[Key, list[OwnPost]] = {}
        for key, post in self._posts.items():
            first = self._first.get(key) or self._first_of(post)
            more = together.setdefault(_key(first), [])
            if first is not post:
                more.append(post)
        threads = (_thread(self._posts[key], more) for key, more in together.items())
        self.all = sorted(threads, key=lambda each: (each.first.time_ms, *_key(each.first)))
        self._tags = Counter(tag for thread in self.all for tag in thread.tags)

    def at(self, feed_id: FeedId, index: int) -> OwnPost | None:
        """The post that stands there, if it is one of them."""
        return self._posts.get((feed_id, index))

    def posts(self) -> Sequence[OwnPost]:
        """All posts, oldest first."""
        return list(self._posts.values())

    def is_own(self, ref: EntryRef) -> bool:
        """Whether an entry stands in one of the feeds that these posts are of."""
        return ref.feed_id in self._feeds

    def page_of(self, post: OwnPost) -> str:
        """The page on which a post stands."""
        return names.post_page(self._first[_key(post)])

    def begins(self, post: OwnPost) -> bool:
        return self._first[_key(post)] is post

    @property
    def has_tags(self) -> bool:
        return bool(self._tags)

    def tags(self) -> Mapping[str, int]:
        """How many threads have each tag, by the tag."""
        return dict(sorted(self._tags.items()))

    def _first_of(self, post: OwnPost) -> OwnPost:
        """The first of a thread: what answers none of these posts.

        Who answers an entry names its hash, so none answers one that comes later; of posts that
        say so all the same, in a circle, one is taken for the first.
        """
        path, above = {_key(post): post}, self._above(post)
        while above is not None and _key(above) not in self._first and _key(above) not in path:
            path[_key(above)] = post = above
            above = self._above(post)
        if above is None:
            first = post
        elif _key(above) in self._first:
            first = self._first[_key(above)]
        else:
            first = above
        self._first.update(dict.fromkeys(path, first))
        return first

    def _above(self, post: OwnPost) -> OwnPost | None:
        return self.at(post.reply.feed_id, post.reply.index) if post.reply else None


def _key(post: OwnPost) -> Key:
    return post.feed_id, post.index


def _thread(first: OwnPost, more: Sequence[OwnPost]) -> Thread:
    found = (tag.term[1:] for post in (first, *more) for tag in find_tags(post.text))
    tags = (tag for tag in found if len(tag.encode("utf-8")) <= SITE_TAG_BYTES_MAX)
    return Thread(first=first, more=more, tags=tuple(dict.fromkeys(tags)))
