"""Messages: what a person writes to another, or to a group, and nobody else can read."""

from dataclasses import dataclass

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.utf8 import require_visible
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.limits import LETTERS_SHOWN, TEXT_BYTES_MAX
from swarmfeed.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Somebody in a conversation."""

    author_id: AuthorId
    author_name: str
    """Empty where it is not known."""
    admin: bool = False
    """Of a group: whether they add and remove people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkView:
    """A conversation in a list."""

    talk: str
    """What names it: an address, or of a group ``group-`` and 64 hex digits."""
    title: str
    """Name of the person or of the group."""
    standing: str
    """``accepted``, ``requested``, ``ignored``, ``blocked`` or ``left``."""
    sentence: str
    """The same for a person; empty while it is accepted."""
    last_ms: int
    unread: int
    people: tuple[Correspondent, ...]
    """Without ourselves, but in groups."""
    group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """All conversations, the latest first."""

    talks: tuple[TalkView, ...]
    unread: int
    """Messages in all of them."""
    requests: int
    """Strangers who ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListConversations(Ask[Conversations]):
    """With whom there are conversations."""

    name = "conversations"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """A message in its conversation."""

    id: str
    """In hex."""
    author_id: AuthorId
    author_name: str
    own: bool
    time_ms: int
    """By its writer's clock, if that can be."""
    text: str
    """Empty for a change of who is in a group."""
    notice: str = ""
    """What changed, for a person."""
    state: str = ""
    """Of an own one: ``waits``, ``kept``, ``arrived`` or ``expired``."""
    sentence: str = ""
    """The same for a person."""
    missing: int = 0
    """How many its writer had seen right before it, and are not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation and its messages, the oldest first."""

    talk: TalkView
    letters: tuple[LetterView, ...]
    earlier: int = 0
    """Older ones that are not among these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowConversation(Ask[ConversationView]):
    """What was written with somebody, or in a group."""

    name = "conversation"

    talk: str
    """A link, an address, or what names a group."""
    limit: int = LETTERS_SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLetter(Ask[LetterView]):
    """Write to somebody, or to a group: sealed for each of their devices, and delivered."""

    name = "message"
    changes = True
    makes = True

    talk: str
    """A link, an address, or what names a group."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest(Ask[ConversationView]):
    """Say whether somebody may write to us."""

    name = "answer-request"
    changes = True

    talk: str
    """A link or an address."""
    answer: str
    """``accept``, ``ignore``, ``block`` or ``unblock``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRead(Ask[ConversationView]):
    """All messages of a conversation were seen."""

    name = "note-read"
    changes = True

    talk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGroup(Ask[ConversationView]):
    """Begin a group; who makes it adds and removes people."""

    name = "make-group"
    changes = True
    makes = True

    title: str
    people: tuple[str, ...]
    """Links or addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup(Ask[ConversationView]):
    """Add somebody to a group, or remove somebody; to remove oneself is to leave."""

    name = "change-group"
    changes = True

    talk: str
    who: str
    """A link or an address."""
    on: bool


def clean_letter(text: str) -> str:
    """Return what a person typed as it is sent.  Raises UserError."""
    cleaned = require_visible(text.replace("\r\n", "\n"), sentences.THE_MESSAGE()).strip()
    if not cleaned:
        raise UserError(sentences.SAYS_NOTHING())
    size_bytes = len(cleaned.encode())
    if size_bytes > TEXT_BYTES_MAX:
        raise UserError(sentences.TOO_LONG(most=TEXT_BYTES_MAX, bytes=size_bytes))
    return cleaned
