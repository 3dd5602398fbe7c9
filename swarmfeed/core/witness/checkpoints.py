"""What others ask a witness by HTTP, and what it answers: c2sp.org/tlog-witness.

    POST .../add-checkpoint
    old <entries of the head the witness cosigned last>
    <base64 hash>                   consistency proof, RFC 6962
    ...
    <empty line>
    <checkpoint>                    a head (FORMAT 5), whoever else signed it too

    200  the witness's line          404  no feed's name       409  <size>: prove it from there
    400  malformed                   403  not signed so        422  the proof proves nothing
    429  too much asked

Our heads are checkpoints, and each names the key that signs it: so every feed is a log that is
known.
"""

import re
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.limits import CONSISTENCY_HASHES_MAX, HASH_BYTES
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.head import Head, open_head
from swarmfeed.core.witness.book import LastHead
from swarmfeed.core.witness.limits import NOTE_SIGNATURES_MAX
from swarmfeed.errors import BadEncodingError, BadSignatureError, RemoteError, UserError

TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"

_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,10})")
_ORIGIN: Final = re.compile(rb"swarmfeed/([a-z2-7]{56})")


class NoteReply(Struct, frozen=True, kw_only=True):
    """An answer, as HTTP has it."""

    status: int
    body: bytes = b""
    content_type: str = TEXT


class AskedCheckpoint(Struct, frozen=True, kw_only=True):
    """A checkpoint to be cosigned; its signature is verified."""

    feed_id: FeedId
    signed_head: bytes
    """Without the lines of others."""
    head: Head
    old_size: int
    proof: tuple[Hash, ...]
    """As RFC 6962 has it: without the old root where that is a whole tree."""


class NotCosigned(RemoteError):
    """A request that no cosignature answers."""

    def __init__(self, status: int, why: str) -> None:
        """``why`` is a line for people."""
        super().__init__(why)
        self.reply = NoteReply(status=status, body=f"{why}\n".encode())


def size_of(known: LastHead | None) -> NoteReply:
    """What the witness has of a feed: the next proof begins there."""
    size = known.size if known is not None else 0
    return NoteReply(status=409, body=b"%d\n" % size, content_type=SIZE)


def read_request(body: bytes) -> AskedCheckpoint:
    """Read a request, and verify its checkpoint.

    Raises:
        NotCosigned: Malformed, of no feed, not signed by it, or with a proof of nothing.
    """
    asked, empty, note = body.partition(b"\n\n")
    old, *hashes = asked.split(b"\n")
    match = _OLD.fullmatch(old)
    if match is None or not empty or len(hashes) > CONSISTENCY_HASHES_MAX:
        raise NotCosigned(400, "no old size, proof, empty line and checkpoint")
    proof, feed_id, old_size = tuple(map(_hash, hashes)), _feed_of(note), int(match[1])
    signed_head, head = _open(note, feed_id)
    if not head.size or old_size > head.size:
        raise NotCosigned(400, "the checkpoint has fewer entries than the old size")
    if proof and old_size in (0, head.size):
        raise NotCosigned(422, "there is nothing to prove, and yet a proof")
    return AskedCheckpoint(
        feed_id=feed_id, signed_head=signed_head, head=head, old_size=old_size, proof=proof
    )


def full_proof(asked: AskedCheckpoint, known: LastHead) -> tuple[Hash, ...]:
    """The proof as our own messages have it, with the old root always spelled out."""
    is_whole = known.size & (known.size - 1) == 0 and known.size < asked.head.size
    return (known.root, *asked.proof) if is_whole else asked.proof


def _hash(line: bytes) -> Hash:
    try:
        found = read_base64(line)
    except BadEncodingError as error:
        raise NotCosigned(400, "a hash of the proof is not base64") from error
    if len(found) != HASH_BYTES:
        raise NotCosigned(400, f"a hash of the proof has {len(found)} bytes")
    return Hash(found)


def _feed_of(note: bytes) -> FeedId:
    """Whose checkpoint it says it is."""
    origin, end, _ = note.partition(b"\n")
    match = _ORIGIN.fullmatch(origin)
    if not end:
        raise NotCosigned(400, "no checkpoint")
    try:
        return FeedId(parse_address(match[1].decode() if match else ""))
    except UserError as error:
        raise NotCosigned(404, "no feed has that name") from error


def _open(note: bytes, feed_id: FeedId) -> tuple[bytes, Head]:
    """Return a checkpoint with its author's line alone, and what it says."""
    text, empty, lines = note.partition(b"\n\n")
    signatures = lines.split(b"\n")
    if not empty or signatures.pop() or len(signatures) > NOTE_SIGNATURES_MAX:
        raise NotCosigned(400, "the checkpoint is no signed note")
    own = b"\xe2\x80\x94 " + text.partition(b"\n")[0] + b" "
    found = next((each for each in signatures if each.startswith(own)), None)
    if found is None:
        raise NotCosigned(403, "the feed did not sign it")
    signed_head = text + b"\n\n" + found + b"\n"
    try:
        return signed_head, open_head(signed_head, feed_id)
    except BadSignatureError as error:
        raise NotCosigned(403, str(error)) from error
    except RemoteError as error:
        raise NotCosigned(400, str(error)) from error
