"""What the body of each kind of entry says.

A body is a canonical bencoded dict, as the annotations of its class say (``core.base.codec``):
a field stands under its name or the key that ``At`` gives it, ``OPTIONAL`` ones are left out
when empty; unknown keys are ignored here and stay in the stored bytes.

    feed      c certificate, name device                            always entry 0
    post      cw?, lang?, media? [medium], mentions? [author_id], quote? ref, reply? ref,
              root? ref, src?, tags? [text], text
    profile   avatar? medium, banner? medium, bio?, fields? [l label, t text], name
    follow    a author_id, on 0|1                                   one author per entry
    react     e emoji (empty: take it back), r ref
    boost     r ref, u? 1: take it back
    edit      cw?, media? [medium], n index of the own post, quote? ref, reply? ref, root? ref,
              text
    withdraw  e? 1: its newest edit is still shown, n index of the own entry
    leave     c certificate
    pin       r? ref of an own post, of any own device; none: no post is pinned
    keys      r? recovery keys, v suite, x public key of the device
    prekeys   b, i, o X25519 keys, q ML-KEM key, u until, v suite    what letters are sealed to
    mailbox   m [node_id]                          who keeps letters for this device
    state     d part, i snapshot, p number of the part, q parts
    protected c commitment (32), n nonce, x encrypted               see core/circles/protecting
    rekey     c check, e epoch, p? key before, w wraps              see core/circles/rekey
    ref       f feed_id (32), h entry hash (32), n index
    medium    see core/feed/medium

All text is UTF-8.  Every body holds a salt beside, ``z``: 16 random bytes (``protected`` and
``rekey`` have others of their own).  Without it, whoever has the hash of a withdrawn body could
try short texts until one fits.
The body of a plain post is exactly ``d4:text<n>:<text>1:z16:<salt>e``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final, Protocol

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import Codec, codec_of
from swarmfeed.core.base.limits import (
    BIO_CHARS_MAX,
    BODY_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    EMOJI_CHARS_MAX,
    FEED_ENTRIES_MAX,
    GENERATIONS_MAX,
    LANG_CHARS_MAX,
    MENTIONS_MAX,
    NAME_CHARS_MAX,
    SOURCE_CHARS_MAX,
    TAG_CHARS_MAX,
    TAGS_MAX,
    TEXT_BYTES_MAX,
    WARNING_CHARS_MAX,
)
from swarmfeed.core.base.marks import OPTIONAL, At, Between, Spelled, UpTo
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.feed.limits import MEDIA_MAX, SALT_BYTES
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.profile_field import FieldsOfProfile
from swarmfeed.core.feed.sealed_kinds import (
    KeysBody,
    MailboxBody,
    PrekeysBody,
    ProtectedBody,
    RekeyBody,
    StateBody,
    read_protected,
)
from swarmfeed.errors import BadEncodingError, UserError


class KnownBody(Protocol):
    """What an entry says, of a kind this version knows.

    A frozen record whose annotations are its bytes.
    """

    kind: ClassVar[str]
    """1 to KIND_BYTES_MAX lower-case letters."""


class Body(Protocol):
    """What an entry says: a KnownBody or an UnknownBody."""

    @property
    def kind(self) -> str: ...


def decode_text(raw: bytes) -> str:
    """Read the text of a post.  Raises BadEncodingError."""
    if not 1 <= len(raw) <= TEXT_BYTES_MAX:
        raise BadEncodingError(f"text is {len(raw)} bytes, not 1 to {TEXT_BYTES_MAX}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEncodingError("text is not UTF-8") from error


Certificate = Annotated[bytes, At("c"), UpTo(CERTIFICATE_BYTES_MAX)]
"""From ``certificate.sign_join`` and its like; see ``certificate.open_certificate``."""

Name = Annotated[str, UpTo(NAME_CHARS_MAX)]
Text = Annotated[str, Spelled(decode_text, f"1 to {TEXT_BYTES_MAX:,} bytes of UTF-8")]
ContentWarning = Annotated[str, UpTo(WARNING_CHARS_MAX), OPTIONAL]
Tag = Annotated[str, UpTo(TAG_CHARS_MAX)]
Media = Annotated[tuple[Medium, ...], UpTo(MEDIA_MAX), OPTIONAL]
Own = Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX - 1)]
"""Index of an own entry of the same feed."""


class FeedBody(Struct, frozen=True):
    """Entry 0 of every feed: whose it is, and which device writes it."""

    kind: ClassVar[str] = "feed"
    certificate: Certificate
    """Signed join certificate."""
    device: Annotated[Name, At("name")] = ""
    rotates: Annotated[
        tuple[Certificate, ...], At("r"), UpTo(GENERATIONS_MAX - 1), OPTIONAL
    ] = ()
    """Signed rotates up to the generation of the join, oldest first: they prove its key."""


class PostBody(Struct, frozen=True):
    """What a person wrote."""

    kind: ClassVar[str] = "post"
    text: Text
    lang: Annotated[str, UpTo(LANG_CHARS_MAX), OPTIONAL] = ""
    reply: EntryRef | None = None
    """The post it answers."""
    root: EntryRef | None = None
    """The post its thread began with."""
    quote: EntryRef | None = None
    cw: ContentWarning = ""
    """Content warning."""
    tags: Annotated[tuple[Tag, ...], UpTo(TAGS_MAX), OPTIONAL] = ()
    """Lower case as the author's node spelled it, without the number sign."""
    mentions: Annotated[tuple[AuthorId, ...], UpTo(MENTIONS_MAX), OPTIONAL] = ()
    src: Annotated[str, UpTo(SOURCE_CHARS_MAX), OPTIONAL] = ""
    """Where it was imported from."""
    media: Media = ()


class ProfileBody(Struct, frozen=True):
    """How the author wants to be called; the newest one counts."""

    kind: ClassVar[str] = "profile"
    name: Name
    bio: Annotated[str, UpTo(BIO_CHARS_MAX), OPTIONAL] = ""
    avatar: Medium | None = None
    banner: Medium | None = None
    fields: FieldsOfProfile = ()
    """Pairs of label and text."""


class FollowBody(Struct, frozen=True):
    """Follow an author, or no longer; the newest one on each author counts."""

    kind: ClassVar[str] = "follow"
    author_id: Annotated[AuthorId, At("a")]
    on: bool


class ReactBody(Struct, frozen=True):
    """A reaction; the newest one on each entry counts."""

    kind: ClassVar[str] = "react"
    ref: Annotated[EntryRef, At("r")]
    emoji: Annotated[str, At("e"), UpTo(EMOJI_CHARS_MAX)]
    """Empty: the reaction is taken back."""


class BoostBody(Struct, frozen=True):
    """Show someone's post to my followers; the newest one on each entry counts."""

    kind: ClassVar[str] = "boost"
    ref: Annotated[EntryRef, At("r")]
    is_off: Annotated[bool, At("u"), OPTIONAL] = False
    """It is taken back."""


class EditBody(Struct, frozen=True):
    """A new text for an own post of the same feed; the newest one counts."""

    kind: ClassVar[str] = "edit"
    index: Own
    text: Text
    cw: ContentWarning = ""
    reply: EntryRef | None = None
    """What the post answers; this and the next ones where the post's own body is withdrawn."""
    root: EntryRef | None = None
    quote: EntryRef | None = None
    media: Media = ()
    """All that the post has from now on."""


class WithdrawBody(Struct, frozen=True):
    """Drop the body of an own entry of the same feed."""

    kind: ClassVar[str] = "withdraw"
    index: Own
    is_edited: Annotated[bool, At("e"), OPTIONAL] = False
    """Of a post: only its old text goes, and its newest edit is shown."""


class LeaveBody(Struct, frozen=True):
    """A feed of this author ends."""

    kind: ClassVar[str] = "leave"
    certificate: Certificate
    """Signed leave certificate."""


class PinBody(Struct, frozen=True):
    """Show an own post above all others, whichever device wrote it; the newest one counts."""

    kind: ClassVar[str] = "pin"
    ref: Annotated[EntryRef | None, At("r")] = None
    """None: no post stands above the others any more."""


class UnknownBody(Struct, frozen=True):
    """A kind of a later version: kept and passed on as it is, never an error."""

    kind: str
    body: bytes


Kinds = Mapping[str, Codec[KnownBody]]
"""Kinds of entry by their names, with how to read them."""


def kinds_of(bodies: Iterable[type[KnownBody]]) -> Kinds:
    """Return the kinds with these bodies.  TypeError when one is badly declared."""
    return {body.kind: codec_of(body) for body in bodies}


KINDS: Final = kinds_of(
    (
        FeedBody,
        PostBody,
        ProfileBody,
        FollowBody,
        ReactBody,
        BoostBody,
        EditBody,
        WithdrawBody,
        LeaveBody,
        PinBody,
        KeysBody,
        MailboxBody,
        PrekeysBody,
        StateBody,
        ProtectedBody,
        RekeyBody,
    )
)
"""The kinds that this version knows."""

match_plain_post: Final = re.compile(rb"d4:text([1-9][0-9]{0,3}):").match
"""Start of a post that is nothing but text: nearly all posts of a backlog."""

_SALT_KEY: Final = b"z"
_SALT_START: Final = b"1:z%d:" % SALT_BYTES
"""What stands between the text of such a post and its salt."""

_SALTED_BYTES: Final = len(_SALT_START) + SALT_BYTES + 1
"""What stands behind its text."""


def encode_body(body: Body, salt: bytes = b"") -> bytes:
    """Return the canonical bytes of a body.

    Args:
        salt: SALT_BYTES random bytes, new for each entry; empty where its bytes are to be known
            beforehand, as in examples.  Of an unknown body nothing is changed.

    Raises:
        UserError: It does not fit an entry.
    """
    if isinstance(body, UnknownBody):
        return body.body
    assert len(salt) in (0, SALT_BYTES), "a salt is as long as the format says"
    if salt and isinstance(body, PostBody) and _is_plain(body):
        text = body.text.encode()  # three times as fast as the long way
        encoded = b"d4:text%d:%b%b%be" % (len(text), text, _SALT_START, salt)
    else:
        fields = codec_of(type(body)).write(body)
        is_salted = bool(salt) and not isinstance(body, ProtectedBody | RekeyBody)
        encoded = encode({**fields, _SALT_KEY: salt} if is_salted else fields)
    if len(encoded) > BODY_BYTES_MAX:
        raise UserError(
            f"The {body.kind} takes {len(encoded)} bytes with all that belongs to it;"
            f" at most {BODY_BYTES_MAX} fit."
        )
    return encoded


def _is_plain(post: PostBody) -> bool:
    """Whether a post is nothing but text."""
    points = post.reply, post.root, post.quote
    more = post.lang or post.cw or post.tags or post.mentions or post.src or post.media
    return not more and points == (None, None, None)


def decode_body(kind: str, body: bytes, kinds: Kinds = KINDS) -> Body:
    """Read the body of an entry; one of none of the ``kinds`` comes back as an UnknownBody.

    Raises:
        BadEncodingError: The kind is known, and this is none of its bodies.
    """
    if kind == "post":
        plain = match_plain_post(body)
        # The length leaves room for the salt alone: this is the whole dict, 8 times as fast.
        if plain is not None and plain.end() + int(plain[1]) + _SALTED_BYTES == len(body):
            end = len(body) - _SALTED_BYTES
            if body.startswith(_SALT_START, end) and body[-1] == 0x65:
                return PostBody(decode_text(body[plain.end() : end]))
    if kind == ProtectedBody.kind and (protected := read_protected(body)) is not None:
        return protected
    codec = kinds.get(kind)
    if codec is None:
        return UnknownBody(kind, body)
    return codec.read(decode_fields(body, kind, limit_bytes=BODY_BYTES_MAX))
