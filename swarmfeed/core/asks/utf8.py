"""Text from outside is UTF-8, whole and visible, or it is refused: nothing of it is dropped."""

import re
from typing import Final

from swarmfeed.core.asks.input_sentences import NO_CONTROLS, NOT_UTF8, NOT_UTF8_TEXT
from swarmfeed.errors import UserError

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but tab and line feed: those of Unicode's category Cc, which never grows
(Unicode Character Encoding Stability Policies)."""


def read_utf8(raw: bytes, what: str) -> str:
    """Return bytes of somebody as text.

    Args:
        what: What they are called in a sentence.

    Raises:
        UserError: They are not UTF-8; the sentence says from which byte on.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(NOT_UTF8(what=what, byte=error.start + 1)) from error


def require_whole(text: str, what: str) -> str:
    """Return text that has no half characters and no NUL.

    The system hands on bytes that are no UTF-8 as half characters (PEP 383), and JSON can
    spell them; NUL ends a text for many programs.

    Raises:
        UserError: It has one; the sentence says where.
    """
    if "\0" not in text:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise UserError(NOT_UTF8_TEXT(what=what, character=error.start + 1)) from error
        return text
    # What is before the NUL may be worse, and stands first.
    require_whole(text[: text.index("\0")], what)
    raise _control(text, text.index("\0"), what)


def require_visible(text: str, what: str) -> str:
    """Return whole text without control characters but tab and line feed.

    Raises:
        UserError: It has one, which nobody would see who looks at the text.
    """
    require_whole(text, what)
    if (found := _UNSEEN.search(text)) is not None:
        raise _control(text, found.start(), what)
    return text


def _control(text: str, at: int, what: str) -> UserError:
    code = f"U+{ord(text[at]):04X}"
    return UserError(NO_CONTROLS(what=what, character=at + 1, code=code))
