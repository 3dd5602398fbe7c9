import pytest
from street.fakes.clock import FakeClock
from street.fakes.index import FakeIndex
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.quota import AUTHOR_BYTES_PER_DAY, AUTHOR_BYTES_START, FOLLOWS_MIN
from swarmfeed.node.history.allotment import OPEN_PART, Allotment
from swarmfeed.node.history.scope import Reach, Scope

from tests.node.history.test_scope import ANNA, BERT, CARA, DORA, EMIL, OWN, note_follows

DISK = 100_000_000
DAY_MS = 86_400_000
FEEDS = [FeedId(bytes([n]) * 32) for n in range(10)]


class Rig:
    def __init__(self, reach: Reach) -> None:
        index = FakeIndex()
        note_follows(index, OWN.author_id, ANNA, BERT)
        note_follows(index, ANNA, CARA)
        note_follows(index, BERT, CARA, DORA)
        self.scope = Scope(OWN, index)
        self.scope.refresh(reach)
        self.clock = FakeClock()
        self.allotment = Allotment(self.scope, self.clock)
        self.allotment.disk_bytes = DISK


@pytest.fixture
def rig() -> Rig:
    return Rig(Reach.COMMUNITY)


def test_each_friend_splits_an_equal_part_of_the_disk(rig: Rig) -> None:
    share = DISK / 2 / FOLLOWS_MIN
    assert rig.allotment.quota_bytes(DORA) == int(share)
    assert rig.allotment.quota_bytes(CARA) == int(2 * share)
    assert rig.allotment.quota_bytes(EMIL) == 0


def test_a_refusal_says_what_is_full(rig: Rig) -> None:
    quota_bytes = rig.allotment.quota_bytes(DORA)
    assert rig.allotment.refusal(DORA, quota_bytes) == ""
    rig.allotment.charge(FEEDS[0], DORA, quota_bytes - 10, spend=False)
    assert rig.allotment.refusal(DORA, 10) == ""
    assert "the author's quota is full" in rig.allotment.refusal(DORA, 11)
    assert "outside our scope" in rig.allotment.refusal(EMIL, 1)


def test_what_is_set_aside_costs_no_allowance_and_what_came_does(rig: Rig) -> None:
    rig.allotment.charge(FEEDS[0], CARA, 900_000, spend=False)
    rig.allotment.free(FEEDS[0])
    assert rig.allotment.refusal(CARA, AUTHOR_BYTES_START) == ""
    rig.allotment.charge(FEEDS[0], CARA, 900_000, spend=True)
    rig.allotment.free(FEEDS[0])
    left = AUTHOR_BYTES_START - 900_000
    assert rig.allotment.refusal(CARA, left) == ""
    assert "adds too fast" in rig.allotment.refusal(CARA, left + 1)
    rig.clock.advance(DAY_MS)
    assert rig.allotment.refusal(CARA, left + AUTHOR_BYTES_PER_DAY - 1) == ""


def test_growth_alone_is_spent(rig: Rig) -> None:
    rig.allotment.charge(FEEDS[0], CARA, 500_000, spend=True)
    rig.allotment.charge(FEEDS[0], CARA, 500_100, spend=True)
    (allowance,) = rig.allotment.take_changes().values()
    assert allowance.left_bytes == AUTHOR_BYTES_START - 500_100
    assert rig.allotment.used_bytes() == 500_100
    assert rig.allotment.take_changes() == {}


@pytest.mark.attack("A37")
def test_a_full_disk_refuses_everybody(rig: Rig) -> None:
    rig.allotment.disk_bytes = 1_000_000
    rig.allotment.charge(FEEDS[0], ANNA, 999_990, spend=False)
    assert "the disk is full" in rig.allotment.refusal(CARA, 11)
    assert rig.allotment.room() == 0


def test_room_is_told_in_eighths_and_holds_still(rig: Rig) -> None:
    assert rig.allotment.room() == 1
    rig.allotment.charge(FEEDS[0], ANNA, DISK // 10, spend=False)
    assert rig.allotment.room() == 1
    rig.allotment.charge(FEEDS[0], ANNA, DISK // 2, spend=False)
    assert rig.allotment.room() == 0.5


def test_what_is_held_of_somebody_no_friend_follows_any_more_takes_room(rig: Rig) -> None:
    rig.allotment.charge(FEEDS[0], EMIL, 5_000, spend=False)
    assert rig.allotment.used_bytes() == 5_000
    assert rig.allotment.is_over_quota(EMIL)
    assert rig.allotment.refusal(CARA, 10) == ""


def test_strangers_share_a_tenth_and_leave_the_rest_alone() -> None:
    rig = Rig(Reach.OPEN)
    rig.scope.offer(EMIL)
    pool = DISK // OPEN_PART
    assert rig.allotment.quota_bytes(EMIL) == pool // FOLLOWS_MIN
    before = rig.allotment.quota_bytes(CARA)
    rig.allotment.charge(FEEDS[0], EMIL, pool, spend=False)
    assert "full" in rig.allotment.refusal(EMIL, 1)
    assert rig.allotment.quota_bytes(CARA) == before
    assert before == int(2 * (DISK - pool) / 2 / FOLLOWS_MIN)
    assert rig.allotment.refusal(CARA, AUTHOR_BYTES_START) == ""


def test_who_follows_nobody_serves_nobody() -> None:
    scope = Scope(OWN, FakeIndex())
    scope.refresh(Reach.COMMUNITY)
    allotment = Allotment(scope, FakeClock())
    allotment.disk_bytes = DISK
    assert "the operator follows nobody" in allotment.refusal(ANNA, 1)
    assert not allotment.has_friends()
