"""Many posts by their places."""

from collections.abc import Collection
from typing import cast

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.opened_words import Place
from swarmfeed.node.feeds.many_posts import posts_at
from swarmfeed.node.feeds.shown import Shown

FEED = FeedId(b"f" * 32)


def view(index: int) -> PostView:
    return PostView(
        ref=EntryRef(FEED, Hash(bytes([index]) * 32), index),
        author_id=AuthorId(b"a" * 32),
        author_name="Ada",
        time_ms=index,
        text=f"post {index}",
        reply_count=0,
        held_by=0,
        cursor=Cursor(index, index),
        id=str(index),
    )


class Here:
    """Posts 0 to 4 for everybody, 5 for some people, and nothing else."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def posts_at(self, places: Collection[Place]) -> list[PostView]:
        self.asked.append(len(places))
        return [view(index) for _, index in places if index < 5]

    def post(self, _feed: FeedId, index: int) -> PostView | None:
        return view(index) if index == 5 else None

    def with_replies(self, post: PostView) -> PostView:
        return post


def test_all_public_ones_are_looked_up_at_once_and_protected_ones_too() -> None:
    here = Here()
    places = [(FEED, index) for index in (5, 3, 9, 1, 3)]
    found = posts_at(here, cast(Shown, here), places)
    assert found == {(FEED, index): view(index) for index in (5, 3, 1)}
    assert here.asked == [4]
