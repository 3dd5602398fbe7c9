"""What a node keeps for others until they come: boxes, and the parcels in them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import FeedId


class KeptBox(Struct, frozen=True, kw_only=True):
    """A box, and how much is in it."""

    box: bytes
    """Its id."""
    feed_id: FeedId
    """Whose it is."""
    token_hash: bytes
    bytes_max: int
    until_s: int
    """When it ends, in seconds since 1970."""
    parcels: int = 0
    bytes: int = 0
    strangers_bytes: int = 0
    """Of them in parcels of strangers."""


class KeptParcel(Struct, frozen=True, kw_only=True):
    """A parcel that is to be kept."""

    box: bytes
    id: bytes
    data: bytes
    is_stranger: bool
    came_s: int
    """Seconds since 1970."""


class SomeParcels(Struct, frozen=True, kw_only=True):
    """Parcels of a box, in the order in which they came."""

    parcels: tuple[bytes, ...]
    last: int
    """Place of the last one; of none, the place they were asked for behind."""
    more: bool
    """Whether there are more behind it."""


class GoneParcel(Struct, frozen=True):
    """A parcel that is kept no longer."""

    box: bytes
    size_bytes: int
    is_stranger: bool


class MailStore(Protocol):
    """Boxes on disk.  One call at a time, from any thread.

    Each method may raise PassingError: not now, and nothing changed.  Those that change
    something return once that survives a power cut, or raise FatalError: whether it does is
    unknown, or what is there is damaged.
    """

    def read(self) -> list[KeptBox]:
        """All boxes; at the start."""
        ...

    def lease(self, box: KeptBox) -> None:
        """Keep a box, or go on under other terms; what is in it stays."""
        ...

    def end(self, boxes: Collection[bytes]) -> None:
        """Keep some boxes no longer, nor what is in them."""
        ...

    def keep(self, parcels: Sequence[KeptParcel]) -> list[bool]:
        """Keep parcels; returns of each whether it was not there already."""
        ...

    def some(self, box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        """Parcels of a box behind a place, until they are ``bytes_max`` long or longer, or
        ``count_max``."""
        ...

    def drop(self, box: bytes, ids: Iterable[bytes]) -> list[GoneParcel]:
        """Let parcels go; those that are not there are passed over."""
        ...

    def drop_older(self, came_before_s: int) -> list[GoneParcel]:
        """Let go what came before a moment."""
        ...

    def close(self) -> None: ...
