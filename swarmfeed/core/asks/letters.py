"""Messages: what a person writes to another, or to a group, and nobody else can read."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.media import Attached, MediumView
from swarmfeed.core.asks.shape import Spare, Whole
from swarmfeed.core.asks.utf8 import require_visible
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.letters.limits import LETTERS_SHOWN, TEXT_BYTES_MAX
from swarmfeed.errors import UserError


class Correspondent(Struct, frozen=True, kw_only=True):
    """Somebody in a conversation."""

    author_id: AuthorId
    author_name: str
    """Empty where it is not known."""
    admin: bool = False
    """Of a group: whether they add and remove people."""


class TalkView(Struct, frozen=True, kw_only=True):
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


class Conversations(Struct, frozen=True, kw_only=True):
    """All conversations, the latest first."""

    talks: tuple[TalkView, ...]
    unread: int
    """Messages in all of them."""
    requests: int
    """Strangers who ask."""


class WaitingMessages(Struct, frozen=True, kw_only=True):
    """What nobody read yet."""

    unread: int
    """Messages of people who may write to us."""
    requests: int
    """Strangers who ask."""


class HowManyWait(Ask[WaitingMessages], frozen=True, kw_only=True):
    """How many messages were not read yet; nothing where they cannot be read now."""

    name = "waiting-messages"


class ListConversations(Ask[Conversations], frozen=True, kw_only=True):
    """With whom there are conversations."""

    name = "conversations"


class LetterView(Struct, frozen=True, kw_only=True):
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
    media: Annotated[tuple[MediumView, ...], Spare()] = ()
    """Pictures; left out when there are none."""


class ConversationView(Struct, frozen=True, kw_only=True):
    """A conversation and its messages, the oldest first."""

    talk: TalkView
    letters: tuple[LetterView, ...]
    earlier: int = 0
    """Older ones that are not among these."""


class ShowConversation(Ask[ConversationView], frozen=True, kw_only=True):
    """What was written with somebody, or in a group."""

    name = "conversation"

    talk: str
    """A link, an address, or what names a group."""
    limit: int = LETTERS_SHOWN


class WriteLetter(Ask[LetterView], frozen=True, kw_only=True):
    """Write to somebody, or to a group: sealed for each of their devices, and delivered."""

    name = "message"
    changes = True
    makes = True

    talk: str
    """A link, an address, or what names a group."""
    text: str
    """May be empty beside pictures."""
    key: str = ""
    """Names this wish as the key of a ``post`` does: with the same key the same message is sent
    once, and answered each time.  Empty: it is a wish of its own."""
    media: tuple[Attached, ...] = ()
    """Pictures that go with it, four at most, handed over by ``upload`` before: each is
    encrypted for those who can read the message."""


class FetchLetterPicture(Ask[MediumView], frozen=True, kw_only=True):
    """Fetch a picture of a message, unless it is here."""

    name = "fetch-letter-picture"
    changes = True

    talk: str
    """A link, an address, or what names a group."""
    letter: str
    """The id of the message."""
    number: Annotated[int, Whole(first=1, last=MEDIA_MAX)] = 1
    """Which of them, from 1."""


class AnswerRequest(Ask[ConversationView], frozen=True, kw_only=True):
    """Say whether somebody may write to us."""

    name = "answer-request"
    changes = True

    talk: str
    """A link or an address."""
    answer: str
    """``accept``, ``ignore``, or as by ``block`` and ``unblock`` of a person."""


class NoteRead(Ask[ConversationView], frozen=True, kw_only=True):
    """All messages of a conversation were seen."""

    name = "note-read"
    changes = True

    talk: str


class MakeGroup(Ask[ConversationView], frozen=True, kw_only=True):
    """Begin a group; who makes it adds and removes people."""

    name = "make-group"
    changes = True
    makes = True

    title: str
    people: tuple[str, ...]
    """Links or addresses."""


class ChangeGroup(Ask[ConversationView], frozen=True, kw_only=True):
    """Add somebody to a group, or remove somebody; to remove oneself is to leave."""

    name = "change-group"
    changes = True

    talk: str
    who: str
    """A link or an address."""
    on: bool


def clean_letter(text: str, media: tuple[Attached, ...] = ()) -> str:
    """Return what a person typed as it is sent.  Raises UserError.

    Args:
        media: Pictures beside it, with which it may be empty.
    """
    if media and not text.strip():
        return ""
    cleaned = require_visible(text.replace("\r\n", "\n"), sentences.THE_MESSAGE()).strip()
    if not cleaned:
        raise UserError(sentences.SAYS_NOTHING())
    size_bytes = len(cleaned.encode())
    if size_bytes > TEXT_BYTES_MAX:
        raise UserError(sentences.TOO_LONG(most=TEXT_BYTES_MAX, bytes=size_bytes))
    return cleaned
