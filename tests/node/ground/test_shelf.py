"""What may enter the shelf, and what stays out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from street.fakes.logs import FakeDisk, FakeLogs
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.talk.words import ForkProof, HeadOffer
from swarmfeed.errors import (
    BadProofError,
    ForkError,
    RemoteError,
    RetryError,
    RollbackError,
)
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf

from tests.examples import at_most
from tests.node.rig import Scribe, new_shelf


def test_an_honest_offer_is_kept_and_is_there_after_a_restart(tmp_path: Path) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(300)
    assert shelf.accept_offer(anna.offer()) == anna.newest
    again = Shelf(logs, Events())
    again.load()
    for each in (shelf, again):
        assert each.replica(anna.feed_id) == anna.newest
        assert each.author_of(anna.feed_id) == anna.author_id
        assert each.feeds_of(anna.author_id) == [anna.feed_id]
        assert each.certificates(anna.author_id) == (anna.certificate,)
        assert each.missing(anna.feed_id) == [ChunkSpan(0, 0)]
        assert each.held_ranges(anna.feed_id) == [(256, 300)]


@pytest.mark.attack("A14")
def test_an_older_head_never_takes_the_place_of_a_newer_one(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    old = anna.offer()
    anna.grow_to(20)
    shelf.accept_offer(anna.offer())
    for offer in (old, anna.offer()):
        with pytest.raises(RollbackError):
            shelf.accept_offer(offer)
    assert shelf.replica(anna.feed_id) == anna.newest


def test_a_proof_from_an_older_size_is_asked_for_again_and_blames_nobody(
    tmp_path: Path,
) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    shelf.accept_offer(anna.offer())
    anna.grow_to(20)
    shelf.accept_offer(anna.offer(10))
    anna.grow_to(30)
    with pytest.raises(RetryError):
        shelf.accept_offer(anna.offer(10))
    with pytest.raises(RetryError):
        shelf.accept_offer(anna.offer(0))
    assert shelf.accept_offer(anna.offer(20)).size == 30


@pytest.mark.attack("A15")
@pytest.mark.parametrize("size", [20, 21, 300])
def test_a_fork_is_kept_with_its_proof_and_stops_the_feed(tmp_path: Path, size: int) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    other = anna.branch()
    anna.grow_to(20)
    other.grow_to(size, "another history")
    shelf.accept_offer(anna.offer())
    with pytest.raises(ForkError):
        shelf.accept_offer(other.offer(20))
    again = Shelf(logs, Events())
    again.load()
    stranger, _ = new_shelf(tmp_path / "stranger")
    stranger.accept_offer(anna.offer())
    for each in (shelf, again):
        assert each.is_forked(anna.feed_id)
        proof = each.fork_proof(anna.feed_id)
        assert proof is not None
        assert {proof.first, proof.second} == {
            anna.newest.signed_head,
            other.newest.signed_head,
        }
    assert proof is not None
    assert stranger.accept_fork(proof), "the kept proof convinces a stranger"
    assert not stranger.accept_fork(proof), "and is no news the second time"
    anna.grow_to(400)
    for each in (shelf, stranger):
        with pytest.raises(RollbackError):
            each.accept_offer(anna.offer(20))
        assert each.replica(anna.feed_id) is not None


@pytest.mark.attack("A15")
def test_live_entries_of_another_history_lead_to_the_question_that_convicts(
    tmp_path: Path,
) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    before = anna.newest
    other = anna.branch()
    shelf.accept_offer(anna.offer())
    anna.grow_to(12)
    shelf.accept_entries(anna.entries(10, before))
    other.grow_to(14, "another history")
    with pytest.raises(RetryError):
        shelf.accept_entries(other.entries(10, before))
    with pytest.raises(ForkError):
        shelf.accept_offer(other.offer(12))


@pytest.mark.attack("A15")
def test_a_live_head_of_the_same_size_with_another_root_is_a_fork(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    before = anna.newest
    other = anna.branch()
    anna.grow_to(5)
    other.grow_to(5, "another history")
    shelf.accept_offer(anna.offer())
    with pytest.raises(ForkError):
        shelf.accept_entries(other.entries(1, before))
    assert shelf.is_forked(anna.feed_id)


def test_a_false_fork_proof_is_refused(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    first = anna.grow_to(10).signed_head
    second = anna.grow_to(20).signed_head
    shelf.accept_offer(anna.offer())
    proof = ForkProof(anna.author_id, anna.feed_id, first, second, anna.proof(10))
    with pytest.raises(BadProofError):
        shelf.accept_fork(proof)
    assert not shelf.is_forked(anna.feed_id)


def test_a_fork_of_a_feed_nobody_holds_is_passed_over(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    head = anna.newest.signed_head
    assert not shelf.accept_fork(ForkProof(anna.author_id, anna.feed_id, head, head, ()))


# --- certificates ---


def test_a_feed_its_author_left_grows_no_more(tmp_path: Path) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    shelf.accept_offer(anna.offer())
    before = anna.newest
    leave = sign_leave(anna.author, anna.feed_id, size=10, from_ms=2)
    # The certificate counts even though the head that came with it is known.
    with pytest.raises(RollbackError):
        shelf.accept_offer(anna.offer(0, leave))
    again = Shelf(logs, Events())
    again.load()
    anna.grow_to(11)
    for each in (shelf, again):
        assert set(each.certificates(anna.author_id)) == {anna.certificate, leave}
        with pytest.raises(RollbackError):
            each.accept_offer(anna.offer(10))
        with pytest.raises(RollbackError):
            each.accept_entries(anna.entries(10, before))


def test_a_feed_that_is_to_be_left_later_still_grows(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(10)
    leave = sign_leave(anna.author, anna.feed_id, size=20, from_ms=2)
    shelf.accept_offer(anna.offer(0, leave))
    anna.grow_to(20)
    assert shelf.accept_offer(anna.offer(10)).size == 20


# --- live entries ---


@pytest.mark.parametrize(
    ("start", "end"), [(10, 11), (10, 255), (10, 256), (10, 257), (250, 600), (255, 256)]
)
def test_live_entries_across_chunk_boundaries_make_their_own_chunks(
    tmp_path: Path, start: int, end: int
) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    before = anna.grow_to(start)
    shelf.accept_offer(anna.offer())
    anna.grow_to(end)
    assert shelf.accept_entries(anna.entries(start, before)) == (before, anna.newest)
    assert shelf.missing(anna.feed_id) == []
    assert shelf.is_complete(anna.feed_id)
    assert shelf.entries_held(anna.feed_id) == end
    assert logs.read_entries(anna.feed_id, 0, end) == anna.stored
    for span in logs.held(anna.feed_id):
        assert logs.read_chunk(anna.feed_id, span) == anna.chunks[span]


def test_the_sixteenth_chunk_merges_with_those_that_are_held(tmp_path: Path) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    before = anna.grow_to(4090)
    shelf.accept_offer(anna.offer())
    anna.give_all(logs)
    anna.grow_to(4100)
    shelf.accept_entries(anna.entries(4090, before))
    assert list(anna.newest.chunks()) == [ChunkSpan(1, 0)]
    assert shelf.is_complete(anna.feed_id)


def test_a_chunk_with_a_part_that_is_not_held_is_left_to_the_swarm(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    before = anna.grow_to(4090)
    shelf.accept_offer(anna.offer())
    anna.grow_to(4100)
    shelf.accept_entries(anna.entries(4090, before))
    assert shelf.missing(anna.feed_id) == [ChunkSpan(1, 0)]


def test_an_offer_whose_tail_reaches_back_makes_its_chunks_too(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(256)
    shelf.accept_offer(anna.offer())
    anna.grow_to(500)
    shelf.accept_offer(anna.offer(256))
    assert shelf.missing(anna.feed_id) == [ChunkSpan(0, 0)]


def test_entries_that_do_not_follow_on_are_not_taken(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    with pytest.raises(RollbackError):
        shelf.accept_entries(anna.entries(0, anna.newest))
    shelf.accept_offer(anna.offer())
    anna.grow_to(10)
    before = anna.newest
    anna.grow_to(20)
    with pytest.raises(RollbackError):
        shelf.accept_entries(anna.entries(10, before))
    assert shelf.replica(anna.feed_id).size == 1  # type: ignore[union-attr]  # it is there


@pytest.mark.attack("A13")
@settings(max_examples=at_most(12), deadline=None)
@given(st.lists(st.integers(0, 11), max_size=30))
def test_any_order_and_repetition_of_messages_never_goes_back_and_ends_at_the_newest(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    anna = Scribe(1)
    messages = []
    for size in (5, 200, 256, 300, 520, 530):
        before = anna.newest
        anna.grow_to(size)
        messages += [anna.offer(before.size), anna.entries(before.size, before)]
    shelf, _ = new_shelf(tmp_path_factory.mktemp("shelf"))
    size = 0
    for number in [*order, *range(12)]:
        message = messages[number]
        try:
            if isinstance(message, HeadOffer):
                shelf.accept_offer(message)
            else:
                shelf.accept_entries(message)
        except (RollbackError, RetryError):
            pass
        replica = shelf.replica(anna.feed_id)
        assert replica is None or replica.size >= size
        size = replica.size if replica else 0
    assert shelf.replica(anna.feed_id) == anna.newest


# --- own feed, dropping ---


def test_a_feed_can_be_dropped_and_taken_again(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    shelf.accept_offer(anna.offer())
    shelf.drop_feed(anna.feed_id)
    assert shelf.feed_ids() == []
    assert shelf.feeds_of(anna.author_id) == []
    assert shelf.author_ids() == set()
    assert shelf.author_of(anna.feed_id) is None
    assert not shelf.is_complete(anna.feed_id)
    shelf.drop_feed(anna.feed_id)
    assert shelf.accept_offer(anna.offer()) == anna.newest


def test_a_failed_write_leaves_nothing_behind_in_memory(tmp_path: Path) -> None:
    class Full(FakeLogs):
        def replace(self, replica: object) -> None:
            raise OSError("disk full")

    shelf = Shelf(Full(FakeDisk(tmp_path)), Events())
    anna = Scribe(1)
    with pytest.raises(OSError, match="disk full"):
        shelf.accept_offer(anna.offer())
    assert shelf.replica(anna.feed_id) is None
    assert shelf.feeds_of(anna.author_id) == []


@pytest.mark.attack("A12")
def test_a_tampered_offer_is_refused(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(300)
    offer = anna.offer()
    other = Scribe(2)
    other.grow_to(300, "other")
    for field_name in ("signed_head", "chunk_list", "tail"):
        changed = {field_name: getattr(other.offer(), field_name)}
        with pytest.raises(RemoteError):
            shelf.accept_offer(replace(offer, **changed))  # type: ignore[arg-type]  # any field
    assert shelf.feed_ids() == []
