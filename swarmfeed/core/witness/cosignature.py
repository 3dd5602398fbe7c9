"""Cosignatures: a witness's word that a head is the newest of its feed that it knows.

    — swarmfeed-witness/<node address> <base64(key hash (4) || time in s (8) || signature (64))>

It follows on every head the same witness cosigned before.  The witness need not hold a single
entry: its name is another than that of a receipt, so that neither can be taken for the other.

Source: c2sp.org/tlog-cosignature, Ed25519.
"""

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.head import Sign, cosign, open_cosigned, read_cosigned

_WITNESS = "swarmfeed-witness/"


class Cosignature(Struct, frozen=True):
    """One witness's word on a head."""

    witness: NodeId
    time_s: int
    """The witness's clock: Unix time in seconds."""
    line: bytes
    """As it was signed, without the line feed."""


def sign_cosignature(signed_head: bytes, node_id: NodeId, time_s: int, sign: Sign) -> bytes:
    """Return the cosignature line of a head; ``sign`` uses the node key."""
    return cosign(_WITNESS, signed_head, node_id, time_s, sign)


def open_cosignature(signed_head: bytes, line: bytes) -> Cosignature:
    """Verify a cosignature line under a head that was itself verified before.

    Raises:
        BadEncodingError: Not a witness's line.
        BadSignatureError: Not signed by the node it names, or under another head.
    """
    return Cosignature(*open_cosigned(_WITNESS, signed_head, line), line)


def witness_of(line: bytes) -> NodeId:
    """Return whose a line says it is, unverified.  Raises BadEncodingError."""
    return read_cosigned(_WITNESS, line)[0]
