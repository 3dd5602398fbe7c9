"""What the body of each kind of entry says.

A body is a canonical bencoded dict.  Keys are listed in the order of their bytes; ``?`` marks
those that are left out when empty; unknown keys are ignored here and stay in the stored bytes.

    feed      c certificate, name device                            always entry 0
    post      cw?, lang?, mentions? [author_id], quote? ref, reply? ref, root? ref, src?,
              tags? [text], text
    profile   bio?, name
    follow    a author_id, on 0|1                                   one author per entry
    react     e emoji (empty: take it back), r ref
    boost     r ref
    edit      cw?, n index of the own post, text
    withdraw  n index of the own entry
    leave     c certificate
    pin       n index of the own post, on 0|1
    ref       f feed_id (32), h entry hash (32), n index

All text is UTF-8.  The body of a plain post is exactly ``d4:text<n>:<text>e``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.base.limits import (
    BIO_CHARS_MAX,
    BODY_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    EMOJI_CHARS_MAX,
    FEED_ENTRIES_MAX,
    HASH_BYTES,
    KEY_BYTES,
    LANG_CHARS_MAX,
    MENTIONS_MAX,
    NAME_CHARS_MAX,
    SOURCE_CHARS_MAX,
    TAG_CHARS_MAX,
    TAGS_MAX,
    TEXT_BYTES_MAX,
    WARNING_CHARS_MAX,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.errors import BadEncodingError, UserError


@dataclass(frozen=True, slots=True)
class FeedBody:
    """Entry 0 of every feed: whose it is, and which device writes it."""

    kind: ClassVar[str] = "feed"
    certificate: bytes
    """Signed join certificate; see ``certificate.open_certificate``."""
    device: str = ""


@dataclass(frozen=True, slots=True)
class PostBody:
    """What a person wrote."""

    kind: ClassVar[str] = "post"
    text: str
    """1 to TEXT_BYTES_MAX bytes of UTF-8."""
    lang: str = ""
    reply: EntryRef | None = None
    """The post it answers."""
    root: EntryRef | None = None
    """The post its thread began with."""
    quote: EntryRef | None = None
    cw: str = ""
    """Content warning."""
    tags: tuple[str, ...] = ()
    """Lower case as the author's node spelled it, without the number sign."""
    mentions: tuple[AuthorId, ...] = ()
    src: str = ""
    """Where it was imported from."""


@dataclass(frozen=True, slots=True)
class ProfileBody:
    """How the author wants to be called; the newest one counts."""

    kind: ClassVar[str] = "profile"
    name: str
    bio: str = ""


@dataclass(frozen=True, slots=True)
class FollowBody:
    """Follow an author, or no longer; the newest one on each author counts."""

    kind: ClassVar[str] = "follow"
    author_id: AuthorId
    on: bool


@dataclass(frozen=True, slots=True)
class ReactBody:
    """A reaction; the newest one on each entry counts."""

    kind: ClassVar[str] = "react"
    ref: EntryRef
    emoji: str
    """Empty: the reaction is taken back."""


@dataclass(frozen=True, slots=True)
class BoostBody:
    """Show someone's post to my followers."""

    kind: ClassVar[str] = "boost"
    ref: EntryRef


@dataclass(frozen=True, slots=True)
class EditBody:
    """A new text for an own post of the same feed; the newest one counts."""

    kind: ClassVar[str] = "edit"
    index: int
    text: str
    cw: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawBody:
    """Drop the body of an own entry of the same feed."""

    kind: ClassVar[str] = "withdraw"
    index: int


@dataclass(frozen=True, slots=True)
class LeaveBody:
    """A feed of this author ends; the signed leave certificate."""

    kind: ClassVar[str] = "leave"
    certificate: bytes


@dataclass(frozen=True, slots=True)
class PinBody:
    """Show an own post of the same feed above the others, or no longer."""

    kind: ClassVar[str] = "pin"
    index: int
    on: bool


@dataclass(frozen=True, slots=True)
class UnknownBody:
    """A kind of a later version: kept and passed on as it is, never shown as an error."""

    kind: str
    body: bytes


_NotPost = (
    FeedBody
    | ProfileBody
    | FollowBody
    | ReactBody
    | BoostBody
    | EditBody
    | WithdrawBody
    | LeaveBody
    | PinBody
)
KnownBody = PostBody | _NotPost
Body = KnownBody | UnknownBody

match_plain_post: Final = re.compile(rb"d4:text([1-9][0-9]{0,3}):").match
"""Start of a post that is nothing but text: nearly all posts of a backlog."""


def encode_body(body: Body) -> bytes:
    """Return the canonical bytes of a body.

    Raises:
        UserError: It does not fit an entry.
    """
    if isinstance(body, UnknownBody):
        return body.body
    fields = _fields_of_post(body) if isinstance(body, PostBody) else _fields_of(body)
    encoded = encode({key: item for key, item in fields.items() if item is not None})
    if len(encoded) > BODY_BYTES_MAX:
        raise UserError(
            f"The {body.kind} takes {len(encoded)} bytes with all that belongs to it;"
            f" at most {BODY_BYTES_MAX} fit."
        )
    return encoded


def decode_body(kind: str, body: bytes) -> Body:
    """Read the body of an entry.

    Raises:
        BadEncodingError: The kind is known, and this is none of its bodies.
    """
    if kind == "post":
        plain = match_plain_post(body)
        # The length leaves room for the closing e alone: so this is the whole dict, and the
        # only spelling of it.  Eight times as fast as the long way.
        if plain is not None and plain.end() + int(plain[1]) + 1 == len(body):
            if body[-1] != 0x65:
                raise BadEncodingError("post does not end")
            return PostBody(_decode_text(body[plain.end() : -1]))
    read = _READERS.get(kind)
    if read is None:
        return UnknownBody(kind, body)
    return read(decode_fields(body, kind, limit_bytes=BODY_BYTES_MAX))


def _fields_of(body: _NotPost) -> dict[str, Encodable | None]:  # noqa: PLR0911  # one per kind
    """Return the dict of a body; what is None is left out."""
    match body:
        case FeedBody(certificate, device):
            return {"c": certificate, "name": device}
        case ProfileBody(name, bio):
            return {"bio": bio or None, "name": name}
        case FollowBody(author_id, on):
            return {"a": author_id, "on": int(on)}
        case ReactBody(ref, emoji):
            return {"e": emoji, "r": _fields_of_ref(ref)}
        case BoostBody(ref):
            return {"r": _fields_of_ref(ref)}
        case EditBody(index, text, cw):
            return {"cw": cw or None, "n": index, "text": text}
        case WithdrawBody(index):
            return {"n": index}
        case LeaveBody(certificate):
            return {"c": certificate}
        case PinBody(index, on):
            return {"n": index, "on": int(on)}


def _fields_of_post(post: PostBody) -> dict[str, Encodable | None]:
    return {
        "cw": post.cw or None,
        "lang": post.lang or None,
        "mentions": post.mentions or None,
        "quote": _fields_of_ref(post.quote) if post.quote else None,
        "reply": _fields_of_ref(post.reply) if post.reply else None,
        "root": _fields_of_ref(post.root) if post.root else None,
        "src": post.src or None,
        "tags": post.tags or None,
        "text": post.text,
    }


def _fields_of_ref(ref: EntryRef) -> dict[str, Encodable]:
    return {"f": ref.feed_id, "h": ref.entry_hash, "n": ref.index}


def _read_feed(fields: Fields) -> FeedBody:
    return FeedBody(_take_certificate(fields), _take_name(fields))


def _read_post(fields: Fields) -> PostBody:
    mentions = fields.optional_bytes_list(b"mentions", count_max=MENTIONS_MAX, length=KEY_BYTES)
    return PostBody(
        text=_take_post_text(fields),
        lang=fields.optional_text(b"lang", chars_max=LANG_CHARS_MAX),
        reply=_optional_ref(fields, b"reply"),
        root=_optional_ref(fields, b"root"),
        quote=_optional_ref(fields, b"quote"),
        cw=fields.optional_text(b"cw", chars_max=WARNING_CHARS_MAX),
        tags=fields.optional_text_list(b"tags", count_max=TAGS_MAX, chars_max=TAG_CHARS_MAX),
        mentions=tuple(AuthorId(author_id) for author_id in mentions),
        src=fields.optional_text(b"src", chars_max=SOURCE_CHARS_MAX),
    )


def _read_profile(fields: Fields) -> ProfileBody:
    return ProfileBody(
        _take_name(fields), fields.optional_text(b"bio", chars_max=BIO_CHARS_MAX)
    )


def _read_follow(fields: Fields) -> FollowBody:
    return FollowBody(AuthorId(fields.take_bytes(b"a", length=KEY_BYTES)), _take_on(fields))


def _read_react(fields: Fields) -> ReactBody:
    emoji = fields.take_text(b"e", chars_max=EMOJI_CHARS_MAX)
    return ReactBody(_read_ref(fields.take_fields(b"r")), emoji)


def _read_boost(fields: Fields) -> BoostBody:
    return BoostBody(_read_ref(fields.take_fields(b"r")))


def _read_edit(fields: Fields) -> EditBody:
    cw = fields.optional_text(b"cw", chars_max=WARNING_CHARS_MAX)
    return EditBody(_take_index(fields), _take_post_text(fields), cw)


def _read_withdraw(fields: Fields) -> WithdrawBody:
    return WithdrawBody(_take_index(fields))


def _read_leave(fields: Fields) -> LeaveBody:
    return LeaveBody(_take_certificate(fields))


def _read_pin(fields: Fields) -> PinBody:
    return PinBody(_take_index(fields), _take_on(fields))


_READERS: Final[dict[str, Callable[[Fields], KnownBody]]] = {
    "feed": _read_feed,
    "post": _read_post,
    "profile": _read_profile,
    "follow": _read_follow,
    "react": _read_react,
    "boost": _read_boost,
    "edit": _read_edit,
    "withdraw": _read_withdraw,
    "leave": _read_leave,
    "pin": _read_pin,
}


def _read_ref(fields: Fields) -> EntryRef:
    return EntryRef(
        feed_id=FeedId(fields.take_bytes(b"f", length=KEY_BYTES)),
        entry_hash=Hash(fields.take_bytes(b"h", length=HASH_BYTES)),
        index=_take_index(fields),
    )


def _optional_ref(fields: Fields, key: bytes) -> EntryRef | None:
    inner = fields.optional_fields(key)
    return None if inner is None else _read_ref(inner)


def _take_index(fields: Fields) -> int:
    return fields.take_int(b"n", 0, FEED_ENTRIES_MAX - 1)


def _take_on(fields: Fields) -> bool:
    return fields.take_int(b"on", 0, 1) == 1


def _take_name(fields: Fields) -> str:
    return fields.take_text(b"name", chars_max=NAME_CHARS_MAX)


def _take_certificate(fields: Fields) -> bytes:
    return fields.take_bytes(b"c", bytes_max=CERTIFICATE_BYTES_MAX)


def _take_post_text(fields: Fields) -> str:
    return _decode_text(fields.take_bytes(b"text"))


def _decode_text(raw: bytes) -> str:
    if not 1 <= len(raw) <= TEXT_BYTES_MAX:
        raise BadEncodingError(f"text is {len(raw)} bytes, not 1 to {TEXT_BYTES_MAX}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEncodingError("text is not UTF-8") from error
