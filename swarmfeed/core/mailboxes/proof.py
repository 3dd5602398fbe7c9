"""What a feed key signs about mailboxes: for one holder, on one link, and for nothing else.

    open   "swarmfeed mailbox 1" || binding || holder
    lease  "swarmfeed mailbox lease 1" || binding || holder || token hash || bytes (8)
               || until (8)
    offer  "swarmfeed mailbox offer 1" || binding || owner's node

The binding is what both ends of a link know and no other link has: SHA-256 of the server's TLS
certificate, and the nonce of its hello.  So nobody who hears a proof can show it elsewhere.
"""

from typing import Final

from swarmfeed.core.base.types import NodeId

_OPEN: Final = b"swarmfeed mailbox 1"
_LEASE: Final = b"swarmfeed mailbox lease 1"
_OFFER: Final = b"swarmfeed mailbox offer 1"


def open_text(binding: bytes, holder: NodeId) -> bytes:
    """Return what the owner of a box signs to open it."""
    return _OPEN + binding + holder


def lease_text(
    binding: bytes, holder: NodeId, token_hash: bytes, bytes_max: int, until_s: int
) -> bytes:
    """Return what the owner of a box signs to have it kept."""
    numbers = bytes_max.to_bytes(8, "big") + until_s.to_bytes(8, "big")
    return _LEASE + binding + holder + token_hash + numbers


def offer_text(binding: bytes, owner: NodeId) -> bytes:
    """Return what a holder signs with its own feed key, to say whose machine it is."""
    return _OFFER + binding + owner
