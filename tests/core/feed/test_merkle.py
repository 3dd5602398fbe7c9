"""The tree of RFC 9162: published vectors, the definition, properties."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    consistency_roots,
    full_consistency_proof,
    hash_children,
    inclusion_proof,
    root_hash,
    verify_inclusion,
)
from swarmfeed.errors import BadProofError

from tests.core import reference
from tests.examples import at_most

# The classic inputs of Certificate Transparency's test data and the roots of their prefixes.
# Source: transparency-dev/merkle, proof/verify_test.go.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size, proof) and (old, new, proof).  Source: the same file; its leaves count from 1.
INCLUSION_PROOFS = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY_PROOFS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]

PUBLISHED = [Hash(hashlib.sha256(b"\0" + bytes.fromhex(text)).digest()) for text in INPUTS]


def some_hashes(count: int) -> list[Hash]:
    return [Hash(hashlib.sha256(b"%d" % number).digest()) for number in range(count)]


class Tree:
    """Answers for subtrees of a tree that is in memory, and checks what is asked for."""

    def __init__(self, hashes: list[Hash]) -> None:
        self.hashes = hashes

    def subtree(self, start: int, end: int) -> Hash:
        assert 0 <= start < end <= len(self.hashes)
        width = 1 << (end - start - 1).bit_length()
        assert start % width == 0, "proofs promise to ask for aligned subtrees only"
        return Hash(reference.mth(self.hashes[start:end]))


HASHES = some_hashes(70)
TREE = Tree(HASHES)
sizes = st.integers(1, 70)
pairs = st.tuples(sizes, sizes).filter(lambda pair: pair[0] < pair[1])


def flipped(proof: list[Hash], bit: int) -> list[Hash]:
    at, offset = divmod(bit, 256)
    changed = bytearray(proof[at])
    changed[offset // 8] ^= 1 << offset % 8
    return [*proof[:at], Hash(bytes(changed)), *proof[at + 1 :]]


# --- vectors ---


def test_published_root_of_nothing() -> None:
    """Source: transparency-dev/merkle, rfc6962/rfc6962_test.go: ``echo -n | sha256sum``."""
    published = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == published
    assert root_hash([]).hex() == published
    assert Frontier().root().hex() == published


def test_published_hash_of_children() -> None:
    """Source: the same: ``echo -n 014E3132334E343536 | xxd -r -p | sha256sum``."""
    published = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    assert hash_children(b"N123", b"N456").hex() == published


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert root_hash(PUBLISHED[:size]).hex() == ROOTS[size - 1]
    frontier = Frontier()
    for entry_hash in PUBLISHED[:size]:
        frontier = frontier.append([entry_hash])
    assert frontier.root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "published"), INCLUSION_PROOFS)
def test_published_inclusion_proofs(index: int, size: int, published: list[str]) -> None:
    proof = inclusion_proof(index, size, Tree(PUBLISHED).subtree)
    assert [item.hex() for item in proof] == published
    root = Hash(bytes.fromhex(ROOTS[size - 1]))
    verify_inclusion(PUBLISHED[index], index, size, proof, root)


@pytest.mark.parametrize(("old", "new", "published"), CONSISTENCY_PROOFS)
def test_published_consistency_proofs(old: int, new: int, published: list[str]) -> None:
    proof = consistency_proof(old, new, Tree(PUBLISHED).subtree)
    assert [item.hex() for item in proof] == published
    if old < new:
        full = full_consistency_proof(old, new, Tree(PUBLISHED).subtree)
        roots = consistency_roots(old, new, full)
        assert [root.hex() for root in roots] == [ROOTS[old - 1], ROOTS[new - 1]]


# --- the definition ---


@pytest.mark.parametrize("size", range(71))
def test_root_agrees_with_the_definition(size: int) -> None:
    assert root_hash(HASHES[:size]) == reference.mth(HASHES[:size])


def test_root_hash_leaves_its_argument_alone() -> None:
    hashes = some_hashes(7)
    root_hash(hashes)
    assert hashes == some_hashes(7)


@settings(max_examples=at_most(40))
@given(st.data())
def test_frontier_takes_subtrees_in_any_split(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 70))
    frontier = Frontier()
    while frontier.size < size:
        widths = [
            1 << level
            for level in range(7)
            if frontier.size % (1 << level) == 0 and frontier.size + (1 << level) <= size
        ]
        width = data.draw(st.sampled_from(widths))
        span = HASHES[frontier.size : frontier.size + width]
        if data.draw(st.booleans()):
            frontier = frontier.append_subtree(width, Hash(reference.mth(span)))
        else:
            frontier = frontier.append(span)
    assert frontier.size == size
    assert len(frontier.roots) == size.bit_count()
    assert frontier.root() == reference.mth(HASHES[:size])


def test_a_subtree_out_of_place_is_our_own_bug() -> None:
    with pytest.raises(AssertionError):
        Frontier().append(HASHES[:1]).append_subtree(2, HASHES[1])


@given(pairs)
def test_inclusion_agrees_with_the_definition(pair: tuple[int, int]) -> None:
    index, size = pair
    proof = inclusion_proof(index, size, TREE.subtree)
    assert proof == reference.path(index, HASHES[:size])
    verify_inclusion(HASHES[index], index, size, proof, root_hash(HASHES[:size]))


@given(pairs)
def test_consistency_agrees_with_the_definition(pair: tuple[int, int]) -> None:
    old, new = pair
    assert consistency_proof(old, new, TREE.subtree) == reference.proof(old, HASHES[:new])
    full = full_consistency_proof(old, new, TREE.subtree)
    assert full[full[0] == root_hash(HASHES[:old]) and old.bit_count() == 1 :] == (
        reference.proof(old, HASHES[:new])
    )
    roots = consistency_roots(old, new, full)
    assert roots == (root_hash(HASHES[:old]), root_hash(HASHES[:new]))


# --- what must be refused ---


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("index", "size"), [(0, 2), (2, 3), (4, 7), (6, 7), (5, 8)])
def test_every_flipped_bit_of_an_inclusion_proof_is_refused(index: int, size: int) -> None:
    proof = inclusion_proof(index, size, TREE.subtree)
    root = root_hash(HASHES[:size])
    for bit in range(256 * len(proof)):
        with pytest.raises(BadProofError):
            verify_inclusion(HASHES[index], index, size, flipped(proof, bit), root)
    for bit in range(256):
        wrong = flipped([HASHES[index]], bit)[0]
        with pytest.raises(BadProofError):
            verify_inclusion(wrong, index, size, proof, root)


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 4), (4, 7), (6, 8), (7, 8)])
def test_every_flipped_bit_of_a_consistency_proof_leads_elsewhere(old: int, new: int) -> None:
    full = full_consistency_proof(old, new, TREE.subtree)
    for bit in range(256 * len(full)):
        _, new_root = consistency_roots(old, new, flipped(full, bit))
        assert new_root != root_hash(HASHES[:new]), "each hash must be bound by the new root"


@given(pairs, st.integers(0, 70), st.integers(0, 80))
def test_an_inclusion_proof_holds_in_its_own_place_only(
    pair: tuple[int, int], other_index: int, other_size: int
) -> None:
    index, size = pair
    proof = inclusion_proof(index, size, TREE.subtree)
    root = root_hash(HASHES[:size])
    if other_index != index:
        with pytest.raises(BadProofError):
            verify_inclusion(HASHES[index], other_index, size, proof, root)
    if other_size <= index:
        with pytest.raises(BadProofError, match="not below size"):
            verify_inclusion(HASHES[index], index, other_size, proof, root)


@pytest.mark.parametrize("index", [-1, 8, 9])
def test_an_index_beyond_the_tree_is_refused(index: int) -> None:
    with pytest.raises(BadProofError, match="not below size"):
        verify_inclusion(HASHES[0], index, 8, [], root_hash(HASHES[:8]))


@given(pairs)
def test_proofs_of_another_length_are_refused(pair: tuple[int, int]) -> None:
    index, size = pair
    root, proof = root_hash(HASHES[:size]), inclusion_proof(index, size, TREE.subtree)
    with pytest.raises(BadProofError, match="too short"):
        verify_inclusion(HASHES[index], index, size, proof[:-1], root)
    with pytest.raises(BadProofError, match="too long"):
        verify_inclusion(HASHES[index], index, size, [*proof, root], root)
    full = full_consistency_proof(index, size, TREE.subtree)
    with pytest.raises(BadProofError, match=r"too short|empty"):
        consistency_roots(index, size, full[:-1])
    with pytest.raises(BadProofError, match="too long"):
        consistency_roots(index, size, [*full, root])


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 8), (8, 8), (9, 8), (-1, 8)])
def test_sizes_out_of_order_are_refused(old: int, new: int) -> None:
    """Without the check, 0 entries would keep us shifting -1 for ever."""
    with pytest.raises(BadProofError, match="no consistency proof"):
        consistency_roots(old, new, HASHES[:4])


@given(pairs, st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_random_proofs_raise_the_one_error_or_lead_elsewhere(
    pair: tuple[int, int], hashes: list[bytes]
) -> None:
    old, new = pair
    proof = [Hash(item) for item in hashes]
    try:
        roots = consistency_roots(old, new, proof)
    except BadProofError:
        pass
    else:
        assert root_hash(HASHES[:new]) not in roots
    if proof:
        with pytest.raises(BadProofError):
            verify_inclusion(HASHES[old], old, new, proof, root_hash(HASHES[:new]))
