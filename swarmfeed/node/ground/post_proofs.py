"""Posts of feeds that are held, with all that proves them to anybody."""

from collections.abc import Sequence

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import PROVEN_CERTIFICATES_MAX
from swarmfeed.core.feed.proven import Proven, ProvenApart, ProvenPost, proving_certificates
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground


class PostProofs:
    """Puts them together; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._shelf = ground.shelf
        self._prover = ground.prover

    async def prove(self, feed_id: FeedId, indexes: Sequence[int]) -> list[ProvenPost]:
        """Return posts of one feed, with their newest edits; none: it is not on the shelf.

        Raises:
            DamageError: What is around one is not held, or damaged.
            RemoteError: A chunk on disk is not a chunk.
        """
        replica, author_id = self._shelf.replica(feed_id), self._shelf.author_of(feed_id)
        if replica is None or author_id is None:
            return []
        certificates = proving_certificates(feed_id, self._shelf.opened(author_id))
        if not 0 < len(certificates) <= PROVEN_CERTIFICATES_MAX:
            return []
        edits = await off_loop(
            lambda: {each: self._index.edits_of(feed_id, each)[-1:] for each in indexes}
        )
        places = sorted({*indexes, *(at for each in edits.values() for at in each)})
        found = await self._prover.inclusions(replica, places)
        entries = {
            index: Proven(index=index, stored=stored, proof=proof)
            for index, (stored, proof) in zip(places, found, strict=True)
        }
        head = replica.signed_head
        apart = {at: ProvenApart(head=head, entry=entry) for at, entry in entries.items()}
        return [
            ProvenPost(
                feed_id=feed_id,
                head=head,
                certificates=certificates,
                post=entries[index],
                edit=apart[edits[index][0]] if edits[index] else None,
            )
            for index in indexes
        ]
