"""Which keys are tried on an entry: the likely ones first, and never too many."""

import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.keyring import Circle, EpochKey, Keyring
from swarmfeed.core.circles.limits import TRIALS_MAX
from swarmfeed.core.circles.protecting import entry_key, protect
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.sealed_kinds import ProtectedBody

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


def found(ring: Keyring, of: EpochKey, author_id: AuthorId) -> EpochKey | None:
    """The key by which an entry opens that was protected under one."""
    made = entry(of)
    opened = ring.find(made, author_id, FEED)
    assert opened is None or opened[1] == entry_key(opened[0].key, made.nonce)
    return opened and opened[0]


def test_the_key_that_an_entry_commits_to_is_found() -> None:
    ring = Keyring()
    keys = [key(circle, epoch) for circle in (FRIENDS, FAMILY, BENS) for epoch in range(3)]
    assert all(ring.add(each) for each in keys)
    assert not any(ring.add(each) for each in keys)
    assert [found(ring, each, ANNA) for each in keys] == keys
    assert found(ring, key(BENS, 9), ANNA) is None


def test_the_newest_is_what_is_written_under() -> None:
    ring = Keyring()
    for epoch in (3, 5, 4):
        ring.add(key(FRIENDS, epoch))
    assert ring.newest(FRIENDS) == key(FRIENDS, 5)
    assert ring.newest(BENS) is None
    assert [each.epoch for each in ring.keys(FRIENDS)] == [5, 4, 3]
    ring.drop(FRIENDS)
    assert ring.circles() == frozenset()
    assert found(ring, key(FRIENDS, 5), ANNA) is None


@pytest.mark.attack("A195")
def test_no_more_than_so_many_keys_are_tried() -> None:
    """Somebody lets us into circles of thousands of epochs: theirs cost others nothing."""
    ring = Keyring()
    for epoch in range(TRIALS_MAX + 500):
        ring.add(key(BENS, epoch))
    ring.add(key(FRIENDS, 0))
    assert found(ring, key(FRIENDS, 0), ANNA) == key(FRIENDS, 0)
    assert found(ring, key(BENS, 1), BEN) is None
    assert found(ring, key(BENS, 2_400), BEN) == key(BENS, 2_400)


def test_each_circle_has_its_newest_tried_before_any_has_its_oldest() -> None:
    ring = Keyring()
    for epoch in range(TRIALS_MAX):
        ring.add(key(BENS, epoch))
    ring.add(key(FAMILY, 0))
    assert found(ring, key(FAMILY, 0), author(3)) == key(FAMILY, 0)
