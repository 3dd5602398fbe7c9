"""What one kept box takes in, and from whom."""

from typing import Final

import pytest
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.mailboxes.box import Box, Lease, grant
from swarmfeed.core.mailboxes.ids import box_of, hash_token, parcel_id
from swarmfeed.core.mailboxes.limits import (
    BOX_BYTES,
    BOX_PARCELS_MAX,
    DAY_S,
    RENEWED_AFTER_S,
    SENDER_BYTES_PER_DAY,
    SENDERS_KNOWN_MAX,
    STRANGER_PARCEL_BYTES_MAX,
    STRANGERS_PER_DAY,
    STRANGERS_SHARE,
)
from swarmfeed.core.mailboxes.words import MailAnswer, MailPut
from swarmfeed.core.mailboxes.work import day_of, find_work, is_work

FEED, HOLDER = FeedId(b"f" * 32), NodeId(b"h" * 32)
BOX = box_of(FEED, HOLDER)
TOKEN = b"t" * 16
NOW_S = 1_700_000_000
ANNA = NodeId(b"a" * 32)


def lease(bytes_max: int = BOX_BYTES) -> Lease:
    return Lease(
        box=BOX,
        feed_id=FEED,
        token_hash=hash_token(TOKEN),
        bytes_max=bytes_max,
        until_s=NOW_S + DAY_S,
    )


def by_contact(size: int = 500, number: int = 0) -> MailPut:
    return MailPut(box=BOX, parcel=number.to_bytes(4, "big") + bytes(size - 4), token=TOKEN)


WORKED: Final = {b"stranger 0": 1_317_474, b"stranger 1": 1_665_220}
"""The first number that shows the work for each parcel into this box on the day of NOW_S."""


def by_stranger(number: int = 0) -> MailPut:
    parcel = b"stranger %d" % number
    return MailPut(box=BOX, parcel=parcel, work=WORKED[parcel].to_bytes(8, "big"))


def test_work_is_found_where_it_is() -> None:
    for parcel, number in WORKED.items():
        day, at = day_of(NOW_S), parcel_id(parcel)
        found = find_work(BOX, day, at, range(number - 9, number + 9))
        assert found == number.to_bytes(8, "big")
        assert find_work(BOX, day, at, range(number - 9, number)) is None


def test_a_contact_fills_it_and_no_more() -> None:
    box = Box(lease=lease(bytes_max=10_000))
    room = 10_000 - 10_000 // STRANGERS_SHARE
    said = [box.take(by_contact(500, n), ANNA, NOW_S).answer for n in range(16)]
    assert said == [MailAnswer.KEPT] * (room // 500) + [MailAnswer.FULL]
    assert (box.filled.parcels, box.filled.bytes) == (15, 7_500)
    box.give_back(500, is_stranger=False)
    assert box.take(by_contact(500, 99), ANNA, NOW_S).answer is MailAnswer.KEPT


def test_another_token_is_none() -> None:
    box = Box(lease=lease())
    put = MailPut(box=BOX, parcel=b"parcel", token=b"x" * 16)
    assert box.take(put, ANNA, NOW_S).answer is MailAnswer.REFUSED
    assert box.take(MailPut(box=BOX, parcel=b"parcel"), ANNA, NOW_S).answer is (
        MailAnswer.REFUSED
    )
    assert box.filled.parcels == 0


def test_one_node_has_its_share_of_a_day() -> None:
    box = Box(lease=lease())
    size = SENDER_BYTES_PER_DAY // 8
    said = [box.take(by_contact(size, n), ANNA, NOW_S).answer for n in range(9)]
    assert said == [MailAnswer.KEPT] * 8 + [MailAnswer.REFUSED]
    other = NodeId(b"o" * 32)
    assert box.take(by_contact(size, 10), other, NOW_S).answer is MailAnswer.KEPT
    tomorrow = NOW_S + DAY_S
    assert box.take(by_contact(size, 11), ANNA, tomorrow).answer is MailAnswer.KEPT


def test_it_remembers_so_many_senders_and_forgets_the_longest_ago() -> None:
    box = Box(lease=lease())
    for number in range(SENDERS_KNOWN_MAX + 5):
        box.take(by_contact(10, number), NodeId(b"%032d" % number), NOW_S)
    assert len(box.senders) == SENDERS_KNOWN_MAX
    assert NodeId(b"%032d" % 4) not in box.senders


def test_so_many_parcels_fill_it_however_short() -> None:
    box = Box(lease=lease())
    for number in range(BOX_PARCELS_MAX):
        sender = NodeId(b"%032d" % (number % 100))
        assert box.take(by_contact(8, number), sender, NOW_S).answer is MailAnswer.KEPT
    assert box.take(by_contact(8, 0), ANNA, NOW_S).answer is MailAnswer.FULL


def test_a_stranger_works_for_each_parcel() -> None:
    box = Box(lease=lease())
    taken = box.take(by_stranger(), ANNA, NOW_S)
    assert (taken.answer, taken.is_stranger) == (MailAnswer.KEPT, True)
    assert box.filled.strangers_bytes == len(by_stranger().parcel)
    moved = MailPut(box=BOX, parcel=b"another", work=by_stranger().work)
    assert box.take(moved, ANNA, NOW_S).answer is MailAnswer.REFUSED
    later = NOW_S + 3 * DAY_S
    assert box.take(by_stranger(1), ANNA, later).answer is MailAnswer.REFUSED
    day = day_of(NOW_S)
    at = parcel_id(by_stranger(1).parcel)
    assert [is_work(BOX, day + off, at, by_stranger(1).work) for off in (-2, -1, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert not is_work(box_of(FEED, NodeId(b"x" * 32)), day, at, by_stranger(1).work)


@pytest.mark.attack("A52")
def test_strangers_have_so_many_parcels_a_day_and_their_part_of_the_room() -> None:
    box = Box(lease=lease())
    said = [box.take(by_stranger(), ANNA, NOW_S).answer for _ in range(STRANGERS_PER_DAY + 1)]
    assert said == [MailAnswer.KEPT] * STRANGERS_PER_DAY + [MailAnswer.REFUSED]
    # Contacts have all of theirs.
    room = BOX_BYTES - BOX_BYTES // STRANGERS_SHARE
    for number in range(room // 60_000):
        sender = NodeId(b"%032d" % number)
        assert box.take(by_contact(60_000, number), sender, NOW_S).answer is MailAnswer.KEPT
    small = Box(lease=lease(bytes_max=4 * len(by_stranger().parcel) * STRANGERS_SHARE))
    said = [small.take(by_stranger(), ANNA, NOW_S).answer for _ in range(5)]
    assert said == [MailAnswer.KEPT] * 4 + [MailAnswer.FULL]


def test_a_stranger_sends_no_long_parcel() -> None:
    long = bytes(STRANGER_PARCEL_BYTES_MAX + 1)
    put = MailPut(box=BOX, parcel=long, work=bytes(8))
    assert Box(lease=lease()).take(put, ANNA, NOW_S).answer is MailAnswer.REFUSED


def test_what_others_fill_is_not_promised() -> None:
    assert grant(10, 90, 100) == 10
    assert grant(11, 90, 100) == 0
    assert grant(1, 0, 0) == 0


def test_a_lease_that_ends_a_little_later_says_nothing_new() -> None:
    one = lease()
    assert one.is_as_good_as(one)

    def ending(later_s: int, token: bytes = TOKEN) -> Lease:
        return Lease(
            box=BOX,
            feed_id=FEED,
            token_hash=hash_token(token),
            bytes_max=one.bytes_max,
            until_s=one.until_s + later_s,
        )

    assert one.is_as_good_as(ending(RENEWED_AFTER_S - 1))
    assert not one.is_as_good_as(ending(RENEWED_AFTER_S))
    assert not one.is_as_good_as(ending(-1))
    assert not one.is_as_good_as(ending(0, token=b"other"))
