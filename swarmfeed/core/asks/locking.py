"""Keys locked away while the node goes on: it reads and seeds, and writes nothing."""

from dataclasses import dataclass, field
from typing import Final

from swarmfeed.core.asks.ask import Ask

PASSPHRASE_CHARS_MAX: Final = 1_024
"""Longest passphrase that is taken from a file or a page; more is the wrong file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockState:
    """Whether the key of the own feed is locked away."""

    locked: bool
    has_passphrase: bool
    """Whether the keys have one: without it nothing can be locked."""
    sentence: str
    """What that means, and what can be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IsLocked(Ask[LockState]):
    """Whether the node may write just now."""

    name = "lock-state"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockKeys(Ask[LockState]):
    """Let go of the key of the own feed, until the passphrase is given."""

    name = "lock"
    changes = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockKeys(Ask[LockState]):
    """Take the key back."""

    name = "unlock"
    changes = True

    passphrase: str = field(repr=False)
    """Of the keys of this machine."""
