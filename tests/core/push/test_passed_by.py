"""Posts that came by lately, within bounds."""

import gc
import tracemalloc

import pytest
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.kinds import PostBody, ProfileBody
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.push import passed_by as module
from swarmfeed.core.push.limits import RECENT_FOR_MS
from swarmfeed.core.push.passed_by import PassedBy
from swarmfeed.core.push.posting import Verified, open_posting

from tests.core.proofs import Feed, stored

POSTS = [open_posting(FEED.hit(0)) for n in range(5) for FEED in (Feed(stored(f"post {n}")),)]


def texts(recent: PassedBy) -> list[str]:
    found = [recent.get(each) for each in recent.newest(100)]
    return [each.body.text for each in found if each and isinstance(each.body, PostBody)]


def bytes_of(post: Verified) -> int:
    return len(encode(codec_of(ProvenPost).write(post.posting)))


def filled(*posts: Verified) -> PassedBy:
    recent = PassedBy()
    for at_ms, each in enumerate(posts):
        assert recent.add(each, at_ms)
    return recent


def in_one_feed(count: int, key: SigningKey | None = None) -> list[Verified]:
    """Posts of one author, with their profile."""
    records = (stored(ProfileBody(name="Ada")), *(stored(f"post {n}") for n in range(count)))
    feed = Feed(*records, key=key) if key else Feed(*records)
    return [open_posting(feed.hit(1 + n, profile=0)) for n in range(count)]


def test_each_is_taken_once() -> None:
    recent = filled(*POSTS[:2])
    assert not recent.add(POSTS[0], 9)
    assert texts(recent) == ["post 0", "post 1"]
    assert recent.get(POSTS[1].id) is POSTS[1]
    assert POSTS[2].id not in recent
    assert recent.get(POSTS[2].id) is None


def test_what_is_read_again_is_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECENT_OPEN_MAX", 1)
    posts = in_one_feed(4)
    recent = filled(*posts)
    for each in posts:
        assert recent.get(each.id) == each
        assert recent.at(each.feed_id, each.index) == each
    assert recent.get(posts[0].id) is not posts[0]


def test_after_an_hour_it_is_forgotten() -> None:
    recent = filled(POSTS[0], POSTS[1])
    recent.add(POSTS[2], RECENT_FOR_MS)
    assert texts(recent) == ["post 1", "post 2"]
    assert POSTS[0].id not in recent


def test_no_more_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECENT_POSTS_MAX", 3)
    recent = filled(*POSTS)
    assert texts(recent) == ["post 2", "post 3", "post 4"]
    assert POSTS[1].id not in recent


def test_what_there_is_no_room_for_is_not_taken_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "RECENT_BYTES_MAX", sum(map(bytes_of, POSTS[3:])))
    recent = filled(*POSTS)
    assert texts(recent) == ["post 3", "post 4"]
    assert recent.get(POSTS[0].id) is None
    assert recent.at(POSTS[0].feed_id, 0) == POSTS[4]
    assert not recent.add(POSTS[0], 9)


def test_nothing_of_what_is_forgotten_stays() -> None:
    posts = [*POSTS, *in_one_feed(3), *in_one_feed(2, SigningKey(b"\x07" * 32))]
    recent = filled(*posts)
    recent.take_back(POSTS[4].feed_id, 0)
    recent.add(POSTS[0], 2 * RECENT_FOR_MS)
    assert len(recent) == 1
    assert recent.newest(9) == [POSTS[0].id]
    assert all(recent.get(each.id) is None for each in posts[1:])
    assert all(recent.at(each.feed_id, each.index) is None for each in posts[5:])


def test_they_take_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECENT_OPEN_MAX", 0)
    monkeypatch.setattr(module, "RECENT_BYTES_MAX", 40_000)
    monkeypatch.setattr(module, "RECENT_POSTS_MAX", 40)
    posts = in_one_feed(200)
    gc.collect()
    tracemalloc.start()
    try:
        recent = filled(*posts)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 20 < len(recent.newest(200)) <= 40
    assert taken < 40_000 * 9 // 8 + 40 * 700


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
