"""Where a person stopped reading the home timeline: private state, on all own devices."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.errors import UserError


class Stopped(Struct, frozen=True, kw_only=True):
    """The read mark."""

    place: Cursor | None
    """The newest post that was gone past; null: nobody said."""
    at_ms: int
    """When that was said; 0 when nobody did."""

    def as_bytes(self) -> bytes:
        return f"{self.place} {self.at_ms}".encode()


NOWHERE = Stopped(place=None, at_ms=0)


class WhereDidIStop(Ask[Stopped], frozen=True, kw_only=True):
    """Where the person stopped reading the home timeline, on whatever device."""

    name = "stopped"


class StopHere(Ask[Stopped], frozen=True, kw_only=True):
    """Remember that the home timeline was read up to here; it never goes back."""

    name = "stop-here"
    changes = True

    place: Cursor
    """Where the newest post stands that was seen."""


def read_stopped(value: bytes) -> Stopped:
    """Read what private state holds; another device may have written anything there."""
    place, _, at_ms = value.decode("ascii", "replace").partition(" ")
    try:
        found = parse_cursor(place)
    except UserError:
        return NOWHERE
    is_time = at_ms.isdecimal() and at_ms.isascii() and len(at_ms) <= len(str(2**53))
    return Stopped(place=found, at_ms=int(at_ms) if is_time else 0)
