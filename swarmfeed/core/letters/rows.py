"""What a device writes down of letters: its keys, the devices it writes to, conversations.

Each row is a bencoded dict (``core.base.codec``), and lies on disk sealed.
"""

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.groups import GroupHistory
from swarmfeed.core.letters.limits import (
    AFTER_MAX,
    CONTENT_BYTES_MAX,
    LETTER_ID_BYTES,
    SESSIONS_MAX,
    SKIPPED_MAX,
)
from swarmfeed.core.letters.parcel import Opening

ROW_BYTES_MAX: Final = SESSIONS_MAX * (SKIPPED_MAX * 100 + 8_000) + 64 * 1024

BOXES_NOTED_MAX: Final = 8
"""Machines that are noted to keep a parcel; a device names three."""

TARGETS_MAX: Final = 64 * 32
"""Devices one letter goes to: each of 32 people has 64 at most."""

Time = Annotated[int, Between(0, TIME_MS_MAX)]
LetterId = Annotated[bytes, UpTo(LETTER_ID_BYTES)]
Count = Annotated[int, Between(0, 2**31)]

R = TypeVar("R")


class OwnPrekeys(Struct, frozen=True, kw_only=True):
    """One set of own keys."""

    body: Annotated[PrekeysBody, At("b")]
    """What is published of it."""
    made_ms: Annotated[Time, At("m")]
    published: Annotated[bool, At("p")]
    """Whether it stands in the log."""
    seed: Annotated[bytes, At("s"), UpTo(KEY_BYTES)]
    signature: Annotated[bytes, At("g"), UpTo(SIGNATURE_BYTES)]
    """Of the feed key, for an ``SelfIntroduction``."""


class LetterSession(Struct, frozen=True, kw_only=True):
    """One session with a device."""

    keys_hash: Annotated[bytes, At("q"), UpTo(HASH_BYTES), OPTIONAL] = b""
    """Name of their keys it was begun with; empty where they began it."""
    opening: Annotated[Opening | None, At("o")] = None
    """Goes with each letter until they answer."""
    state: Annotated[bytes, At("s"), UpTo(SKIPPED_MAX * 100 + 2_000)]


class LetterDevice(Struct, frozen=True, kw_only=True):
    """A device that letters were exchanged with."""

    author_id: Annotated[AuthorId, At("a")]
    outer: Annotated[bytes, At("o"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """What parcels to it are closed up with, if its log is not here."""
    node_id: Annotated[bytes, At("n"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """The node it runs on, as it told us in a letter."""
    anew: Annotated[bool, At("w"), OPTIONAL] = False
    """Whether the next letter begins a new session; those there are open letters still."""
    asked_ms: Annotated[Time, At("k"), OPTIONAL] = 0
    """When it was asked to begin a new session."""
    heard_ms: Annotated[Time, At("h"), OPTIONAL] = 0
    sessions: Annotated[tuple[LetterSession, ...], At("s"), UpTo(SESSIONS_MAX), OPTIONAL] = ()
    """The one to write with first."""
    told: Annotated[bytes, At("t"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """The token we gave this device: its person may have got it before it was theirs."""
    theirs: Annotated[bytes, At("y"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """The token it gave us: boxes of its person's other devices may have another one."""


class TalkRow(Struct, frozen=True, kw_only=True):
    """A conversation: with a person, or in a group."""

    standing: Annotated[str, At("s"), Between(1, 16)]
    """A value of ``standing.Acquaintance``."""
    group: Annotated[GroupHistory | None, At("g")] = None
    last_ms: Annotated[Time, At("l")] = 0
    newest: Annotated[tuple[LetterId, ...], At("n"), UpTo(AFTER_MAX), OPTIONAL] = ()
    """What the next letter names."""
    theirs: Annotated[bytes, At("t"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """The token they gave us."""
    told: Annotated[bytes, At("o"), UpTo(KEY_BYTES), OPTIONAL] = b""
    """The token we gave them."""
    unread: Annotated[Count, At("u"), OPTIONAL] = 0


class KeptLetter(Struct, frozen=True, kw_only=True):
    """A letter of a conversation."""

    author_id: Annotated[AuthorId, At("a")]
    content: Annotated[bytes, At("c"), UpTo(CONTENT_BYTES_MAX)]
    came_ms: Annotated[Time, At("m")]
    """When it was written here, or came."""
    feed_id: Annotated[FeedId, At("f")]
    outcome: Annotated[str, At("o"), UpTo(16), OPTIONAL] = ""
    """Of an own one, once nothing more is done for it: "arrived" or "expired"."""

    @property
    def is_expired(self) -> bool:
        """Whether it reached nobody."""
        return self.outcome == "expired"


class LetterTarget(Struct, frozen=True, kw_only=True):
    """One device that a letter goes to."""

    feed_id: Annotated[FeedId, At("f")]
    author_id: Annotated[AuthorId, At("a")]
    boxes: Annotated[tuple[NodeId, ...], At("b"), UpTo(BOXES_NOTED_MAX), OPTIONAL] = ()
    """Machines that keep it for the device."""
    given: Annotated[bool, At("g"), OPTIONAL] = False
    """Whether the device itself has the parcel."""
    got: Annotated[bool, At("y"), OPTIONAL] = False
    """Whether it confirmed the letter."""
    next_ms: Annotated[Time, At("n"), OPTIONAL] = 0
    """When it is tried again."""
    sent: Annotated[Count, At("s"), OPTIONAL] = 0
    """How often somebody took it."""
    tried: Annotated[Count, At("t"), OPTIONAL] = 0
    """How often nobody took it, since somebody did."""


class SentLetter(Struct, frozen=True, kw_only=True):
    """A letter of this device that is on its way."""

    content: Annotated[bytes, At("c"), UpTo(CONTENT_BYTES_MAX)]
    made_ms: Annotated[Time, At("m")]
    people: Annotated[tuple[AuthorId, ...], At("p"), UpTo(64)]
    """Whose devices it goes to, our own author last."""
    talk: Annotated[bytes, At("t"), UpTo(HASH_BYTES), OPTIONAL] = b""
    """The conversation it stands in; empty: none."""
    targets: Annotated[tuple[LetterTarget, ...], At("d"), UpTo(TARGETS_MAX), OPTIONAL] = ()


class WishedLetter(Struct, frozen=True, kw_only=True):
    """What a wish with a key has become (``core.feed.once``)."""

    at_ms: Annotated[Time, At("m")]
    content: Annotated[Hash, At("c")]
    """Of what was asked for: another content with the same key is another wish."""
    letter: Annotated[LetterId, At("l")]


def encode_row(row: object) -> bytes:
    return encode(codec_of(type(row)).write(row))


def row_reader(kind: type[R]) -> Callable[[bytes], R]:
    """Return what reads rows of a kind; it raises BadEncodingError."""
    codec = codec_of(kind)
    return lambda data: codec.read(
        decode_fields(data, kind.__name__, limit_bytes=ROW_BYTES_MAX)
    )
