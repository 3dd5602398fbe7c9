"""Private state: what a person keeps to themselves, and how it is kept for them."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.input_sentences import THE_CIRCLE, THE_POST
from swarmfeed.core.asks.media import Attached, HandedFile
from swarmfeed.core.asks.state_sentences import DRAFT_TOO_LONG, NO_PLACE
from swarmfeed.core.asks.utf8 import require_whole
from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.core.state.limits import KEY_BYTES_MAX, VALUE_BYTES_MAX
from swarmfeed.errors import UserError


class SavedState(Struct, frozen=True, kw_only=True):
    """A snapshot that was just written into the log."""

    rows: int
    """What it holds: mutes, marks of what was read, drafts."""
    entries: int
    """Entries that it takes in the log."""
    devices: int
    """Own devices that can open it, this one among them."""
    sheets: int
    """Sheets of words that can open it; 0 when this device was never told of them."""


class SaveState(Ask[SavedState], frozen=True, kw_only=True):
    """Write a sealed snapshot of the private state into the log now, not only once a day."""

    name = "save-state"
    changes = True


class Draft(Struct, frozen=True, kw_only=True):
    """What was begun and not posted, on any of the own devices."""

    place: str
    """Where it is written: empty for a new post, else what it answers."""
    text: str
    to: str = ""
    """The circle that it is for; empty: everybody, or who can read what it answers."""
    media: tuple[HandedFile, ...] = ()
    """Pictures and files that go with it; the bytes lie on the device that they were given."""


class DraftList(Struct, frozen=True, kw_only=True):
    """All drafts, by their places."""

    drafts: tuple[Draft, ...]


class Drafts(Ask[DraftList], frozen=True, kw_only=True):
    """What was begun and not posted."""

    name = "drafts"


class KeepDraft(Ask[DraftList], frozen=True, kw_only=True):
    """Keep what was begun, sealed: the words for all own devices, pictures and files on this
    one.  Without words, and without ``media``, it is taken away."""

    name = "keep-draft"
    changes = True

    text: str
    place: str = ""
    """Empty for a new post, else what it answers."""
    to: str = ""
    """The circle that it is for; empty: everybody, or who can read what it answers."""
    media: tuple[Attached, ...] | None = None
    """Pictures and files that go with it, as ``upload`` named them: all that it has on this
    device from now on, while what it has on others stays; null: as before."""


class SheetsNoted(Struct, frozen=True, kw_only=True):
    """Whether this node knows now what the two sheets open."""

    known: bool


class NoteSheets(Ask[SheetsNoted], frozen=True, kw_only=True):
    """Take what the author key signed of both sheets, so that snapshots are sealed to them."""

    name = "note-sheets"
    changes = True

    statement: str
    """Signed, in hex (FORMAT 14, recovery keys); empty where nothing can be sealed."""


def draft_key(place: str) -> bytes:
    """Return the name of a draft.  Raises UserError when no place is called so."""
    key = require_whole(place, THE_POST()).encode()
    if len(key) > KEY_BYTES_MAX:
        raise UserError(NO_PLACE())
    return key


def draft_value(text: str, to: str = "") -> bytes:
    """Return what is kept of a draft: its text, after ``NUL || circle || LF`` if it is for one.

    Raises:
        UserError: It is longer than a post, or no text (``core.asks.utf8``).
    """
    value = require_whole(text, THE_POST()).encode()
    circle = " ".join(require_whole(to, THE_CIRCLE()).split()).encode()
    head = b"\0" + circle + b"\n" if circle and value else b""
    most = min(TEXT_BYTES_MAX, VALUE_BYTES_MAX - len(head))
    if len(value) > most:
        raise UserError(DRAFT_TOO_LONG(most=most))
    return head + value


def read_draft(key: bytes, value: bytes) -> Draft:
    """Return what is kept under a name."""
    place, kept = (each.decode("utf-8", "replace") for each in (key, value))
    if not kept.startswith("\0"):
        return Draft(place=place, text=kept)
    to, _, text = kept[1:].partition("\n")
    return Draft(place=place, text=text, to=to)
