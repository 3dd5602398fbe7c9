"""What was done in the person's name, and not by this device: see ``core.feed.alarms``."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import FeedId


class AlarmView(Struct, frozen=True, kw_only=True):
    """One thing that somebody did in the person's name."""

    id: str
    """Names it, in hex: what ``that-was-me`` takes."""
    what: str
    """``joined``, ``left``, ``moved``, ``disputed`` or ``signed``."""
    sentence: str
    advice: str
    """What to do if the person did not do that."""
    seen_ms: int
    """When it was first seen on this machine."""
    source: str = ""
    """Where it came from, ``host:port`` or a host; empty where nobody knows."""
    feed_id: Annotated[FeedId | None, Spare()] = None
    """The history it is about; left out when it is about the person as a whole."""


class Alarms(Struct, frozen=True, kw_only=True):
    """All of them, those seen last first; none when all is well."""

    alarms: tuple[AlarmView, ...]


class WhatIsAlarming(Ask[Alarms], frozen=True, kw_only=True):
    """What was done in the person's name, and not by this device."""

    name = "alarms"


class ThatWasMe(Ask[Alarms], frozen=True, kw_only=True):
    """Say of one of them that the person did it, on another device; answers what is left."""

    name = "that-was-me"
    changes = True

    alarm: str
    """Its ``id``, or the first eight characters of it."""
