"""An author's feeds: the same from any order and repetition of certificates."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import CERTIFICATES_MAX, FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.author import AuthorFeeds, CertifiedFeed, choose_certificates, feeds_of
from swarmfeed.core.feed.certificate import Certificate, Join, Leave, Rotate, hash_next_key

AUTHOR_ID, OTHER_ID = AuthorId(b"a" * 32), AuthorId(b"o" * 32)
NEXT_ID, THIEF_ID = AuthorId(b"n" * 32), AuthorId(b"t" * 32)


def feed(number: int) -> FeedId:
    return FeedId(number.to_bytes(32, "big"))


def signed(certificate: Certificate) -> bytes:
    """A stand-in for the signed bytes: one for each certificate, in no special order."""
    return sha256(repr(certificate).encode()).digest()


authors = st.sampled_from([AUTHOR_ID, AUTHOR_ID, AUTHOR_ID, OTHER_ID])
feeds = st.integers(0, 4).map(feed)
hashes = st.sampled_from([None, hash_next_key(NEXT_ID), hash_next_key(THIEF_ID)])
certificates = st.one_of(
    st.builds(Join, authors, feeds, st.integers(0, 3), hashes),
    st.builds(Leave, authors, feeds, st.integers(0, 9), st.integers(0, 3)),
    st.builds(Rotate, authors, st.sampled_from([NEXT_ID, THIEF_ID, OTHER_ID])),
)
certificate_lists = st.lists(certificates, max_size=20)


def test_without_certificates_there_is_no_feed() -> None:
    assert feeds_of(AUTHOR_ID, []) == AuthorFeeds(AUTHOR_ID, (), None, None)


def test_feeds_that_joined_count_first_joined_first() -> None:
    state = feeds_of(AUTHOR_ID, [Join(AUTHOR_ID, feed(1), 20), Join(AUTHOR_ID, feed(2), 10)])
    assert state.feeds == (CertifiedFeed(feed(2), 10, None), CertifiedFeed(feed(1), 20, None))
    assert state.feed(feed(1)) == CertifiedFeed(feed(1), 20, None)
    assert state.feed(feed(3)) is None


def test_the_lowest_size_of_a_feed_that_left_ends_it() -> None:
    state = feeds_of(
        AUTHOR_ID,
        [
            Join(AUTHOR_ID, feed(1), 0),
            Leave(AUTHOR_ID, feed(1), 300, 1),
            Leave(AUTHOR_ID, feed(1), 200, 9),
        ],
    )
    (found,) = state.feeds
    assert found == CertifiedFeed(feed(1), 0, 200)


def test_a_leave_alone_gives_no_feed() -> None:
    assert feeds_of(AUTHOR_ID, [Leave(AUTHOR_ID, feed(1), 5, 0)]).feeds == ()


def test_certificates_of_others_are_ignored() -> None:
    others: list[Certificate] = [Join(OTHER_ID, feed(1), 0), Leave(OTHER_ID, feed(2), 0, 0)]
    state = feeds_of(AUTHOR_ID, [*others, Join(AUTHOR_ID, feed(2), 0)])
    assert state.feeds == (CertifiedFeed(feed(2), 0, None),)


def test_the_feeds_that_joined_first_count_when_there_are_too_many() -> None:
    joins = [Join(AUTHOR_ID, feed(n), 1000 - n) for n in range(FEEDS_PER_AUTHOR_MAX + 10)]
    state = feeds_of(AUTHOR_ID, joins)
    assert len(state.feeds) == FEEDS_PER_AUTHOR_MAX
    assert {found.feed_id for found in state.feeds} == {
        feed(n) for n in range(10, FEEDS_PER_AUTHOR_MAX + 10)
    }


def test_revealing_the_prepared_key_moves_the_author() -> None:
    join = Join(AUTHOR_ID, feed(1), 0, hash_next_key(NEXT_ID))
    assert feeds_of(AUTHOR_ID, [join]).next_author_id is None
    rotate = Rotate(AUTHOR_ID, NEXT_ID)
    state = feeds_of(AUTHOR_ID, (join, rotate))
    assert state.next_author_id == NEXT_ID
    assert state.next_key_hash == hash_next_key(NEXT_ID)


@pytest.mark.attack("A23")
def test_a_key_that_was_not_prepared_cannot_take_over() -> None:
    join = Join(AUTHOR_ID, feed(1), 0, hash_next_key(NEXT_ID))
    # With the author key a thief may prepare a key of their own, but only later.
    later = Join(AUTHOR_ID, feed(2), 1, hash_next_key(THIEF_ID))
    unprepared = Join(AUTHOR_ID, feed(1), 0)
    for joins in ([join], [unprepared], [join, later]):
        state = feeds_of(AUTHOR_ID, (*joins, Rotate(AUTHOR_ID, THIEF_ID)))
        assert state.next_author_id is None


@pytest.mark.attack("A23")
def test_a_join_dated_back_does_not_fool_who_knew_the_author_before() -> None:
    true: list[Certificate] = [
        Join(AUTHOR_ID, feed(1), 5, hash_next_key(NEXT_ID)),
        Rotate(AUTHOR_ID, NEXT_ID),
    ]
    false: list[Certificate] = [
        Join(AUTHOR_ID, feed(2), 4, hash_next_key(THIEF_ID)),
        Rotate(AUTHOR_ID, THIEF_ID),
    ]
    pinned = feeds_of(AUTHOR_ID, true[:1]).next_key_hash
    assert feeds_of(AUTHOR_ID, false + true, pinned=pinned).next_author_id == NEXT_ID
    assert feeds_of(AUTHOR_ID, false, pinned=pinned).next_author_id is None


@pytest.mark.attack("A13")
@given(certificate_lists, st.data())
def test_order_and_repetition_do_not_matter(
    found: list[Certificate], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(found + found[: len(found) // 2]))
    assert feeds_of(AUTHOR_ID, shuffled) == feeds_of(AUTHOR_ID, found)


@given(certificate_lists, st.sampled_from([None, Hash(b"p" * 32), hash_next_key(THIEF_ID)]))
def test_the_chosen_certificates_say_the_same_as_all(
    found: list[Certificate], pinned: Hash | None
) -> None:
    opened = {signed(each): each for each in found}
    chosen = choose_certificates(AUTHOR_ID, opened, pinned=pinned)
    kept = {each: opened[each] for each in chosen}
    state = feeds_of(AUTHOR_ID, found, pinned=pinned)
    assert feeds_of(AUTHOR_ID, kept.values(), pinned=pinned) == state
    assert choose_certificates(AUTHOR_ID, kept, pinned=pinned) == chosen
    assert len(chosen) <= CERTIFICATES_MAX


@pytest.mark.attack("A13")
@given(certificate_lists, certificate_lists)
def test_nodes_that_exchange_chosen_certificates_come_to_agree(
    first: list[Certificate], second: list[Certificate]
) -> None:
    opened = {signed(each): each for each in first + second}
    one = choose_certificates(AUTHOR_ID, {signed(each): each for each in first})
    two = choose_certificates(AUTHOR_ID, {signed(each): each for each in second})
    merged = choose_certificates(AUTHOR_ID, {each: opened[each] for each in one + two})
    kept = [opened[each] for each in merged]
    # A rotate may have been left out by a node that had not seen what prepared it.
    assert feeds_of(AUTHOR_ID, kept).feeds == feeds_of(AUTHOR_ID, first + second).feeds


def test_of_several_signed_forms_the_lowest_is_chosen() -> None:
    join = Join(AUTHOR_ID, feed(1), 0)
    assert choose_certificates(AUTHOR_ID, {b"2": join, b"1": join, b"3": join}) == (b"1",)


@pytest.mark.attack("A18")
def test_a_flood_of_certificates_is_bounded() -> None:
    flood: list[Certificate] = [Join(AUTHOR_ID, feed(n), n) for n in range(500)]
    flood += [Leave(AUTHOR_ID, feed(n), n, 0) for n in range(100, 900)]
    flood += [Rotate(AUTHOR_ID, AuthorId(feed(n))) for n in range(100)]
    chosen = choose_certificates(AUTHOR_ID, {signed(each): each for each in flood})
    assert len(chosen) == 2 * FEEDS_PER_AUTHOR_MAX
