"""Reads long JSON piece by piece: only one item of it is in memory at a time.

    items(chunks)                     [item, item, ...], with or without ``name =`` before it
    items(chunks, "orderedItems")     the items of this list of an object

    whole(chunks)                     all of it, where it is short
    of_text(text)                     a line of it

What comes after a list is not looked at.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.limits import DIGITS_MAX, RECORD_CHARS_MAX
from swarmfeed.core.archives.lines import as_utf8

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_ASSIGNED: Final = re.compile(r"[\w.$]{1,200}\s{0,8}=\s{0,8}(?=\[|\{)", re.ASCII)


class _Text:
    """What is read of a file, as far as it is needed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = as_utf8(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8")("strict").decode
        self._decoder = json.JSONDecoder(parse_int=_whole_number)
        self._held = ""
        self._at = 0
        self._is_over = False

    def next_sign(self) -> str:
        """The next character that is no white space, still to be taken; empty at the end."""
        while True:
            self._at = _space_end(self._held, self._at)
            if self._at < len(self._held) or not self._more():
                return self._held[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        """Go on after a sign.  ValueError: another one stands there."""
        if self.next_sign() != sign:
            raise ValueError(f"{sign!r} was expected")
        self._at += 1

    def skip_name(self) -> None:
        """Go on after ``name =``, if that stands here."""
        self.next_sign()
        while len(self._held) - self._at < 256 and self._more():
            pass
        if match := _ASSIGNED.match(self._held, self._at):
            self._at = match.end()

    def value(self) -> object:
        """The value that stands here, whole.  ValueError: none does."""
        self.next_sign()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except RecursionError as error:
                raise ValueError("nested too deeply") from error
            except ValueError:
                if len(self._held) - self._at > RECORD_CHARS_MAX:
                    most = RECORD_CHARS_MAX
                    raise ValueError(sentences.RECORD_TOO_LONG(most=most)) from None
                if not self._more():
                    raise
                continue
            # A number may go on in what is still to come.
            if end == len(self._held) and self._more():
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        if self._is_over:
            return False
        chunk = next(self._chunks, b"")
        self._is_over = not chunk
        self._held = self._held[self._at :] + self._decode(chunk, self._is_over)
        self._at = 0
        return not self._is_over


def items(chunks: Iterable[bytes], key: str = "") -> Iterator[object]:
    """Read the items of a list, one after the other.

    Args:
        key: Under which the list stands in an object; empty: the file is the list.

    Raises:
        ValueError: It is no such JSON, or one item is too long.
    """
    text = _Text(chunks)
    text.skip_name()
    if not key:
        yield from _list(text)
        return
    text.take("{")
    while text.next_sign() == '"':
        name = text.value()
        text.take(":")
        if name == key:
            yield from _list(text)
            return
        text.value()
        if text.next_sign() == ",":
            text.take(",")
    raise ValueError(f'there is no "{key}"')


def whole(chunks: Iterable[bytes]) -> object:
    """Read a short file as a whole.  ValueError: it is no JSON, or too long."""
    text = _Text(chunks)
    text.skip_name()
    return text.value()


def of_text(text: str) -> object:
    """Read one value.  ValueError: it is no JSON, or nested too deeply."""
    try:
        return json.loads(text, parse_int=_whole_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _list(text: _Text) -> Iterator[object]:
    text.take("[")
    while (sign := text.next_sign()) != "]":
        if not sign:
            raise ValueError("the list has no end")
        yield text.value()
        if text.next_sign() != "]":
            text.take(",")


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) <= DIGITS_MAX else None


def _space_end(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
