"""Muting: whom a person does not want to see, which nobody but they know."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import AuthorView


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Ask[AuthorView]):
    """Show nothing of somebody in the timeline and the notifications any more.

    Nobody hears of it: it is private state, kept sealed, and shared by the own devices.  Who is
    followed stays followed, and whose page is opened is shown.
    """

    name = "mute"
    changes = True

    who: str
    """A link or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute(Ask[AuthorView]):
    """Show somebody again."""

    name = "unmute"
    changes = True

    who: str
    """A link or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """Whom the person muted."""

    authors: tuple[AuthorView, ...]
    """In the order of their addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoIsMuted(Ask[Muted]):
    """Whom the person muted, on any of their devices."""

    name = "muted"
