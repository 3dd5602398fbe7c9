"""Audits: whether a node has an entry that it says it holds.

The entry and its inclusion proof lead to a head that the author signed, so the auditor needs
nothing of the feed but its id.
"""

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import hash_stored, split_stored
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.merkle import verify_inclusion
from swarmfeed.core.history.words import AuditProof
from swarmfeed.errors import BadProofError


def verify_audit(proof: AuditProof, feed_id: FeedId, index: int, size_claimed: int) -> bool:
    """Check the answer to an audit of one entry, index < size_claimed.

    Args:
        size_claimed: Entries that the node said it holds; its head must cover them.

    Returns:
        Whether it shows the entry whole.  One whose body was withdrawn is shown by its hash,
        and so could be one whose body was thrown away: such an answer says nothing.

    Raises:
        BadProofError: It shows another entry, an older head, or nothing.
        BadSignatureError: The author did not sign the head.
        BadEncodingError: The head is malformed.
    """
    if proof.feed_id != feed_id or proof.index != index:
        raise BadProofError("the answer to another question")
    if not proof.signed_head:
        raise BadProofError("the node cannot show the entry")
    head = open_head(proof.signed_head, feed_id)
    if head.size < size_claimed:
        raise BadProofError(f"a head of {head.size} entries, and {size_claimed} were claimed")
    verify_inclusion(hash_stored(proof.stored), index, head.size, proof.path, head.root)
    return split_stored(proof.stored)[0] is not None
