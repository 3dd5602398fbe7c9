"""What was done in an author's name, and not by their device."""

from collections.abc import Iterable
from random import Random

import pytest
from msgspec.structs import replace
from street.authors import author_of, moved
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.alarms import Alarm, Ours, What, alarms_about, alarms_of
from swarmfeed.core.feed.author import choose_certificates, feeds_of
from swarmfeed.core.feed.certificate import (
    open_certificate,
    sign_join,
    sign_keep,
    sign_leave,
    sign_rotate,
)

OWNER = author_of(b"o" * 32)
SECOND = moved(OWNER)
LAPTOP, PHONE, THIEFS = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
MY_JOIN = sign_join(OWNER, LAPTOP, from_ms=1_000)
OURS = Ours(author_id=OWNER.author_id, feed_id=FeedId(LAPTOP.public))
LATER_MS = 2_000


def feed_of(key: SigningKey) -> FeedId:
    return FeedId(key.public)


def alarms(*signed: bytes, ours: Ours = OURS, is_outgrown: bool = False) -> tuple[Alarm, ...]:
    opened = {each: open_certificate(each) for each in signed}
    chosen = choose_certificates(OWNER.author_id, opened)
    certificates = [opened[each] for each in chosen]
    state = feeds_of(OWNER.author_id, certificates)
    return alarms_of(ours, certificates, state, is_outgrown=is_outgrown)


def told(found: Iterable[Alarm]) -> list[tuple[What, FeedId | None, int]]:
    return [(each.what, each.feed_id, each.end) for each in found]


def test_what_this_device_is_born_with_is_no_alarm() -> None:
    assert alarms(MY_JOIN) == ()


@pytest.mark.attack("A49")
@pytest.mark.parametrize("from_ms", [0, LATER_MS])
def test_a_feed_that_was_not_added_from_here_is_an_alarm_whenever_it_says_it_joined(
    from_ms: int,
) -> None:
    theirs = sign_join(OWNER, THIEFS, from_ms=from_ms)
    assert told(alarms(MY_JOIN, theirs)) == [(What.JOINED, feed_of(THIEFS), 0)]
    known = replace(OURS, feeds=frozenset({feed_of(THIEFS)}))
    assert alarms(MY_JOIN, theirs, ours=known) == ()


@pytest.mark.attack("A81")
@pytest.mark.parametrize("size", [0, 7])
def test_a_leave_of_an_own_feed_is_an_alarm(size: int) -> None:
    leave = sign_leave(OWNER, feed_of(LAPTOP), size=size, from_ms=LATER_MS)
    assert told(alarms(MY_JOIN, leave)) == [(What.LEFT, feed_of(LAPTOP), size)]


def test_of_another_own_device_too_and_of_a_stranger_s_not() -> None:
    phone = sign_join(OWNER, PHONE, from_ms=LATER_MS)
    leave = sign_leave(OWNER, feed_of(PHONE), size=3, from_ms=LATER_MS)
    known = replace(OURS, feeds=frozenset({feed_of(PHONE)}))
    assert told(alarms(MY_JOIN, phone, leave, ours=known)) == [(What.LEFT, feed_of(PHONE), 3)]
    found = told(alarms(MY_JOIN, phone, leave))
    assert found == [(What.JOINED, feed_of(PHONE), 0)], "that it is there is the alarm"


@pytest.mark.attack("A83")
def test_sixty_four_joins_that_push_the_own_feed_out_are_alarms() -> None:
    keys = [SigningKey(bytes([9, number]) + bytes(30)) for number in range(64)]
    found = alarms(MY_JOIN, *(sign_join(OWNER, key, from_ms=0) for key in keys))
    assert {each.feed_id for each in found} == {feed_of(key) for key in keys}


def test_who_moved_to_the_second_sheet_is_known_or_asked() -> None:
    rotate = sign_rotate(SECOND, OWNER.key)
    mine = sign_join(SECOND, LAPTOP, from_ms=LATER_MS)
    (alarm,) = alarms(MY_JOIN, rotate, mine)
    assert alarm.what is What.MOVED
    assert alarms(MY_JOIN, rotate)[0] == alarm, "also before a feed joined anew"
    said = replace(OURS, alarms=frozenset({alarm.id}))
    assert alarms(MY_JOIN, rotate, mine, ours=said) == ()
    signed_here = alarms_about(OURS, open_certificate(rotate))
    assert [each.id for each in signed_here] == [alarm.id]


def test_after_the_move_nothing_that_the_thief_said_is_an_alarm_any_more() -> None:
    leave = sign_leave(OWNER, feed_of(LAPTOP), size=0, from_ms=LATER_MS)
    theirs = [sign_join(OWNER, THIEFS, from_ms=0), leave]
    rotate = sign_rotate(SECOND, OWNER.key)
    mine = [rotate, sign_join(SECOND, LAPTOP, from_ms=LATER_MS)]
    said = {each.id for each in alarms_about(OURS, open_certificate(rotate))}
    ours = replace(OURS, alarms=frozenset(said))
    assert len(alarms(MY_JOIN, *theirs, ours=ours)) == 2
    for seed in range(200):
        mixed = [MY_JOIN, *theirs, *mine]
        Random(seed).shuffle(mixed)
        assert alarms(*mixed, ours=ours) == (), f"seed {seed}"


def test_a_keep_that_cuts_is_an_alarm_and_one_that_keeps_all_is_none() -> None:
    rotate = sign_rotate(SECOND, OWNER.key)
    ours = replace(OURS, alarms=frozenset({alarms_about(OURS, open_certificate(rotate))[0].id}))
    whole = sign_keep(SECOND, MY_JOIN, from_ms=LATER_MS)
    assert alarms(MY_JOIN, rotate, whole, ours=ours) == ()
    cut = sign_keep(SECOND, MY_JOIN, from_ms=LATER_MS, end=5)
    found = told(alarms(MY_JOIN, rotate, cut, ours=ours))
    assert found == [(What.LEFT, feed_of(LAPTOP), 5)]


def test_two_successors_of_one_key_are_an_alarm() -> None:
    first = sign_rotate(SECOND, OWNER.key)
    rival = sign_rotate(
        replace(SECOND, next_key_hash=author_of(b"x" * 32).next_key_hash), OWNER.key
    )
    found = alarms(MY_JOIN, first, rival)
    assert What.DISPUTED in {each.what for each in found}


def test_a_head_that_others_have_and_this_device_did_not_sign_is_an_alarm() -> None:
    assert told(alarms(MY_JOIN, is_outgrown=True)) == [(What.SIGNED, feed_of(LAPTOP), 0)]
