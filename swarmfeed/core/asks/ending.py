"""Stopping the machine, and deleting from it all that is this person's."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask

AGREED: Final = "delete"
"""What a person types who agrees that all is deleted, in whatever language."""


class Ended(Struct, frozen=True, kw_only=True):
    """What happens now."""

    sentence: str


class StopNode(Ask[Ended], frozen=True, kw_only=True):
    """Stop the node in good order, a moment after it is answered."""

    name = "stop-node"
    changes = True


class DeleteHome(Ask[Ended], frozen=True, kw_only=True):
    """Stop the node, then delete keys, posts, and all else that is in its home."""

    name = "delete-home"
    changes = True

    agreed: str
    """``delete``: who types that means it."""
