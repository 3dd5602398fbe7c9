"""Listening: what a person wants to be told of, whoever writes it."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, Posts
from swarmfeed.core.asks.shape import Key
from swarmfeed.core.base.limits import PAGE_POSTS


class Subscriptions(Struct, frozen=True, kw_only=True):
    """What the person listens to."""

    what: tuple[str, ...]
    """As ``search`` takes it, in the order of the letters."""
    parents: int
    """Supernodes that are told of it now; without any, posts of strangers do not come."""
    serves: bool = False
    """Whether this machine is a supernode, which hears what passes by without being told."""


class Subscribe(Ask[Subscriptions], frozen=True, kw_only=True):
    """Be told of new posts of anybody: with a tag, words or a phrase, or by one person."""

    name = "subscribe"
    changes = True

    what: str
    """As ``search`` takes it, with a whole word, a #tag or a phrase in it; or a link."""


class Unsubscribe(Ask[Subscriptions], frozen=True, kw_only=True):
    """Be told of something no longer."""

    name = "unsubscribe"
    changes = True

    what: str
    """What was listened to."""


class WhatIsListenedTo(Ask[Subscriptions], frozen=True, kw_only=True):
    """What the person listens to, on any of their devices."""

    name = "subscriptions"


class Listening(Ask[Posts], frozen=True, kw_only=True):
    """Posts here that meet what the person listens to, newest first."""

    name = "listening"

    what: Annotated[str, Key("q")] = ""
    """Only what meets this one; empty: any."""
    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: Cursor | None = None
    """Only posts after this place."""
