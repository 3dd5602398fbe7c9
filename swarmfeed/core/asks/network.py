"""What people ask of the network: posts that supernodes have, whoever wrote them."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.shape import Key, Whole
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.lookup.limits import HITS_MAX

FewPosts = Annotated[
    int,
    Whole(first=1, last=HITS_MAX, sentence=f"A limit is a number from 1 to {HITS_MAX}."),
]
"""How many posts are asked for: each comes with its proof."""


class AnswerOf(Struct, frozen=True, kw_only=True):
    """What one node answered; all of it was proven here."""

    node: NodeId | None
    """Null: this machine itself, which serves."""
    posts: int
    is_parent: bool
    holds: bool
    """Whether it was asked as a holder of older posts, and not as a supernode."""


class NetworkPosts(Struct, frozen=True, kw_only=True):
    """A page of what supernodes found; each post was proven here, whoever sent it."""

    posts: tuple[PostView, ...]
    """Newest first unless the best were asked for; ``far`` are those that are not here."""
    next: Cursor | None
    """What ``before`` takes to go on; null when the list ended."""
    asked: int
    """Supernodes that were asked; 0 when none is known."""
    answered: int
    """Those that answered in time, and truly."""
    since_ms: int
    """From when on one of them has all posts that it was told of; older ones may be missing."""
    untrue: int
    """Nodes whose answer was false: nothing of it is shown."""
    left_out: int
    """Posts that one of them should have had, and another one showed."""
    answers: tuple[AnswerOf, ...] = ()
    """Who answered, and with how much of it."""
    holders_asked: int = 0
    """Nodes that were asked for older posts, which supernodes keep no longer."""
    looked_back: bool = False
    """Whether nodes that hold older posts were looked for."""
    goes_further: bool = False
    """Whether older posts may be found by asking those who hold them: ``older``."""


class SearchNetwork(Ask[NetworkPosts], frozen=True, kw_only=True):
    """Posts that supernodes have, found by words as those held here; they learn the words."""

    name = "search-network"

    words: Annotated[str, Key("q")]
    """As ``search`` takes them."""
    limit: FewPosts = HITS_MAX
    """At most so many posts."""
    before: Cursor | None = None
    """Only posts after this place."""
    older: bool = False
    """Also ask nodes that hold posts older than supernodes keep them; they are asked anyway
    where the words say such a time."""


class FarPerson(Struct, frozen=True, kw_only=True):
    """Somebody whom supernodes have seen, as their profile says; that was proven here."""

    author_id: AuthorId
    name: str
    bio: str
    followed: bool
    namesake: bool
    """Whether the name can be taken for that of somebody else who is known here."""


class FarPeople(Struct, frozen=True, kw_only=True):
    """Who is called so, in the network."""

    people: tuple[FarPerson, ...]
    answered: int
    """Supernodes that answered in time, and truly."""
    untrue: int


class SearchPeople(Ask[FarPeople], frozen=True, kw_only=True):
    """People by their names, whoever they are; supernodes learn what is typed."""

    name = "search-people"

    called: str
    """Words, each the beginning of one in the name."""


class RisingTag(Struct, frozen=True, kw_only=True):
    """A tag that more people write of than did in the week before."""

    tag: str
    authors: int
    """Different ones in the last day: the median of what supernodes counted."""
    before: int
    """Hundred times the mean of a day of the week before."""


class RisingTags(Struct, frozen=True, kw_only=True):
    """What rises, as most of those who answered say."""

    tags: tuple[RisingTag, ...]
    answered: int
    untrue: int


class WhatRises(Ask[RisingTags], frozen=True, kw_only=True):
    """Tags of which unusually many people write since yesterday."""

    name = "rising"


class KeepFound(Ask[PostView], frozen=True, kw_only=True):
    """A post that is to be answered: one that is here, or one that a search of the network
    showed lately, which is kept from now on."""

    name = "keep-found"
    changes = True

    ref: str
    """Its name: ``<feed address>/<index>``, or its hash."""
