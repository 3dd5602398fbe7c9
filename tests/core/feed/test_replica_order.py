"""Heads that are older, the same, newer, or another history: rollbacks and forks."""

from collections.abc import Sequence

import pytest
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import full_consistency_proof
from swarmfeed.core.feed.replica import (
    check_offer,
    extend_replica,
    open_replica,
    verify_fork,
)
from swarmfeed.errors import (
    BadEncodingError,
    BadProofError,
    BadSignatureError,
    ForkError,
    RemoteError,
    RollbackError,
)

from tests.core import reference
from tests.core.feed.test_replica import (
    BRANCH,
    KNOWN,
    NEW,
    NEWER,
    OLD,
    OTHER,
    replica_of,
    resigned,
)
from tests.core.samples import FEED, OTHER_KEY, Author, post


def full_proof(stored: Sequence[bytes], old: int, new: int) -> list[Hash]:
    hashes = [hash_stored(entry) for entry in stored[:new]]
    return full_consistency_proof(
        old, new, lambda start, end: Hash(reference.mth(hashes[start:end]))
    )


# --- order: rollbacks and forks ---


@pytest.mark.attack("A14")
def test_a_rollback_is_refused() -> None:
    with pytest.raises(RollbackError, match="of 20 entries, we have 50"):
        check_offer(NEWER, KNOWN, full_proof(NEW, 20, 50))
    with pytest.raises(RollbackError):
        extend_replica(NEWER, 0, OLD, KNOWN.signed_head, b"")


@pytest.mark.attack("A13")
def test_the_same_head_again_is_nothing_new() -> None:
    with pytest.raises(RollbackError, match="is known"):
        check_offer(NEWER, NEWER, [])
    with pytest.raises(RollbackError, match="is known"):
        extend_replica(NEWER, 50, [], NEWER.signed_head, b"")


@pytest.mark.attack("A14")
def test_the_same_entries_signed_again_are_nothing_new() -> None:
    """Else a peer that keeps two heads of one size could make us write for ever."""
    signed = resigned(NEWER, time_ms=NEWER.head.time_ms + 1)
    again = open_replica(FEED, signed, NEWER.chunk_list, NEWER.tail)
    with pytest.raises(RollbackError, match="is known"):
        check_offer(NEWER, again, [])


@pytest.mark.attack("A15")
def test_two_heads_of_one_size_are_a_fork() -> None:
    other = replica_of([*NEW[:49], post(49, "x")])
    for known, offered in ((NEWER, other), (other, NEWER)):
        with pytest.raises(ForkError) as caught:
            check_offer(known, offered, [])
        assert caught.value.known == known.signed_head
        assert caught.value.offered == offered.signed_head
        verify_fork(FEED, caught.value.known, caught.value.offered, [])
    with pytest.raises(ForkError):
        extend_replica(NEWER, 49, [post(49, "x")], other.signed_head, b"")


def test_the_first_offer_needs_no_proof() -> None:
    check_offer(None, NEWER, [])


@pytest.mark.parametrize(("old", "new"), [(20, 50), (16, 50), (1, 50), (32, 33), (49, 50)])
def test_an_offer_that_extends_ours_is_taken(old: int, new: int) -> None:
    known, offered = replica_of(NEW[:old]), replica_of(NEW[:new])
    proof = full_proof(NEW, old, new)
    check_offer(known, offered, proof)
    with pytest.raises(BadProofError):
        verify_fork(FEED, known.signed_head, offered.signed_head, proof)


@pytest.mark.attack("A15")
@pytest.mark.parametrize("old", [16, 20, 32, 49])
def test_another_branch_is_a_fork_and_its_proof_convinces_anyone(old: int) -> None:
    known, offered = replica_of(NEW[:old]), OTHER
    proof = full_proof(BRANCH, old, 50)
    with pytest.raises(ForkError) as caught:
        check_offer(known, offered, proof)
    assert (caught.value.known, caught.value.offered) == (
        known.signed_head,
        offered.signed_head,
    )
    verify_fork(FEED, known.signed_head, offered.signed_head, proof)


@pytest.mark.attack("A15")
def test_nobody_else_can_frame_an_author() -> None:
    """A peer that alters a proof gets BadProofError; it never becomes a fork."""
    good = full_proof(NEW, 20, 50)
    for at in range(len(good)):
        for bit in range(0, 256, 5):
            wrong = bytearray(good[at])
            wrong[bit // 8] ^= 1 << bit % 8
            proof = [*good[:at], Hash(bytes(wrong)), *good[at + 1 :]]
            with pytest.raises(BadProofError):
                check_offer(KNOWN, NEWER, proof)
            with pytest.raises(BadProofError):
                verify_fork(FEED, KNOWN.signed_head, NEWER.signed_head, proof)
    for proof in ([], good[:-1], [*good, good[0]], good[::-1], full_proof(BRANCH, 20, 50)):
        with pytest.raises(BadProofError):
            check_offer(KNOWN, NEWER, proof)


@pytest.mark.attack("A15")
def test_every_altered_fork_proof_is_refused() -> None:
    good = full_proof(BRANCH, 20, 50)
    verify_fork(FEED, KNOWN.signed_head, OTHER.signed_head, good)
    for at in range(len(good)):
        for bit in range(0, 256, 5):
            wrong = bytearray(good[at])
            wrong[bit // 8] ^= 1 << bit % 8
            with pytest.raises(BadProofError):
                verify_fork(
                    FEED,
                    KNOWN.signed_head,
                    OTHER.signed_head,
                    [*good[:at], Hash(bytes(wrong)), *good[at + 1 :]],
                )


@pytest.mark.attack("A15")
def test_what_is_no_fork_is_not_taken_for_one() -> None:
    good = full_proof(BRANCH, 20, 50)
    same = resigned(NEWER, time_ms=1)
    empty = resigned(KNOWN, size=0)
    cases: list[tuple[bytes, bytes, list[Hash], type[RemoteError]]] = [
        (OTHER.signed_head, KNOWN.signed_head, good, BadProofError),
        (NEWER.signed_head, NEWER.signed_head, [], BadProofError),
        (NEWER.signed_head, same, [], BadProofError),
        (NEWER.signed_head, OTHER.signed_head, good, BadProofError),
        (empty, NEWER.signed_head, good, BadProofError),
        (KNOWN.signed_head, OTHER.signed_head, [], BadProofError),
        (KNOWN.signed_head, b"garbage", good, BadEncodingError),
        (Author(OTHER_KEY).append(OLD).signed_head, OTHER.signed_head, good, BadSignatureError),
    ]
    for first, second, proof, error in cases:
        with pytest.raises(error):
            verify_fork(FEED, first, second, proof)
