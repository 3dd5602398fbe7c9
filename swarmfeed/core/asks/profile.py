"""How a person is shown to others: name, bio, and the post that stands above the others."""

from dataclasses import dataclass
from unicodedata import normalize

from swarmfeed.core.asks import profile_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.input_sentences import NAME_BLANK, THE_NAME
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import Posts, PostView
from swarmfeed.core.asks.utf8 import require_visible, require_whole
from swarmfeed.core.asks.writing import plain_lines
from swarmfeed.core.base.blank import is_blank, is_one_line
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile(Ask[AuthorView]):
    """Be called otherwise from now on, or tell something else about oneself."""

    name = "profile"
    changes = True

    called: str | None = None
    """The new name; null: as before."""
    bio: str | None = None
    """What others read below the name; empty: nothing, null: as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Ask[PostView]):
    """Show an own post above all others; the one that was there stands in its place again."""

    name = "pin"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpin(Ask[PostView]):
    """Show no post above the others any more; answers which one it was."""

    name = "unpin"
    changes = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIsPinned(Ask[Posts]):
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
