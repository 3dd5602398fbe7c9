"""What the index knows of profiles, beside names and bios."""

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.profile_field import ProfileField


class KnownFace(Struct, frozen=True, kw_only=True):
    """The pictures of one profile."""

    ref: EntryRef
    """Where the profile stands."""
    counts: bool
    """Whether it is the profile of its author; else another device said something later."""
    avatar: Medium | None = None
    banner: Medium | None = None

    @property
    def media(self) -> tuple[Medium, ...]:
        return tuple(each for each in (self.avatar, self.banner) if each is not None)


class FacesIndex(Protocol):
    """Reads only; from any thread."""

    def faces(self, authors: Collection[AuthorId]) -> dict[AuthorId, KnownFace]:
        """The pictures of their profiles, if any, of those who have one here."""
        ...

    def names(self, authors: Collection[AuthorId]) -> dict[AuthorId, str]:
        """What they are called, of those who say it, without a look at what they wrote."""
        ...

    def profile_fields(
        self, authors: Collection[AuthorId]
    ) -> dict[AuthorId, tuple[ProfileField, ...]]:
        """Pairs of label and text in their profiles, of those who have any."""
        ...

    def face_of_feed(self, feed_id: FeedId) -> KnownFace | None:
        """Those of the last profile in one feed, whether it counts or not."""
        ...
