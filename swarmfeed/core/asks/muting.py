"""Muting: whom a person does not want to see, and of which threads they want to hear nothing;
nobody but they know."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.shape import Flat
from swarmfeed.core.base.types import EntryRef


class Mute(Ask[AuthorView], frozen=True, kw_only=True):
    """Show nothing of somebody in the timeline and the notifications any more.

    Nobody hears of it: it is private state, kept sealed, and shared by the own devices.  Who is
    followed stays followed, and whose page is opened is shown.
    """

    name = "mute"
    changes = True

    who: str
    """A link or an address."""


class Unmute(Ask[AuthorView], frozen=True, kw_only=True):
    """Show somebody again."""

    name = "unmute"
    changes = True

    who: str
    """A link or an address."""


class Muted(Struct, frozen=True, kw_only=True):
    """Whom the person muted."""

    authors: tuple[AuthorView, ...]
    """In the order of their addresses."""


class WhoIsMuted(Ask[Muted], frozen=True, kw_only=True):
    """Whom the person muted, on any of their devices."""

    name = "muted"


class MutedThread(Struct, frozen=True, kw_only=True):
    """A thread of which the person wants no notices."""

    ref: Annotated[EntryRef, Flat()]
    """What stood above all of it when it was muted; all that answers it is meant."""
    since_ms: int
    author_name: str = ""
    """Whose post that is; empty when unknown."""
    words: str = ""
    """Its first words on one line, or its content warning; empty when it is not here."""


class MutedThreads(Struct, frozen=True, kw_only=True):
    """All of them, the last one first."""

    threads: tuple[MutedThread, ...]


class MuteThread(Ask[MutedThreads], frozen=True, kw_only=True):
    """Tell nothing more of what is said in the thread that a post is in, nor of who likes or
    boosts what stands there.

    Nobody hears of it, and it is so on all own devices.  In timelines it stands as before.
    """

    name = "mute-thread"
    changes = True

    ref: str
    """Any post of the thread, named as ``show`` takes it."""


class UnmuteThread(Ask[MutedThreads], frozen=True, kw_only=True):
    """Tell of a thread again, also of what came meanwhile."""

    name = "unmute-thread"
    changes = True

    ref: str
    """Any post of it, or what ``muted-threads`` says."""


class WhichThreadsAreMuted(Ask[MutedThreads], frozen=True, kw_only=True):
    """Of which threads the person wants no notices, on any of their devices."""

    name = "muted-threads"


class NamesOfMuted(Struct, frozen=True, kw_only=True):
    """Those of some posts that stand in threads which the person muted."""

    refs: tuple[str, ...]
    """As they were named."""


class WhichAreMuted(Ask[NamesOfMuted], frozen=True, kw_only=True):
    """Which of these posts stand in threads that the person muted."""

    name = "muted-posts"

    refs: str
    """Up to 1,000 posts as FEED/INDEX, with commas between."""
