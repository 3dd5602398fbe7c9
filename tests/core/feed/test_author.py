"""An author's feeds: the same from any order and repetition of certificates."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.authors import moved
from swarmfeed.core.base.limits import (
    CERTIFICATES_MAX,
    FEEDS_PER_AUTHOR_MAX,
    GENERATIONS_MAX,
)
from swarmfeed.core.feed.author import (
    AuthorFeeds,
    CertifiedFeed,
    choose_certificates,
    feeds_of,
    proving_rotates,
    which_sheet,
)
from swarmfeed.core.feed.authorkey import AuthorKey, Sheet
from swarmfeed.core.feed.certificate import Certificate

from tests.core.feed.certificates import (
    OTHER,
    OWNER,
    SECOND,
    THIRD,
    feed,
    forged,
    join,
    keep,
    leave,
    opened,
    rival,
    rotate,
)

ID = OWNER.author_id
TURNS = (rotate(), rotate(THIRD, SECOND.key))

numbers, sizes, times = st.integers(0, 4), st.integers(0, 9), st.integers(0, 3)
thefts = st.sampled_from([OWNER, OWNER, OTHER, forged(OWNER, OTHER), forged(SECOND, OTHER)])
"""Keys that a thief of the first author key signs with."""


def said_by(keys: st.SearchStrategy[AuthorKey]) -> st.SearchStrategy[Certificate]:
    """Whatever these keys may sign, but for rotates of the owner's own keys."""
    return st.one_of(
        st.builds(join, numbers, times, keys),
        st.builds(keep, numbers, times, keys, st.none() | sizes),
        st.builds(leave, numbers, sizes, times, keys),
        st.builds(rotate, st.just(forged(OWNER, OTHER))),
    )


owners = st.lists(said_by(st.sampled_from([OWNER, SECOND, THIRD])), max_size=12)
stolen = st.lists(said_by(thefts), max_size=12)


def choose(*sets: list[Certificate]) -> list[Certificate]:
    """What a node keeps that hears of one set after the other."""
    known: dict[bytes, Certificate] = {}
    for each in sets:
        union = {**known, **opened(each)}
        known = {signed: union[signed] for signed in choose_certificates(ID, union)}
    return list(known.values())


# --- feeds ---------------------------------------------------------------------------------


def test_without_certificates_there_is_no_feed() -> None:
    assert feeds_of(ID, []) == AuthorFeeds(author_id=ID)


def test_feeds_that_joined_count_first_joined_first() -> None:
    state = feeds_of(ID, [join(1, 20), join(2, 10, is_first=True)])
    assert state.feeds == (CertifiedFeed(feed(2), 10, None), CertifiedFeed(feed(1), 20, None))
    assert state.feed(feed(1)) == CertifiedFeed(feed(1), 20, None)
    assert state.feed(feed(3)) is None
    assert (state.generation, state.key, state.next_key_hash) == (
        0,
        OWNER.key,
        OWNER.next_key_hash,
    )
    assert state.knows_first
    assert not feeds_of(ID, [join(1, 20)]).knows_first


def test_the_lowest_size_of_a_feed_that_left_ends_it() -> None:
    state = feeds_of(ID, [join(1), leave(1, 300, 1), leave(1, 200, 9)])
    assert state.feeds == (CertifiedFeed(feed(1), 0, 200),)


def test_a_leave_alone_gives_no_feed() -> None:
    assert feeds_of(ID, [leave(1, 5)]).feeds == ()


def test_certificates_of_others_are_ignored() -> None:
    state = feeds_of(ID, [join(1, by=OTHER), leave(2, 0, by=OTHER), join(2)])
    assert state.feeds == (CertifiedFeed(feed(2), 0, None),)


def test_the_feeds_that_joined_first_count_when_there_are_too_many() -> None:
    state = feeds_of(ID, [join(n, 1000 - n) for n in range(FEEDS_PER_AUTHOR_MAX + 10)])
    assert {found.feed_id for found in state.feeds} == {
        feed(n) for n in range(10, FEEDS_PER_AUTHOR_MAX + 10)
    }


# --- generations ---------------------------------------------------------------------------


def test_only_certificates_of_the_newest_generation_count() -> None:
    before = [join(1), join(2), leave(2, 5)]
    state = feeds_of(ID, [*before, rotate(), join(2, 7, SECOND)])
    assert state.feeds == (CertifiedFeed(feed(2), 7, None),)
    assert (state.generation, state.key) == (1, SECOND.key)
    assert state.next_key_hash == SECOND.next_key_hash


def test_a_rotate_without_a_feed_changes_nothing_yet() -> None:
    """Whoever passes on the rotate and holds back the rest hides no feed."""
    for alone in ([rotate()], [*TURNS], [rotate(), leave(1, 3, by=SECOND)]):
        state = feeds_of(ID, [join(1), *alone])
        assert (state.generation, state.feeds) == (0, (CertifiedFeed(feed(1), 0, None),))
    assert feeds_of(ID, [rotate()]).next_key_hash == OWNER.next_key_hash


def test_a_set_without_any_certificate_of_the_first_key_is_proven_too() -> None:
    state = feeds_of(ID, [*TURNS, join(1, by=THIRD)])
    assert (state.generation, len(state.feeds)) == (2, 1)
    assert feeds_of(ID, [TURNS[1], join(1, by=THIRD)]) == AuthorFeeds(author_id=ID)


def test_a_keep_takes_a_lost_device_over_with_its_end() -> None:
    kept = [rotate(), keep(1, 3), keep(2, 2, end=40), leave(1, 9, by=SECOND)]
    state = feeds_of(ID, [join(1, 3), join(2, 2), *kept])
    assert state.feeds == (CertifiedFeed(feed(2), 2, 40), CertifiedFeed(feed(1), 3, 9))
    lower = feeds_of(ID, [*kept, keep(2, 2, end=30), join(2, 2, SECOND)])
    assert lower.feed(feed(2)) == CertifiedFeed(feed(2), 2, 30)


@pytest.mark.attack("A23")
def test_a_key_that_was_not_prepared_cannot_take_over() -> None:
    thief = forged(OWNER, OTHER)
    for was in (OWNER.key, OTHER.key):
        state = feeds_of(ID, [join(1), rotate(thief, was), join(2, by=thief)])
        assert (state.generation, state.feeds) == (0, (CertifiedFeed(feed(1), 0, None),))


def test_words_are_known_by_the_sheet_they_are_of() -> None:
    for known, first, second in (
        ([join(1)], OWNER, SECOND),
        ([join(1), rotate(), join(1, by=SECOND)], SECOND, THIRD),
    ):
        state = feeds_of(ID, known)
        assert which_sheet(state, first.key) is Sheet.FIRST
        assert which_sheet(state, second.key) is Sheet.SECOND
        assert which_sheet(state, OTHER.key) is Sheet.NONE
    assert which_sheet(state, OWNER.key) is Sheet.NONE


# --- two rotates of one generation ----------------------------------------------------------

RIVAL = rival(SECOND, 1)
ONE = [rotate(), join(1, by=SECOND)]
TWO = [rotate(RIVAL), join(2, by=RIVAL)]


@pytest.mark.attack("A23")
def test_two_rotates_of_one_generation_are_told_and_the_first_seen_counts() -> None:
    for first, second in ((ONE, TWO), (TWO, ONE)):
        kept = choose(first, second)
        state = feeds_of(ID, kept)
        assert state.is_disputed
        assert state.feeds == feeds_of(ID, first).feeds
        # A newcomer who hears of both has the proof, and passes it on in the same order.
        newcomer = choose(kept)
        assert newcomer == kept and feeds_of(ID, newcomer) == state
    assert not feeds_of(ID, ONE).is_disputed


@pytest.mark.attack("A23")
def test_of_many_rivals_one_is_kept_as_proof() -> None:
    rivals: list[Certificate] = [rotate(rival(SECOND, number)) for number in range(2, 99)]
    kept = choose(ONE, rivals)
    assert len(kept) == len(ONE) + 1
    for order in range(20):
        shuffled = random.Random(order).sample(rivals, len(rivals))
        pieces = [shuffled[at : at + 10] for at in range(0, len(shuffled), 10)]
        assert choose(ONE, *pieces) == kept


@pytest.mark.attack("A23")
def test_a_rival_does_not_stand_among_the_rotates_that_prove_a_key() -> None:
    moves = [rotate(), rotate(THIRD, SECOND.key)]
    known = opened([*moves, join(1, by=THIRD), rotate(RIVAL), join(2, by=RIVAL)])
    proving = proving_rotates(ID, known)
    assert [known[each] for each in proving] == moves
    # In whichever order they came, but for the two that contradict each other.
    others_last = sorted(known, key=lambda each: each not in proving)
    assert proving_rotates(ID, {each: known[each] for each in others_last}) == proving


def test_a_rotate_proves_nothing_while_no_feed_counts_in_its_generation() -> None:
    known = opened([*TURNS, join(1, by=SECOND)])
    assert [known[each] for each in proving_rotates(ID, known)] == [rotate()]
    assert proving_rotates(ID, opened([join(1)])) == ()
    assert proving_rotates(OTHER.author_id, known) == ()
    assert proving_rotates(ID, {}) == ()


# --- the set grows, in any order ------------------------------------------------------------


@pytest.mark.attack("A13")
@given(owners, stolen, st.data())
def test_order_and_repetition_do_not_matter(
    own: list[Certificate], theirs: list[Certificate], data: st.DataObject
) -> None:
    found = [*TURNS, *own, *theirs]
    shuffled = data.draw(st.permutations(found + found[: len(found) // 2]))
    assert feeds_of(ID, shuffled) == feeds_of(ID, found)
    assert choose(list(shuffled)) == choose(found)


@given(owners, stolen)
def test_the_chosen_certificates_say_the_same_as_all(
    own: list[Certificate], theirs: list[Certificate]
) -> None:
    for found in (own + theirs, [*TURNS, *own, *theirs]):
        kept = choose(found)
        assert feeds_of(ID, kept) == feeds_of(ID, found)
        assert choose(kept) == kept
        assert len(kept) <= CERTIFICATES_MAX


@pytest.mark.attack("A13")
@given(st.lists(st.tuples(st.integers(0, 2), owners, stolen), max_size=5))
def test_pieces_say_the_same_as_the_whole(
    heard: list[tuple[int, list[Certificate], list[Certificate]]],
) -> None:
    """Each piece is what a node knows: the rotates that prove the rest are in it."""
    pieces = [
        [*TURNS[:turns], *(each for each in own + theirs if each.generation <= turns)]
        for turns, own, theirs in heard
    ]
    whole = [each for piece in pieces for each in piece]
    assert choose(*pieces) == choose(whole)
    assert feeds_of(ID, choose(*pieces)) == feeds_of(ID, whole)


def test_of_several_signed_forms_the_lowest_is_chosen() -> None:
    found = join(1)
    assert choose_certificates(ID, {b"2": found, b"1": found, b"3": found}) == (b"1",)


def test_rotates_come_first_and_the_rest_in_ascending_order() -> None:
    known = opened([join(1, by=THIRD), join(2, by=THIRD), *reversed(TURNS)])
    first, second, *rest = choose_certificates(ID, known)
    assert [known[first], known[second]] == [*TURNS]
    assert rest == sorted(rest)


@pytest.mark.attack("A18")
def test_a_flood_of_certificates_is_bounded() -> None:
    keys = [OWNER]
    while len(keys) < GENERATIONS_MAX:
        keys.append(moved(keys[-1]))
    last = keys[-1]
    flood: list[Certificate] = [join(n, n, by) for n in range(500) for by in (OWNER, last)]
    flood += [leave(n, n, 0, by) for n in range(100, 900) for by in (OWNER, last)]
    assert len(choose([each for each in flood if each.generation == 0])) == (
        2 * FEEDS_PER_AUTHOR_MAX
    )
    for before, by in pairwise(keys):
        flood += [rotate(by, before.key), rotate(rival(by, 1), before.key)]
        flood.append(rotate(rival(by, 2), before.key))
    assert len(choose(flood)) == CERTIFICATES_MAX


# --- thefts of the author key ----------------------------------------------------------------

HISTORY = [join(1, 100, is_first=True), join(2, 200)]
"""What the owner certified before: two devices."""

HEALED = [rotate(), join(1, 300, SECOND), keep(2, 200)]
"""With the second sheet: the device that is there joins again, the lost one is kept."""

EMPTY = [leave(1, 0), leave(2, 0)]
BACKDATED = [join(9, 0), rotate(forged(OWNER, OTHER)), join(9, 0, forged(OWNER, OTHER))]
CROWD: list[Certificate] = [join(n, 0) for n in range(100, 100 + FEEDS_PER_AUTHOR_MAX)]

THEFTS: dict[str, list[Certificate]] = {
    "T1, the feeds declared empty": [*EMPTY],
    "T2, a key of the thief's own prepared": BACKDATED,
    "T3, the feeds pushed out": CROWD,
    "all of them": [*EMPTY, *BACKDATED, *CROWD],
}


def shuffles(found: list[Certificate], count: int = 200) -> list[list[Certificate]]:
    return [random.Random(seed).sample(found, len(found)) for seed in range(count)]


@pytest.mark.attack("A23")
@pytest.mark.parametrize("theft", THEFTS)
def test_a_theft_heals_with_the_second_sheet(theft: str) -> None:
    """Also T4: what the thief signs after the owner has moved."""
    found = [*HISTORY, *THEFTS[theft], *HEALED]
    whole = feeds_of(ID, HEALED)
    assert whole.feeds == (CertifiedFeed(feed(2), 200, None), CertifiedFeed(feed(1), 300, None))
    for order in shuffles(found):
        assert feeds_of(ID, order) == whole
    for order in shuffles(THEFTS[theft], 20):
        kept = choose(HISTORY, HEALED, order)
        assert kept == choose(HEALED) and feeds_of(ID, kept) == whole


@pytest.mark.attack("A23")
@pytest.mark.parametrize("theft", THEFTS)
def test_before_that_an_author_key_can_say_what_it_likes(theft: str) -> None:
    """What the owner's devices are to be alarmed by, and the page tells."""
    before, after = feeds_of(ID, HISTORY), feeds_of(ID, [*HISTORY, *THEFTS[theft]])
    assert before.feeds != after.feeds and after.generation == 0


@pytest.mark.attack("A23")
@pytest.mark.parametrize("theft", THEFTS)
def test_the_only_machine_is_gone_and_the_key_is_stolen(theft: str) -> None:
    """The feed key cannot countersign again: a keep brings the history back."""
    only = [join(1, 100, is_first=True)]
    healed = [rotate(), keep(1, 100), join(3, 400, SECOND)]
    whole = feeds_of(ID, healed)
    assert whole.feeds == (CertifiedFeed(feed(1), 100, None), CertifiedFeed(feed(3), 400, None))
    for order in shuffles([*only, *THEFTS[theft], *healed]):
        assert feeds_of(ID, order) == whole


@pytest.mark.attack("A23")
@given(stolen, st.randoms(use_true_random=False))
def test_nothing_an_old_key_ever_signs_matters(
    theirs: list[Certificate], luck: random.Random
) -> None:
    found = [*HISTORY, *HEALED, *theirs]
    luck.shuffle(found)
    assert feeds_of(ID, found) == feeds_of(ID, HEALED)
    assert choose(HEALED, theirs) == choose(HEALED)
