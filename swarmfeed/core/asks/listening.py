"""Listening: what a person wants to be told of, whoever writes it."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, Posts
from swarmfeed.core.asks.shape import Key
from swarmfeed.core.base.limits import PAGE_POSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What the person listens to."""

    what: tuple[str, ...]
    """As ``search`` takes it, in the order of the letters."""
    parents: int
    """Supernodes that are told of it now; without any, posts of strangers do not come."""
    serves: bool = False
    """Whether this machine is a supernode, which hears what passes by without being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe(Ask[Subscriptions]):
    """Be told of new posts of anybody: with a tag, words or a phrase, or by one person."""

    name = "subscribe"
    changes = True

    what: str
    """As ``search`` takes it, with a whole word, a #tag or a phrase in it; or a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe(Ask[Subscriptions]):
    """Be told of something no longer."""

    name = "unsubscribe"
    changes = True

    what: str
    """What was listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIsListenedTo(Ask[Subscriptions]):
    """What the person listens to, on any of their devices."""

    name = "subscriptions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Ask[Posts]):
    """Posts here that meet what the person listens to, newest first."""

    name = "listening"

    what: Annotated[str, Key("q")] = ""
    """Only what meets this one; empty: any."""
    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: Cursor | None = None
    """Only posts after this place."""
