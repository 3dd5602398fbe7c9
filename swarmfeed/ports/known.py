"""What an index answers that is no view yet: what it knows of authors, devices, nodes."""

from msgspec import Struct

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import Regarding
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId


class KnownHolder(Struct, frozen=True):
    """A node that says it holds a feed, or a part of it."""

    node_id: NodeId
    link: Endpoint
    swarm: Endpoint
    size: int
    """Entries it holds a head for."""
    complete: bool
    """Whether it says it holds every chunk."""
    seen_at_ms: int


class KnownAuthor(Struct, frozen=True, kw_only=True):
    """What the index has of an author; the defaults are what it has of somebody unknown."""

    name: str = ""
    bio: str = ""
    post_count: int = 0
    namesake: bool = False
    """Whether the name can be taken for that of another author in the index."""


class KnownNotification(Struct, frozen=True, kw_only=True):
    """A post of somebody else that concerns the person, and where it stands."""

    feed_id: FeedId
    index: int
    cursor: Cursor
    is_answer: bool
    is_mention: bool
    is_quote: bool = False


class KnownRegard(Struct, frozen=True, kw_only=True):
    """What people did with a post of the person, or that they follow them since one day."""

    type: str
    """One of ``DONE``."""
    feed_id: FeedId | None
    """Of the post; None where they follow."""
    index: int
    """Of the post; of followers the day, counted from 1970."""
    cursor: Cursor
    time_ms: int
    """When the newest of those who are heard did it."""
    people: tuple[Regarding, ...] = ()
    count: int = 0


class KnownDevice(Struct, frozen=True, kw_only=True):
    """What the index has of the device that writes a feed; the defaults: nothing."""

    name: str = ""
    posts: int = 0
    last_ms: int | None = None
    """When its newest post was written."""
