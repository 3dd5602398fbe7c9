import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.entry import decode_entry, encode_withdrawn, hash_stored
from swarmfeed.core.feed.merkle import inclusion_proof, root_hash
from swarmfeed.core.history.audit import verify_audit
from swarmfeed.core.history.words import AuditProof
from swarmfeed.errors import BadProofError, BadSignatureError, RemoteError

from tests.core.samples import FEED, OTHER_KEY, Author, posts

SIZE = 300
AUTHOR = Author()
STORED = posts(0, SIZE)
REPLICA = AUTHOR.append(STORED)
HASHES = [hash_stored(each) for each in STORED]


def proof_of(index: int) -> AuditProof:
    path = inclusion_proof(index, SIZE, lambda start, end: root_hash(HASHES[start:end]))
    return AuditProof(FEED, index, REPLICA.signed_head, STORED[index], tuple(path))


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE))
def test_whoever_holds_an_entry_can_show_it(index: int, claimed: int) -> None:
    assert verify_audit(proof_of(index), FEED, index, claimed)


@pytest.mark.attack("A36")
@given(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_no_other_entry_passes_for_it(index: int, other: int) -> None:
    if index == other:
        return
    with pytest.raises(BadProofError):
        verify_audit(replace(proof_of(other), index=index), FEED, index, SIZE)
    with pytest.raises(BadProofError):
        verify_audit(proof_of(other), FEED, index, SIZE)


@pytest.mark.attack("A36")
def test_a_head_smaller_than_was_claimed_is_not_enough() -> None:
    with pytest.raises(BadProofError, match="301 were claimed"):
        verify_audit(proof_of(3), FEED, 3, SIZE + 1)


@pytest.mark.attack("A36")
def test_nothing_and_lies_fail() -> None:
    nothing = AuditProof(FEED, 3, b"", b"", ())
    with pytest.raises(BadProofError, match="cannot show"):
        verify_audit(nothing, FEED, 3, SIZE)
    with pytest.raises(BadProofError, match="another question"):
        verify_audit(proof_of(3), FeedId(b"x" * 32), 3, SIZE)
    other = Author(OTHER_KEY).append(STORED)
    with pytest.raises((BadSignatureError, RemoteError)):
        verify_audit(replace(proof_of(3), signed_head=other.signed_head), FEED, 3, SIZE)
    for changed in (
        replace(proof_of(3), stored=STORED[4]),
        replace(proof_of(3), path=proof_of(3).path[:-1]),
        replace(proof_of(3), path=(*proof_of(3).path, Hash(bytes(32)))),
        replace(proof_of(3), stored=b"junk"),
        replace(proof_of(3), signed_head=b"junk"),
    ):
        with pytest.raises(RemoteError):
            verify_audit(changed, FEED, 3, SIZE)


def test_an_entry_without_its_body_says_nothing() -> None:
    entry = decode_entry(STORED[3])
    bare = encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)
    assert not verify_audit(replace(proof_of(3), stored=bare), FEED, 3, SIZE)
