"""Notes: what a person writes down about others, which nobody but they can read."""

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import NOTE_CHARS_MAX
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.state_sentences import NOTE_LONG
from swarmfeed.errors import UserError


class SetNote(Ask[AuthorView], frozen=True, kw_only=True):
    """Write something down about somebody, in place of what was written down before.

    Nobody hears of it: it is private state, kept sealed, and shared by the own devices.
    """

    name = "set-note"
    changes = True

    who: str
    """A link or an address."""
    text: str
    """Empty: nothing any more."""


def clean_note(typed: str) -> str:
    """Return a note as it is kept.  Raises UserError: it is too long."""
    text = "\n".join(typed.splitlines()).strip()
    if len(text) > NOTE_CHARS_MAX:
        raise UserError(NOTE_LONG(most=NOTE_CHARS_MAX))
    return text
