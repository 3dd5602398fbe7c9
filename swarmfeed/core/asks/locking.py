"""Keys locked away while the node goes on: it reads and seeds, and writes nothing."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.hiding import hiding

PASSPHRASE_CHARS_MAX: Final = 1_024
"""Longest passphrase that is taken from a file or a page; more is the wrong file."""


class LockState(Struct, frozen=True, kw_only=True):
    """Whether the key of the own feed is locked away."""

    locked: bool
    has_passphrase: bool
    """Whether the keys have one: without it nothing can be locked."""
    sentence: str
    """What that means, and what can be done."""


class IsLocked(Ask[LockState], frozen=True, kw_only=True):
    """Whether the node may write just now."""

    name = "lock-state"


class LockKeys(Ask[LockState], frozen=True, kw_only=True):
    """Let go of the key of the own feed, until the passphrase is given."""

    name = "lock"
    changes = True


class UnlockKeys(Ask[LockState], frozen=True, kw_only=True):
    """Take the key back."""

    __repr__ = hiding("passphrase")

    name = "unlock"
    changes = True

    passphrase: str
    """Of the keys of this machine."""
