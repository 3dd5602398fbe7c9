"""Withdrawing and editing own posts, and how far a text that was removed is gone."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.shape import Flat, Spare
from swarmfeed.core.base.types import EntryRef


class Removal(Struct, frozen=True, kw_only=True):
    """How far a text that was withdrawn is gone."""

    ref: Annotated[EntryRef, Flat()]
    """The post it stood in; ask for it by feed and index from now on."""
    removed_at: int
    """Nodes that confirmed to hold the feed without it."""
    holders: int
    """Nodes that confirmed to hold the post, with the text or without it."""
    waits: bool
    """Whether this node is still to take it out of a sealed chunk, within minutes: that is done
    for several at once.  It is hidden already."""


class Withdraw(Ask[Removal], frozen=True, kw_only=True):
    """Withdraw an own post, with all its edits: it is hidden at once, and all who hold the feed
    are asked to delete the text.  When it is answered, that survives a power cut."""

    name = "withdraw"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Edit(Ask[PostView], frozen=True, kw_only=True):
    """Give an own post another text.  Nothing is done if it says that already."""

    name = "edit"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""
    text: str
    remove_old: bool = False
    """Whether what it said before is withdrawn; else it can be read as its history."""


class HowFarRemoved(Ask[Removal], frozen=True, kw_only=True):
    """How far the text of an own post is gone that was withdrawn, or removed by an edit."""

    name = "removed"

    ref: str
    """The post as ``<feed address>/<index>``, or as ``show`` takes it while it is shown."""


class Version(Struct, frozen=True, kw_only=True):
    """What a post said from a time on."""

    time_ms: int
    """The author's clock, claimed."""
    text: str
    cw: Annotated[str, Spare()] = ""


VERSIONS_MAX: Final = 100
"""Versions of a post in one answer, of 8 kB each: an author may write any number of them."""


class Versions(Struct, frozen=True, kw_only=True):
    """The history of a post."""

    versions: tuple[Version, ...]
    """The newest VERSIONS_MAX, oldest first; the last one is shown.  What was removed, or is
    not here, is left out."""


class HistoryOfPost(Ask[Versions], frozen=True, kw_only=True):
    """What a post said before it was edited, as far as that is here."""

    name = "versions"

    ref: str
    """The post, named as ``show`` takes it."""
