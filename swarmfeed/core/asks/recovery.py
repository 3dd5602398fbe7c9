"""What is certified of an author, and more of it: for whoever moves to the second sheet.

Who signs certificates has the author key, and the node has not; so they go both ways.
"""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId, FeedId


class CertifiedFeedView(Struct, frozen=True, kw_only=True):
    """A feed that some certificate joins to an author; whether it counts is another thing."""

    feed_id: FeedId
    name: str
    """What the machine that writes it calls itself; may be empty."""
    joined_ms: int
    """When it joined, by the author's clock."""
    counts: bool
    """Whether it is one of the author's feeds now."""
    end: int | None
    """How many of its entries are the author's; null: all of them, and those to come."""
    is_here: bool
    """Whether it is the feed of the node that is asked."""
    entries: int
    """Size of the newest head known here; 0 where none is."""
    newest: str
    """Start of the newest post in it that is held here; empty where there is none."""
    strange: bool = False
    """Whether the person was asked about it, and has not said that it is theirs."""


class Certified(Struct, frozen=True, kw_only=True):
    """What is known here of an author's certificates."""

    certificates: tuple[bytes, ...]
    """Signed ones, in the order to pass them on in; after those that count,
    joins that stand in feeds held here."""
    feeds: tuple[CertifiedFeedView, ...]
    """First joined first."""


class WhatIsCertified(Ask[Certified], frozen=True, kw_only=True):
    """What an author's certificates say; nothing where none are known."""

    name = "certified"

    author: AuthorId


class TakeCertificates(Ask[Certified], frozen=True, kw_only=True):
    """Keep certificates of the person, and pass them on to everybody who holds their feeds."""

    name = "take-certificates"
    changes = True

    certificates: tuple[bytes, ...]
    """Signed ones; a rotate before what it proves."""
