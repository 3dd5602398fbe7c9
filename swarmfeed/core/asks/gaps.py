"""What is missing in a timeline, and asking others for it."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Flat
from swarmfeed.core.base.types import AuthorId, EntryRef


class Gap(Struct, frozen=True, kw_only=True):
    """Entries of one person that belong right below a post of theirs and are not here."""

    ref: Annotated[EntryRef, Flat()]
    """The post above."""
    author_id: AuthorId
    author_name: str
    """Empty when unknown."""
    count: int
    """How many entries; not each is a post."""


class Gaps(Struct, frozen=True, kw_only=True):
    """Of the posts that were named."""

    gaps: tuple[Gap, ...]


class WhatIsMissing(Ask[Gaps], frozen=True, kw_only=True):
    """Below which posts of a page something of the same person is missing."""

    name = "missing"

    refs: str
    """The posts in their order, the newest first: up to 1,000 as FEED/INDEX, with commas
    between."""


class AskedAround(Struct, frozen=True, kw_only=True):
    """Who was asked."""

    machines: int
    """How many nodes we are linked with; 0: it is asked for when there is one."""
    sentence: str


class AskAround(Ask[AskedAround], frozen=True, kw_only=True):
    """Ask everybody who is here for all of somebody's posts, and keep them: as ``fetch`` does,
    and once more of whom we follow."""

    name = "ask-around"
    changes = True

    who: str
    """A link or an address."""
