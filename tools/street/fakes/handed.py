"""Files that were handed over to a fake node, and those that its drafts have."""

from msgspec import Struct, field
from swarmfeed.core.asks.media import HandedFile


class FakeFiles(Struct):
    """What a test sets, and finds."""

    handed: dict[str, bytes] = field(default_factory=dict)
    """By the names that they were given."""
    of_drafts: dict[str, tuple[HandedFile, ...]] = field(default_factory=dict)
    """By the places of drafts."""
