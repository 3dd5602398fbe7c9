"""How a person and we stand to each other, and what becomes of a letter by that.

nobody --writes to us--> requested --accept--> accepted
  |                         '-----ignore-----> ignored     nothing more is shown
  '--we write, or follow--> accepted

Whoever is blocked is so whatever stands here, and stands as before once that ends.
"""

from enum import StrEnum

from swarmfeed.core.letters.limits import REQUEST_CHARS_MAX


class Acquaintance(StrEnum):
    """Of a conversation."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    BLOCKED = "blocked"
    """As people are told; private state says who is, for all of one's devices."""
    LEFT = "left"
    """A group we are not in any more."""


class Reception(StrEnum):
    """What is done with a letter that opened."""

    TAKEN = "taken"
    """It is kept and confirmed."""
    ASKED = "asked"
    """It is kept as a request, and not confirmed before it is accepted."""
    DROPPED = "dropped"
    """It is neither kept nor confirmed."""


def receive(
    standing: Acquaintance | None, *, is_known: bool, requests_left: int, text: str | None
) -> Reception:
    """Return what becomes of words from a person.

    Args:
        standing: Of the conversation with them; None: there is none.
        is_known: Whether we follow them, or are them.
        requests_left: For how many more strangers there is room.
        text: Its words; None: it is of another kind.
    """
    if standing in (Acquaintance.BLOCKED, Acquaintance.IGNORED):
        return Reception.DROPPED
    if standing is Acquaintance.ACCEPTED or is_known:
        return Reception.TAKEN
    fits = text is not None and len(text) <= REQUEST_CHARS_MAX
    # One letter is a request; whoever sends more waits for the answer.
    if standing is Acquaintance.REQUESTED or not fits or requests_left <= 0:
        return Reception.DROPPED
    return Reception.ASKED
