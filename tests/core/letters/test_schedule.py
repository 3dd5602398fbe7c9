"""When a letter is tried again, and how far it is."""

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.letters.limits import DAY_MS, EXPIRES_MS, RETRY_MS
from swarmfeed.core.letters.rows import LetterTarget, SentLetter
from swarmfeed.core.letters.schedule import (
    Progress,
    boxes_of,
    is_done,
    is_expired,
    progress,
    refused,
    taken,
)

ANNA, BEN, CLEO = (AuthorId(bytes([n]) * 32) for n in range(3))
BOX = NodeId(b"n" * 32)


def target(number: int, author_id: AuthorId, **given: object) -> LetterTarget:
    return LetterTarget(feed_id=FeedId(bytes([number]) * 32), author_id=author_id, **given)  # type: ignore[arg-type]


def sent(*targets: LetterTarget, people: tuple[AuthorId, ...] = (BEN, ANNA)) -> SentLetter:
    return SentLetter(content=b"", made_ms=0, people=people, targets=targets)


def test_what_somebody_took_is_sent_again_in_1_2_4_8_days() -> None:
    each, now_ms, pauses = target(1, BEN), 0, []
    for _ in range(5):
        each = taken(each, now_ms, [BOX])
        pauses.append((each.next_ms - now_ms) // DAY_MS)
        now_ms = each.next_ms
    assert pauses == [1, 2, 4, 8, 8]
    assert each.boxes == (BOX,)
    assert not each.given
    assert taken(each, 0).given


def test_what_nobody_took_is_tried_again_soon_and_then_less_often() -> None:
    each, pauses = target(1, BEN), []
    for _ in range(len(RETRY_MS) + 2):
        each = refused(each, 0)
        pauses.append(each.next_ms)
    assert pauses == [*RETRY_MS, RETRY_MS[-1], RETRY_MS[-1]]
    assert taken(each, 0).tried == 0


def test_it_has_arrived_once_a_device_of_each_person_says_so() -> None:
    there, not_there = target(1, BEN, got=True), target(2, BEN)
    assert progress(sent(there, not_there), ANNA) is Progress.ARRIVED
    assert not is_done(sent(there, not_there), ANNA)
    assert is_done(sent(there, target(2, BEN, got=True)), ANNA)
    both = (BEN, CLEO, ANNA)
    assert progress(sent(there, people=both), ANNA) is Progress.WAITS
    assert not is_done(sent(there, people=both), ANNA)


def test_copies_for_own_devices_are_no_progress() -> None:
    own = target(1, ANNA, got=True, boxes=(BOX,))
    assert progress(sent(own), ANNA) is Progress.WAITS
    assert boxes_of(sent(own), ANNA) == frozenset()
    kept = target(2, BEN, boxes=(BOX,))
    assert progress(sent(own, kept), ANNA) is Progress.KEPT
    assert boxes_of(sent(own, kept), ANNA) == {BOX}


def test_it_is_given_up_after_thirty_days() -> None:
    assert not is_expired(sent(), EXPIRES_MS - 1)
    assert is_expired(sent(), EXPIRES_MS)
