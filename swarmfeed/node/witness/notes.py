"""A witness for logs elsewhere: whoever reaches its HTTP door has heads cosigned by it.

It keeps one book for all who ask: by a link or by HTTP, a head follows on the one before.
"""

import asyncio
from hashlib import sha256

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.witness.book import LastHead
from swarmfeed.core.witness.checkpoints import (
    AskedCheckpoint,
    NotCosigned,
    NoteReply,
    full_proof,
    read_request,
    size_of,
)
from swarmfeed.core.witness.limits import (
    COSIGN_BURST,
    COSIGN_PER_S,
    COSIGNED_WITHIN_S,
    NOTES_WAITING_MAX,
)
from swarmfeed.core.witness.words import Cosign
from swarmfeed.errors import RemoteError
from swarmfeed.node.witness.witnessing import Witness


class NoteWitness:
    """Answers ``add-checkpoint``; belongs to the node's loop."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._heads: TokenBucket | None = None
        """Of all who ask by HTTP together: what strangers cost is bounded by it."""
        self._waiting = 0

    async def add(self, body: bytes, host: str) -> NoteReply:
        """Cosign a checkpoint, or say why not; ``host`` is the IP address that asks."""
        try:
            if self._waiting >= NOTES_WAITING_MAX or not self._takes():
                raise NotCosigned(429, "too much is asked of this witness; try again later")
            asked = read_request(body)
            self._waiting += 1
            try:
                return await self._add(asked, host)
            finally:
                self._waiting -= 1
        except NotCosigned as error:
            return error.reply

    # --- inside ---

    async def _add(self, asked: AskedCheckpoint, host: str) -> NoteReply:
        known = self._witness.known(asked.feed_id)
        if known is None and not self._has_room(host):
            raise NotCosigned(429, "this witness heard of too many new feeds lately")
        if asked.old_size != (known.size if known is not None else 0):
            return size_of(known)
        self._judge(asked, known)
        await asyncio.sleep(COSIGNED_WITHIN_S)  # with what else comes, in one sync of the disk
        line = await self._witness.cosign(asked.feed_id, asked.signed_head, asked.head)
        if line is not None:
            return NoteReply(status=200, body=line + b"\n")
        known = self._witness.known(asked.feed_id)
        if known is not None and known.rival:
            raise NotCosigned(422, "the feed signed two histories")
        if known is not None and known.size == asked.head.size:
            raise NotCosigned(503, "this witness cannot write it down just now")
        return size_of(known)

    def _judge(self, asked: AskedCheckpoint, known: LastHead | None) -> None:
        cosign = Cosign(
            author_id=AuthorId(bytes(len(asked.feed_id))),
            feed_id=asked.feed_id,
            signed_head=asked.signed_head,
            old_size=asked.old_size,
            consistency=full_proof(asked, known) if known is not None else (),
        )
        try:
            self._witness.judge(cosign)
        except RemoteError as error:
            raise NotCosigned(422, str(error)) from error

    def _has_room(self, host: str) -> bool:
        network = domain_of(host)
        node_id = NodeId(sha256(b"http " + network.encode()).digest())
        return self._witness.has_room_for(node_id, network)

    def _takes(self) -> bool:
        now_s = asyncio.get_running_loop().time()
        if self._heads is None:
            self._heads = TokenBucket(COSIGN_BURST, COSIGN_PER_S, now_s)
        return self._heads.take(1, now_s)
