"""Posts that came by lately, within bounds."""

import pytest
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.push import passed_by as module
from swarmfeed.core.push.limits import RECENT_FOR_MS
from swarmfeed.core.push.passed_by import PassedBy
from swarmfeed.core.push.posting import Verified, open_posting

from tests.core.proofs import Feed, stored

POSTS = [open_posting(FEED.hit(0)) for n in range(5) for FEED in (Feed(stored(f"post {n}")),)]


def texts(recent: PassedBy) -> list[str]:
    return [each.body.text for each in recent.all() if isinstance(each.body, PostBody)]


def filled(*posts: Verified) -> PassedBy:
    recent = PassedBy()
    for at_ms, each in enumerate(posts):
        assert recent.add(each, at_ms)
    return recent


def test_each_is_taken_once() -> None:
    recent = filled(*POSTS[:2])
    assert not recent.add(POSTS[0], 9)
    assert texts(recent) == ["post 0", "post 1"]
    assert recent.get(POSTS[1].id) is POSTS[1]
    assert POSTS[2].id not in recent
    assert recent.get(POSTS[2].id) is None


def test_after_an_hour_it_is_forgotten() -> None:
    recent = filled(POSTS[0], POSTS[1])
    recent.add(POSTS[2], RECENT_FOR_MS)
    assert texts(recent) == ["post 1", "post 2"]


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECENT_POSTS_MAX", 3)
    assert texts(filled(*POSTS)) == ["post 2", "post 3", "post 4"]
    monkeypatch.setattr(module, "RECENT_BYTES_MAX", 2 * POSTS[0].bytes_taken)
    assert texts(filled(*POSTS)) == ["post 3", "post 4"]


def test_of_what_was_taken_back_only_that_it_was_here_is_known() -> None:
    feed = Feed(stored("one"), stored("two"))
    one, two = (open_posting(feed.hit(at)) for at in (0, 1))
    recent = filled(one, two)
    recent.take_back(one.feed_id, one.index)
    recent.take_back(one.feed_id, 7)
    assert one.id in recent
    assert recent.get(one.id) is None
    assert recent.at(one.feed_id, 0) is None
    assert recent.at(two.feed_id, 1) is two
    assert not recent.add(one, 5)
    assert texts(recent) == ["two"]
    recent.add(POSTS[0], 2 * RECENT_FOR_MS)
    assert len(recent) == 1


def test_the_newest_are_named_without_what_was_taken_back() -> None:
    recent = filled(*POSTS)
    recent.take_back(POSTS[4].feed_id, POSTS[4].index)
    assert recent.newest(2) == [each.id for each in POSTS[2:4]]
    assert recent.newest(9) == [each.id for each in POSTS[:4]]
