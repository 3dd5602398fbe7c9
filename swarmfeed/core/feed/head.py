"""Heads and receipts: what an author signs of a feed, and what a holder confirms.

A head is a text that people can read, a C2SP checkpoint in a signed note:

    swarmfeed/<feed address>
    <size>
    <base64 root>
    time <ms>
    chunks <base64 SHA-256 of the chunk list>
    <empty line>
    — swarmfeed/<feed address> <base64(key hash (4) || Ed25519 signature (64))>

One signature covers any number of entries.  A receipt is one more signature line under the
same text, made by a holder's node key (cosignature/v1).

Sources: c2sp.org/tlog-checkpoint, c2sp.org/signed-note, c2sp.org/tlog-cosignature.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, HEAD_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import FeedId, Hash, NodeId
from swarmfeed.errors import BadEncodingError, BadSignatureError, UserError

Sign = Callable[[bytes], bytes]
"""Message in, 64-byte Ed25519 signature out."""

_ED25519_NOTE = b"\x01"
_COSIGNATURE_V1 = b"\x04"

_HEAD = re.compile(
    rb"(swarmfeed/([a-z2-7]{56}))\n(0|[1-9][0-9]{0,10})\n([A-Za-z0-9+/]{43}=)\n"
    rb"time (0|[1-9][0-9]{0,14})\nchunks ([A-Za-z0-9+/]{43}=)\n"
    rb"\n\xe2\x80\x94 (swarmfeed/[a-z2-7]{56}) ([A-Za-z0-9+/]{91}=)\n"
)
_COSIGNED = re.compile(
    rb"\xe2\x80\x94 (swarmfeed-[a-z]+/)([a-z2-7]{56}) ([A-Za-z0-9+/]{102}==)"
)
_HOLDER = "swarmfeed-node/"


class Head(Struct, frozen=True, kw_only=True):
    """An author's statement: "this feed is exactly these entries".

    Invariant: ``root`` covers entries [0, size); nothing is said about the rest.
    """

    feed_id: FeedId
    size: int
    """Number of entries, 0 <= size <= FEED_ENTRIES_MAX."""
    root: Hash
    """Merkle root over entries [0, size)."""
    time_ms: int
    """The author's clock when it was signed.  Never trusted alone."""
    chunks_hash: Hash
    """SHA-256 of the encoded chunk list."""


class OpenedReceipt(Struct, frozen=True):
    """A holder's word that it held all entries of a head."""

    node_id: NodeId
    time_s: int
    """The holder's clock: Unix time in seconds."""


def verifier_key(feed_id: FeedId) -> str:
    """Return what tools of transparency logs check a feed's heads by (c2sp.org/signed-note)."""
    name, key_hash = _feed_name(feed_id)
    return f"{name.decode()}+{key_hash.hex()}+{b64encode(_ED25519_NOTE + feed_id).decode()}"


def sign_head(head: Head, sign: Sign) -> bytes:
    """Return the signed text of a head; ``sign`` uses the feed key."""
    name, key_hash = _feed_name(head.feed_id)
    body = _head_body(name, head)
    return body + b"\n\xe2\x80\x94 %b %b\n" % (name, b64encode(key_hash + sign(body)))


def open_head(signed: bytes, feed_id: FeedId, verify: Verify = verify_signature) -> Head:
    """Verify ``signed`` under ``feed_id`` and return the head inside.

    Raises:
        BadEncodingError: Not the one spelling of a head.
        BadSignatureError: Not signed by ``feed_id``, or about another feed.
    """
    match = _HEAD.fullmatch(signed) if len(signed) <= HEAD_BYTES_MAX else None
    if match is None:
        raise BadEncodingError("not a head")
    name, key_hash = _feed_name(feed_id)
    if match[1] != name or match[7] != name:
        raise BadSignatureError("head is about another feed")
    signature = read_base64(match[8])
    if signature[:4] != key_hash:
        raise BadSignatureError("head is signed by another key")
    # The signed text ends before the empty line.
    verify(feed_id, head_body(signed), signature[4:])
    size = int(match[3])
    if size > FEED_ENTRIES_MAX:
        raise BadEncodingError(f"head has {size} entries")
    root, chunks_hash = read_base64(match[4]), read_base64(match[6])
    return Head(
        feed_id=feed_id,
        size=size,
        root=Hash(root),
        time_ms=int(match[5]),
        chunks_hash=Hash(chunks_hash),
    )


def head_body(signed: bytes) -> bytes:
    """Return the text that signatures under a head cover: up to the empty line."""
    return signed[: signed.index(b"\n\n") + 1]


def claimed_size(signed: bytes) -> int:
    """Return how many entries a head speaks of that was verified before."""
    return int(signed.split(b"\n", 2)[1])


def sign_receipt(signed_head: bytes, node_id: NodeId, time_s: int, sign: Sign) -> bytes:
    """Return the cosignature line of a head; ``sign`` uses the node key."""
    return cosign(_HOLDER, signed_head, node_id, time_s, sign)


def open_receipt(signed_head: bytes, line: bytes) -> OpenedReceipt:
    """Verify a cosignature line under a head that was itself verified before.

    Raises:
        BadEncodingError: Not a cosignature line of a holder.
        BadSignatureError: Not signed by the node it names, or under another head.
    """
    return OpenedReceipt(*open_cosigned(_HOLDER, signed_head, line))


def cosign(prefix: str, signed_head: bytes, node_id: NodeId, time_s: int, sign: Sign) -> bytes:
    """Return a cosignature line, whose name is ``prefix`` and the node's address."""
    name, key_hash = _node_name(prefix, node_id)
    signature = sign(_cosigned(signed_head, time_s))
    return b"\xe2\x80\x94 %b %b" % (
        name,
        b64encode(key_hash + time_s.to_bytes(8, "big") + signature),
    )


def open_cosigned(prefix: str, signed_head: bytes, line: bytes) -> tuple[NodeId, int]:
    """Verify a cosignature line; return whose it is, and their clock in Unix seconds.

    Raises:
        BadEncodingError: Not a cosignature line under a name with this prefix.
        BadSignatureError: Not signed by the node it names, or under another head.
    """
    node_id, raw = read_cosigned(prefix, line)
    time_s = int.from_bytes(raw[4:12], "big")
    if raw[:4] != _node_name(prefix, node_id)[1]:
        raise BadSignatureError("cosignature is by another key")
    if time_s * 1000 > TIME_MS_MAX:
        raise BadEncodingError("cosignature is from beyond time")
    verify_signature(node_id, _cosigned(signed_head, time_s), raw[12:])
    return node_id, time_s


def read_cosigned(prefix: str, line: bytes) -> tuple[NodeId, bytes]:
    """Return whose a line says it is, and what they signed with, unverified.

    Raises:
        BadEncodingError: Not a cosignature line under a name with this prefix.
    """
    match = _COSIGNED.fullmatch(line)
    if match is None or match[1] != prefix.encode("ascii"):
        raise BadEncodingError("not such a cosignature")
    return NodeId(_address_key(match[2])), read_base64(match[3])


def _head_body(name: bytes, head: Head) -> bytes:
    return b"%b\n%d\n%b\ntime %d\nchunks %b\n" % (
        name,
        head.size,
        b64encode(head.root),
        head.time_ms,
        b64encode(head.chunks_hash),
    )


def _cosigned(signed_head: bytes, time_s: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time_s + head_body(signed_head)


@lru_cache(maxsize=16_384)
def _feed_name(feed_id: FeedId) -> tuple[bytes, bytes]:
    return _name_and_key_hash("swarmfeed/", feed_id, _ED25519_NOTE)


@lru_cache(maxsize=4_096)
def _node_name(prefix: str, node_id: NodeId) -> tuple[bytes, bytes]:
    return _name_and_key_hash(prefix, node_id, _COSIGNATURE_V1)


def _name_and_key_hash(
    prefix: str, key: FeedId | NodeId, algorithm: bytes
) -> tuple[bytes, bytes]:
    name = (prefix + format_address(key)).encode("ascii")
    return name, sha256(name + b"\n" + algorithm + key).digest()[:4]


def _address_key(address: bytes) -> bytes:
    try:
        return parse_address(address.decode("ascii"))
    except UserError as error:
        raise BadEncodingError("not an address") from error
