"""What a witness decides when it is asked to cosign a head: the rules of its book.

    known    asked                                     judgement
    nothing  any                                       TakeHead
    n, r     n, the same root                          TellHead  what is known
    n, r     fewer entries                             TellHead  (409 of c2sp.org/tlog-witness)
    n, r     more, not from n                          TellHead  the asker proves it from there
    n, r     more, and the proof leads from r          TakeHead
    n, r     n, another root                           ForkFound
    n, r     more, and the proof leads from another    ForkFound  the author signed both

What is taken is on disk before it is cosigned; so a witness never cosigns a smaller head after
a larger one, nor two that contradict each other, whenever the power goes.
"""

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, decode_fields, encode
from swarmfeed.core.base.limits import (
    CONSISTENCY_HASHES_MAX,
    FEED_ENTRIES_MAX,
    HASH_BYTES,
    HEAD_BYTES_MAX,
)
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.merkle import consistency_roots
from swarmfeed.core.witness.words import Cosign
from swarmfeed.errors import BadEncodingError, BadProofError, DamageError, RemoteError

ROW_BYTES_MAX = 2 * HEAD_BYTES_MAX + CONSISTENCY_HASHES_MAX * (HASH_BYTES + 4) + 128


class LastHead(Struct, frozen=True, kw_only=True):
    """What a witness keeps of one feed."""

    signed_head: bytes
    """The newest it took."""
    size: int
    root: Hash
    rival: bytes = b""
    """A head that contradicts it, by the same author; empty: there is none."""
    proof: tuple[Hash, ...] = ()
    """Shows so, where the rival is larger."""


class TakeHead(Struct, frozen=True):
    """Write this down, then cosign it."""

    known: LastHead


class TellHead(Struct, frozen=True):
    """Cosign, and tell, what is known."""


class ForkFound(Struct, frozen=True):
    """Write this down; both heads convict the author, and neither is cosigned any more."""

    known: LastHead


Judgement = TakeHead | TellHead | ForkFound


def judge(known: LastHead | None, asked: Cosign) -> Judgement:
    """Decide what becomes of a head.

    Raises:
        RemoteError: It is no head of that feed, or the proof proves nothing.
    """
    if known is not None and (known.rival or asked.signed_head == known.signed_head):
        return TellHead()
    head = open_head(asked.signed_head, asked.feed_id)
    if not head.size:
        raise BadEncodingError("a head of nothing is not witnessed")
    new = LastHead(signed_head=asked.signed_head, size=head.size, root=head.root)
    if known is None:
        return TakeHead(new)
    if new.size == known.size:
        return (
            TellHead() if new.root == known.root else ForkFound(_with_rival(known, asked, ()))
        )
    if new.size < known.size or asked.old_size != known.size:
        return TellHead()
    old_root, new_root = consistency_roots(known.size, new.size, asked.consistency)
    if new_root != new.root:
        raise BadProofError("the proof does not lead to the head")
    return (
        TakeHead(new)
        if old_root == known.root
        else ForkFound(_with_rival(known, asked, asked.consistency))
    )


def encode_known(known: LastHead) -> bytes:
    """Return a row of the ledger."""
    row: dict[str, Encodable] = {"g": known.signed_head, "n": known.size, "r": known.root}
    if known.rival:
        row |= {"h": known.rival, "p": list(known.proof)}
    return encode(row)


def decode_known(row: bytes) -> LastHead:
    """Read a row of the ledger; its signatures were verified when it came.

    Raises:
        DamageError: It is none.
    """
    try:
        fields = decode_fields(row, "witnessed head", limit_bytes=ROW_BYTES_MAX)
        proof = (
            fields.take_list(b"p", count_max=CONSISTENCY_HASHES_MAX) if b"p" in fields else []
        )
        return LastHead(
            signed_head=fields.take_bytes(b"g", bytes_max=HEAD_BYTES_MAX),
            size=fields.take_int(b"n", 1, FEED_ENTRIES_MAX),
            root=Hash(fields.take_bytes(b"r", length=HASH_BYTES)),
            rival=fields.take_bytes(b"h", bytes_max=HEAD_BYTES_MAX) if b"h" in fields else b"",
            proof=tuple(Hash(each) for each in proof if isinstance(each, bytes)),
        )
    except RemoteError as error:
        raise DamageError(f"a witnessed head is damaged: {error}") from error


def _with_rival(known: LastHead, asked: Cosign, proof: tuple[Hash, ...]) -> LastHead:
    return LastHead(
        signed_head=known.signed_head,
        size=known.size,
        root=known.root,
        rival=asked.signed_head,
        proof=proof,
    )
