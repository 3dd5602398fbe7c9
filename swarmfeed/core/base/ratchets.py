"""Where a letter stands in its session, as the Double Ratchet counts."""

from msgspec import Struct


class RatchetHeader(Struct, frozen=True, kw_only=True):
    """Where a letter stands in its session."""

    ratchet: bytes
    """Public ratchet key of the sender, 32 bytes."""
    before: int
    """How many letters the chain before had; 0 to 2^32 - 1."""
    number: int
    """Which one of its chain it is, from 0 on; as many."""
