"""How a person is shown to others: name, bio, and the post that stands above the others."""

from collections.abc import Iterable
from unicodedata import normalize

from swarmfeed.core.asks import profile_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.input_sentences import NAME_BLANK, THE_NAME
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import Posts, PostView
from swarmfeed.core.asks.utf8 import require_visible, require_whole
from swarmfeed.core.asks.writing import plain_lines
from swarmfeed.core.base.blank import is_blank, is_one_line
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import (
    FIELD_LABEL_CHARS_MAX,
    FIELD_TEXT_CHARS_MAX,
    PROFILE_FIELDS_MAX,
)
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.errors import UserError


class ChangeProfile(Ask[AuthorView], frozen=True, kw_only=True):
    """Be called otherwise from now on, or tell something else about oneself."""

    name = "profile"
    changes = True

    called: str | None = None
    """The new name; null: as before."""
    bio: str | None = None
    """What others read below the name; empty: nothing, null: as before."""
    avatar: Attached | None = None
    """The picture beside the name, handed over by ``upload`` before; with an empty ``upload``
    none, null: as before."""
    banner: Attached | None = None
    """The wide picture above one's page, in the same way."""
    fields: tuple[ProfileField, ...] | None = None
    """All pairs of label and text that it has from now on; null: as before."""


class Pin(Ask[PostView], frozen=True, kw_only=True):
    """Show an own post above all others; the one that was there stands in its place again."""

    name = "pin"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Unpin(Ask[PostView], frozen=True, kw_only=True):
    """Show no post above the others any more; answers which one it was."""

    name = "unpin"
    changes = True


class WhatIsPinned(Ask[Posts], frozen=True, kw_only=True):
    """The post that somebody wants shown above their others: one, or none."""

    name = "pinned"

    author: AuthorId


def clean_name(typed: str) -> str:
    """Return a name as it is published: without white space around it.

    Raises:
        UserError: It is empty, longer than NAME_CHARS_MAX, has several lines, or nothing of it
            can be seen.
    """
    stripped = require_whole(typed, THE_NAME()).strip()
    if not 0 < len(stripped) <= NAME_CHARS_MAX or not is_one_line(stripped):
        raise UserError(sentences.NAME_BOUNDS(most=NAME_CHARS_MAX))
    if is_blank(stripped):
        raise UserError(NAME_BLANK())
    return stripped


def clean_bio(typed: str) -> str:
    """Return what somebody tells about themselves as it is published; it may be empty.

    Raises:
        UserError: It is longer than BIO_CHARS_MAX, or holds what nobody would see.
    """
    lines = require_visible(plain_lines(typed), sentences.THE_BIO())
    cleaned = normalize("NFC", lines).strip()
    if len(cleaned) > BIO_CHARS_MAX:
        raise UserError(sentences.BIO_TOO_LONG(chars=len(cleaned), most=BIO_CHARS_MAX))
    return "" if is_blank(cleaned) else cleaned


def clean_fields(typed: Iterable[ProfileField]) -> tuple[ProfileField, ...]:
    """Return pairs of label and text as they are published; those without either are left out.

    Raises:
        UserError: One has only half of it, is too long or no single line, or nothing of it
            can be seen; or they are more than PROFILE_FIELDS_MAX.
    """
    pairs = [
        ProfileField(_one_line(each.label), _one_line(each.text))
        for each in typed
        if each.label.strip() or each.text.strip()
    ]
    if len(pairs) > PROFILE_FIELDS_MAX:
        raise UserError(sentences.TOO_MANY_FIELDS(most=PROFILE_FIELDS_MAX))
    for each in pairs:
        if is_blank(each.label) or is_blank(each.text):
            raise UserError(sentences.HALF_A_FIELD(said=each.label or each.text))
        if len(each.label) > FIELD_LABEL_CHARS_MAX or len(each.text) > FIELD_TEXT_CHARS_MAX:
            label, text = FIELD_LABEL_CHARS_MAX, FIELD_TEXT_CHARS_MAX
            raise UserError(sentences.FIELD_TOO_LONG(label=label, text=text))
    return tuple(pairs)


def _one_line(typed: str) -> str:
    cleaned = normalize("NFC", require_visible(typed, sentences.THE_FIELD())).strip()
    if cleaned and not is_one_line(cleaned):
        raise UserError(sentences.FIELD_ONE_LINE())
    return cleaned
