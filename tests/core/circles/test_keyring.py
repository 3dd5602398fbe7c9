"""Which keys are tried on an entry: the likely ones first, and never too many."""

import pytest
from swarmfeed.core.circles.keyring import Circle, EpochKey, Keyring
from swarmfeed.core.circles.limits import TRIALS_MAX
from swarmfeed.core.circles.protecting import protect
from swarmfeed.core.feed.kinds import PostBody, ProtectedBody

from tests.core.circles.scene import FEED, author, dice

ANNA, BEN = author(1), author(2)
FRIENDS = Circle(author_id=ANNA, circle_id=b"f" * 16)
FAMILY = Circle(author_id=ANNA, circle_id=b"m" * 16)
BENS = Circle(author_id=BEN, circle_id=b"b" * 16)


def key(circle: Circle, epoch: int) -> EpochKey:
    fill = bytes([epoch % 256, epoch // 256]) + circle.circle_id
    return EpochKey(circle=circle, epoch=epoch, key=fill.ljust(32, b"k"))


def entry(key: EpochKey) -> ProtectedBody:
    return protect(PostBody("x"), key.key, dice(str(key.epoch))(24), FEED, 0)


def test_the_key_that_an_entry_commits_to_is_found() -> None:
    ring = Keyring()
    keys = [key(circle, epoch) for circle in (FRIENDS, FAMILY, BENS) for epoch in range(3)]
    assert all(ring.add(each) for each in keys)
    assert not any(ring.add(each) for each in keys)
    assert [ring.find(entry(each), ANNA, FEED) for each in keys] == keys
    assert ring.find(entry(key(BENS, 9)), ANNA, FEED) is None


def test_the_newest_is_what_is_written_under() -> None:
    ring = Keyring()
    for epoch in (3, 5, 4):
        ring.add(key(FRIENDS, epoch))
    assert ring.newest(FRIENDS) == key(FRIENDS, 5)
    assert ring.newest(BENS) is None
    assert [each.epoch for each in ring.keys(FRIENDS)] == [5, 4, 3]
    ring.drop(FRIENDS)
    assert ring.circles() == frozenset()
    assert ring.find(entry(key(FRIENDS, 5)), ANNA, FEED) is None


@pytest.mark.attack("A195")
def test_no_more_than_so_many_keys_are_tried() -> None:
    """Somebody lets us into circles of thousands of epochs: theirs cost others nothing."""
    ring = Keyring()
    for epoch in range(TRIALS_MAX + 500):
        ring.add(key(BENS, epoch))
    ring.add(key(FRIENDS, 0))
    assert ring.find(entry(key(FRIENDS, 0)), ANNA, FEED) == key(FRIENDS, 0)
    assert ring.find(entry(key(BENS, 1)), BEN, FEED) is None
    assert ring.find(entry(key(BENS, 2_400)), BEN, FEED) == key(BENS, 2_400)


def test_each_circle_has_its_newest_tried_before_any_has_its_oldest() -> None:
    ring = Keyring()
    for epoch in range(TRIALS_MAX):
        ring.add(key(BENS, epoch))
    ring.add(key(FAMILY, 0))
    assert ring.find(entry(key(FAMILY, 0)), author(3), FEED) == key(FAMILY, 0)
