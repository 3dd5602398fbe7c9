"""How a node is, in a few words: what stands beside the mark on every page."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.texts import Text

OFFLINE_SHORT: Final = Text("Offline")
ALONE_SHORT: Final = Text("Not connected")
CONNECTED_SHORT: Final = Text("{peers:1 machine connected|Well connected}")
REFUSED_SHORT: Final = Text("Something is in the way")
OFFLINE_MORE: Final = Text("the data was opened without the network")
ALONE_MORE: Final = Text("what you write goes out as soon as somebody is there")
GOING_OUT_MORE: Final = Text("what you wrote last is on its way out")
HELD_MORE: Final = Text("{held_by:1 other has|# others have} your newest post")
SAFE_MORE: Final = Text("your posts are safe")
REFUSED_MORE: Final = Text("what it is stands at the top of the page")


class InShort(Struct, frozen=True):
    """How a node is, for a place with little room."""

    said: str
    """Two or three words."""
    more: str
    """What follows where there is room; may be empty."""


def how_it_is_in_short(
    *, running: bool, peers: int, held_by: int | None, safe: bool, stopped: bool
) -> InShort:
    """What ``how_it_is`` says, in a few words.

    Args:
        stopped: Whether the machine refuses something, or nothing can be written.
    """
    if stopped:
        return InShort(REFUSED_SHORT(), REFUSED_MORE())
    if not running:
        return InShort(OFFLINE_SHORT(), OFFLINE_MORE())
    if peers == 0:
        return InShort(ALONE_SHORT(), ALONE_MORE())
    said = CONNECTED_SHORT(peers=peers)
    if held_by is None:
        return InShort(said, "")
    if held_by == 0:
        return InShort(said, GOING_OUT_MORE())
    return InShort(said, SAFE_MORE() if safe else HELD_MORE(held_by=held_by))
