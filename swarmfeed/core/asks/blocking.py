"""Blocking: with whom a person wants nothing to do, which nobody but they know."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import FOLLOWED_BYTES_MAX
from swarmfeed.core.asks.people import AuthorView, Passed


class Block(Ask[AuthorView], frozen=True, kw_only=True):
    """Show nothing of somebody anywhere, and take nothing from them: no notice, no letter, no
    request.  Who was followed is so no longer.

    Nobody hears of it: it is private state.  It keeps nobody from reading what is public.
    """

    name = "block"
    changes = True

    who: str
    """A link or an address."""


class Unblock(Ask[AuthorView], frozen=True, kw_only=True):
    """Show somebody again, and take what they send."""

    name = "unblock"
    changes = True

    who: str
    """A link or an address."""


class Blocked(Struct, frozen=True, kw_only=True):
    """Whom the person blocked."""

    authors: tuple[AuthorView, ...]
    """In the order of their addresses."""


class WhoIsBlocked(Ask[Blocked], frozen=True, kw_only=True):
    """Whom the person blocked, on any of their devices."""

    name = "blocked"


class BlockedNow(Struct, frozen=True, kw_only=True):
    """What came of a wish to block many."""

    blocked: int
    """Who is blocked now and was not before."""
    already: int
    passed: tuple[Passed, ...] = ()
    """What is no link, or oneself, in the order given."""


class BlockAll(Ask[BlockedNow], frozen=True, kw_only=True):
    """Block many people, those of a list that somebody shares; all others are named."""

    name = "block-all"
    changes = True
    bytes_max = FOLLOWED_BYTES_MAX

    who: tuple[str, ...]
    """Links or addresses, at most 4,096."""
