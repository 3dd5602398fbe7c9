"""Moving to the second sheet: whatever a thief signed before, and in any order it is heard."""

import random
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.author import AuthorFeeds, choose_certificates, feeds_of
from swarmfeed.core.feed.authorkey import AuthorKey, first_author_key, hash_key
from swarmfeed.core.feed.certificate import (
    Certificate,
    open_certificate,
    sign_join,
    sign_leave,
)
from swarmfeed.core.feed.moving import Stays, feeds_joined, key_after, key_in_force, sign_move

from tests.examples import at_most


def pair(number: int) -> SigningKey:
    return SigningKey(bytes([number]) * 32)


SECOND, THIRD, FOURTH = pair(2), pair(3), pair(4)
ANNA = first_author_key(pair(1), hash_key(SECOND.public))
PHONE, LAPTOP, LOST, THIEF = pair(11), pair(12), pair(13), pair(66)
IDS = {key: FeedId(key.public) for key in (PHONE, LAPTOP, LOST, THIEF)}

JOINS = (
    sign_join(ANNA, LOST, from_ms=100, is_first=True),
    sign_join(ANNA, LAPTOP, from_ms=200),
    sign_join(ANNA, PHONE, from_ms=300),
)
STAYS = (Stays(feed_id=IDS[LOST], end=70), Stays(feed_id=IDS[LAPTOP]))


def opened(signed: Iterable[bytes]) -> dict[bytes, Certificate]:
    return {each: open_certificate(each) for each in signed}


def state_of(signed: Iterable[bytes]) -> AuthorFeeds:
    return feeds_of(ANNA.author_id, opened(signed).values())


def ends(state: AuthorFeeds) -> dict[FeedId, int | None]:
    return {each.feed_id: each.end for each in state.feeds}


def moved(
    before: Sequence[bytes], own: SigningKey = PHONE, stays: Sequence[Stays] = STAYS
) -> tuple[bytes, ...]:
    state, known = state_of(before), opened(before)
    author = key_after(state, SECOND, hash_key(THIRD.public))
    return sign_move(author, state, known, own, stays, now_ms=1_000)


OWNERS = {IDS[PHONE]: None, IDS[LAPTOP]: None, IDS[LOST]: 70}


def test_the_owner_goes_on_with_all_feeds_under_the_new_key() -> None:
    state = state_of((*JOINS, *moved(JOINS)))
    assert ends(state) == OWNERS
    assert [each.feed_id for each in state.feeds] == [IDS[LOST], IDS[LAPTOP], IDS[PHONE]]
    assert (state.generation, state.key) == (1, SECOND.public)
    assert (state.next_key_hash, state.knows_first) == (hash_key(THIRD.public), True)
    assert state.author_id == ANNA.author_id


def test_the_move_alone_says_it_all_to_a_newcomer() -> None:
    assert ends(state_of(moved(JOINS))) == OWNERS


def thefts() -> Mapping[str, tuple[bytes, ...]]:
    """T1 to T4 of the design: what a thief of the first sheet may sign."""
    own = sign_join(ANNA, THIEF, from_ms=1)
    crowd = tuple(sign_join(ANNA, pair(100 + each), from_ms=each) for each in range(64))
    empty = tuple(sign_leave(ANNA, each, size=0, from_ms=1) for each in IDS.values())
    stolen = AuthorKey(
        signing=ANNA.signing,
        author_id=first_author_key(ANNA.signing, hash_key(THIEF.public)).author_id,
        generation=0,
        next_key_hash=hash_key(THIEF.public),
    )
    return {
        "all feeds are declared empty": empty,
        "a join dated back with a next key of the thief": (
            own,
            sign_join(stolen, THIEF, from_ms=0),
        ),
        "64 joins dated back": crowd,
        "all of it": (*empty, own, *crowd),
    }


@pytest.mark.attack("A44")
@pytest.mark.parametrize("theft", thefts())
@pytest.mark.parametrize("is_known", [True, False])
def test_after_the_move_no_theft_counts_in_any_order(theft: str, is_known: bool) -> None:
    """Whether the owner had met the theft before the move or not."""
    stolen = thefts()[theft]
    signed = moved((*JOINS, *stolen) if is_known else JOINS)
    everything = [*JOINS, *signed, *stolen]
    known = opened(everything)
    for number in range(200):
        random.Random(number).shuffle(everything)
        kept = choose_certificates(ANNA.author_id, {each: known[each] for each in everything})
        state = feeds_of(ANNA.author_id, [known[each] for each in kept])
        assert ends(state) == OWNERS and state.key == SECOND.public


def test_a_theft_after_the_move_does_not_count_either() -> None:
    late = sign_join(ANNA, THIEF, from_ms=1), sign_leave(ANNA, IDS[PHONE], size=0, from_ms=9)
    assert ends(state_of((*JOINS, *moved(JOINS), *late))) == OWNERS


def test_the_only_machine_gone_and_the_key_stolen() -> None:
    """A new feed on a new machine; the lost one is kept without its key."""
    stolen = thefts()["all of it"]
    new = pair(14)
    signed = moved((JOINS[0], *stolen), new, (Stays(feed_id=IDS[LOST]),))
    state = state_of((JOINS[0], *stolen, *signed))
    assert ends(state) == {IDS[LOST]: None, FeedId(new.public): None}
    assert state.knows_first


def test_said_again_it_signs_nothing_more() -> None:
    signed = (*JOINS, *moved(JOINS))
    state, known = state_of(signed), opened(signed)
    author = key_in_force(state, SECOND)
    assert author.next_key_hash == hash_key(THIRD.public)
    assert sign_move(author, state, known, PHONE, STAYS, now_ms=2_000) == ()


def test_what_was_left_out_can_be_kept_later() -> None:
    signed = (*JOINS, *moved(JOINS, stays=STAYS[:1]))
    state, known = state_of(signed), opened(signed)
    assert IDS[LAPTOP] not in ends(state)
    more = sign_move(key_in_force(state, SECOND), state, known, PHONE, STAYS, now_ms=2_000)
    assert ends(state_of((*signed, *more))) == OWNERS


def test_a_second_move_keeps_what_was_kept() -> None:
    first = (*JOINS, *moved(JOINS))
    chosen = choose_certificates(ANNA.author_id, opened(first))
    state, known = state_of(chosen), opened(chosen)
    author = key_after(state, THIRD, hash_key(FOURTH.public))
    second = sign_move(author, state, known, PHONE, STAYS, now_ms=3_000)
    state = state_of((*first, *second))
    assert (ends(state), state.generation) == (OWNERS, 2)


def test_the_move_says_when_a_feed_joined_as_it_always_did() -> None:
    assert feeds_joined(opened(moved(JOINS))) == feeds_joined(opened(JOINS))


def test_no_more_feeds_stay_than_count() -> None:
    crowd = tuple(sign_join(ANNA, pair(100 + each), from_ms=each) for each in range(70))
    stays = [Stays(feed_id=each) for each in feeds_joined(opened(crowd))]
    state = state_of((*crowd, *moved((*JOINS, *crowd), stays=stays)))
    assert len(state.feeds) == FEEDS_PER_AUTHOR_MAX and IDS[PHONE] in ends(state)


def test_only_the_prepared_key_moves() -> None:
    state = state_of(JOINS)
    for other in (pair(1), THIRD, THIEF):
        with pytest.raises(ValueError, match="second sheet"):
            key_after(state, other, hash_key(FOURTH.public))
    with pytest.raises(ValueError, match="in force"):
        key_in_force(state, SECOND)


@pytest.mark.slow
@settings(max_examples=at_most(40), deadline=None)
@given(st.data())
def test_any_part_of_the_move_that_is_heard_gives_no_feed_to_a_thief(
    data: st.DataObject,
) -> None:
    stolen = thefts()["all of it"][:10]
    signed = moved((*JOINS, *stolen))
    heard = data.draw(st.sets(st.sampled_from([*JOINS, *signed, *stolen])))
    state = state_of({*heard, *signed[:2]})
    assert set(ends(state)) <= set(OWNERS)
