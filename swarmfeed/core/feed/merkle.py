"""The Merkle tree over a feed's entries.

Pure functions of hashes; no feed, no network, no storage.  Ranges are half-open.

Source: RFC 9162, section 2.1 (identical to RFC 6962 for SHA-256).
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.base.types import Hash
from swarmfeed.errors import BadProofError

EMPTY_ROOT = Hash(sha256(b"").digest())
"""Root of a tree without entries (RFC 9162, 2.1.1)."""

SubtreeRoot = Callable[[int, int], Hash]
"""Root over entries [start, end), where start is a multiple of the smallest power of two
that is >= end - start; how proofs reach into a tree that is not in memory."""


def hash_children(left: bytes, right: bytes) -> Hash:
    """Hash two subtrees.  The 0x01 prefix keeps inner hashes and entries apart."""
    return Hash(sha256(b"\x01" + left + right).digest())


def root_hash(entry_hashes: Sequence[Hash]) -> Hash:
    """Return the root over ``entry_hashes``, oldest first.

    Level by level, the odd one at the end moves up as it is: the same tree as the recursive
    definition, at one hash for each entry.  Source: RFC 9162, section 2.1.1.
    """
    row: Sequence[bytes] = entry_hashes
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        odd = row[-1:] if len(row) & 1 else ()
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        row.extend(odd)
    return Hash(row[0])


class Frontier(Struct, frozen=True):
    """What is left of a tree when only appending matters: its perfect subtrees.

    Costs O(log size) memory and a few hashes for each append or root.
    """

    size: int = 0
    """Number of entries."""

    roots: tuple[Hash, ...] = ()
    """Roots of the perfect subtrees from left to right, one for each 1-bit of ``size``."""

    def append(self, entry_hashes: Iterable[Hash]) -> "Frontier":
        """Add entries, oldest first."""
        size, roots = self.size, list(self.roots)
        for entry_hash in entry_hashes:
            _push(roots, size, entry_hash)
            size += 1
        return Frontier(size, tuple(roots))

    def append_subtree(self, entry_count: int, root: Hash) -> "Frontier":
        """Add a perfect subtree of ``entry_count`` = 2**k entries.

        Requires that ``size`` is a multiple of ``entry_count``.
        """
        assert self.size % entry_count == 0, "a subtree must stand at its own multiple"
        roots = list(self.roots)
        _push(roots, self.size // entry_count, root)
        return Frontier(self.size + entry_count, tuple(roots))

    def root(self) -> Hash:
        """Return the root over all entries: perfect subtrees folded from the right."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = hash_children(left, root)
        return root


def _push(roots: list[Hash], left: int, root: Hash) -> None:
    """Add a subtree at the right, with so many of its size to its left, and merge."""
    while left & 1:  # the last one is of its size
        root = hash_children(roots.pop(), root)
        left >>= 1
    roots.append(root)


def inclusion_proof(index: int, size: int, subtree: SubtreeRoot) -> list[Hash]:
    """Return the sibling hashes of entry ``index``, from the entry upwards.

    Requires 0 <= index < size.  Source: RFC 9162, section 2.1.3.1.
    """
    proof: list[Hash] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    proof.reverse()
    return proof


def verify_inclusion(
    entry_hash: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash
) -> None:
    """Check that entry ``index`` is in the tree of ``size`` entries under ``root``.

    Args:
        entry_hash: Hash of the entry, 32 bytes.
        index: Position of the entry, 0 <= index < size.
        size: Entries under ``root``.
        proof: Sibling hashes from the entry upwards, 32 bytes each.
        root: Trusted root, from a verified head.

    Raises:
        BadProofError: The proof is too short, too long, or leads elsewhere.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProofError(f"index {index} is not below size {size}")
    at, last, result = index, size - 1, entry_hash
    for sibling in proof:
        if last == 0:
            raise BadProofError(f"inclusion proof of {len(proof)} hashes is too long")
        if at & 1 or at == last:
            result = hash_children(sibling, result)
            # The right edge skips levels where it has no sibling.
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            result = hash_children(result, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise BadProofError(f"inclusion proof of {len(proof)} hashes is too short")
    if result != root:
        raise BadProofError("inclusion proof leads to another root")


def consistency_proof(old: int, new: int, subtree: SubtreeRoot) -> list[Hash]:
    """Return the proof that the tree of ``new`` entries extends the one of ``old``.

    Requires 0 < old <= new.  Source: RFC 9162, section 2.1.4.1.
    """
    proof: list[Hash] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(subtree(start, end))
    proof.reverse()
    return proof


def full_consistency_proof(old: int, new: int, subtree: SubtreeRoot) -> list[Hash]:
    """Return ``consistency_proof`` with its first hash always spelled out.

    RFC 9162 leaves it out when ``old`` is a power of two, because the verifier has the old
    root.  With it, both roots follow from the proof alone, and a proof that leads to the new
    root but to another old one convicts the author.
    """
    proof = consistency_proof(old, new, subtree)
    if old & (old - 1) == 0 and old < new:
        proof.insert(0, subtree(0, old))
    return proof


def consistency_roots(old: int, new: int, full_proof: Sequence[Hash]) -> tuple[Hash, Hash]:
    """Return the roots (old, new) that a full consistency proof leads to.

    The caller compares them with what the author signed.

    Args:
        old: 0 < old < new.
        new: Entries of the larger tree.
        full_proof: From ``full_consistency_proof``, 32 bytes each.

    Raises:
        BadProofError: Sizes out of order, or another number of hashes than they need.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 < old < new:
        raise BadProofError(f"no consistency proof leads from {old} to {new} entries")
    if not full_proof:
        raise BadProofError("consistency proof is empty")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_root = new_root = full_proof[0]
    for sibling in full_proof[1:]:
        if last == 0:
            raise BadProofError(f"consistency proof of {len(full_proof)} hashes is too long")
        if at & 1 or at == last:
            old_root = hash_children(sibling, old_root)
            new_root = hash_children(sibling, new_root)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            new_root = hash_children(new_root, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise BadProofError(f"consistency proof of {len(full_proof)} hashes is too short")
    return old_root, new_root


def _split(count: int) -> int:
    """Largest power of two below ``count``, for count > 1: where a tree splits."""
    return 1 << (count - 1).bit_length() - 1
