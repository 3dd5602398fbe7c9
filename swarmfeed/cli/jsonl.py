"""Reads posts from lines of JSON: ``{"author": ..., "time": seconds, "text": ...}``.

Other keys are ignored.  Nothing is imported from here: the caller gets all posts or an
error that names the line, before anything is signed that could not be taken back.
"""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from msgspec import Struct

from swarmfeed.cli.foreign import HEAD_BYTES, signature_of, spelling_of
from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.asks.utf8 import read_utf8
from swarmfeed.core.asks.writing import clean_text
from swarmfeed.core.base.limits import TEXT_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import UserError

LINE_BYTES_MAX: Final = 6 * TEXT_BYTES_MAX + 4_096
"""Longest line read: the longest text, each byte of it escaped, with room for other keys."""

MILLENNIUM_MS: Final = 946_684_800_000
"""1 January 2000: a number between it and now is a time in milliseconds, not in seconds."""

GZIP_MAGIC: Final = b"\x1f\x8b"
"""RFC 1952, 2.3.1."""


class Line(Struct, frozen=True):
    """One post as the file tells it."""

    number: int
    """Of the line, from 1."""
    author: str
    time_ms: int
    text: str


class Complaints(Struct, frozen=True, kw_only=True):
    """What is done about lines that hold no post; each may raise."""

    bad: Callable[[str], None]
    """Called with a sentence that names the line."""
    foreign: Callable[[str], None]
    """Called with what the file seems to be, where its first line is such a one."""


def read_lines(file: BinaryIO, complain: Complaints, latest_ms: int) -> Iterator[Line]:
    """Read every line, gzipped or not.

    Args:
        latest_ms: No post can be later.

    Raises:
        UserError: The file cannot be read to its end, or is something else altogether.
    """
    number, is_first = 0, True
    try:
        whole = _unpacked(file)
        head = _head(whole)
        for number, raw in enumerate(_raw_lines(whole), start=1):
            if not raw.strip():
                continue
            try:
                yield _parse(number, raw, latest_ms)
            except (ValueError, UserError) as error:
                if is_first and (what := spelling_of(head)):
                    complain.foreign(_foreign(what))
                complain.bad(f"line {number}: {error}")
            is_first = False
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"reading stopped after line {number}: {error}") from error


def _unpacked(file: BinaryIO) -> "io.BufferedReader[Any]":
    buffered: io.BufferedReader[Any] = (
        file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)
    )
    if not buffered.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
        return buffered
    return io.BufferedReader(gzip.GzipFile(fileobj=buffered))


def _head(whole: "io.BufferedReader[Any]") -> bytes:
    """Look at the start.  UserError when it is that of something that is no text."""
    head = whole.peek(HEAD_BYTES)[:HEAD_BYTES]
    if what := signature_of(head):
        raise UserError(_foreign(what))
    return head


def _foreign(what: Text) -> str:
    return said.FOREIGN(what=what(), expected=said.EXPECTED())


def _raw_lines(lines: "io.BufferedReader[Any]") -> Iterator[bytes]:
    while raw := lines.readline(LINE_BYTES_MAX + 1):
        yield raw
        # The rest of a line that is too long belongs to the same bad line.
        while len(raw) > LINE_BYTES_MAX and not raw.endswith(b"\n"):
            raw = lines.readline(LINE_BYTES_MAX + 1)


def _parse(number: int, raw: bytes, latest_ms: int) -> Line:
    if len(raw) > LINE_BYTES_MAX:
        raise ValueError(f"longer than {LINE_BYTES_MAX:,} bytes")
    text = read_utf8(raw, said.THIS_LINE())
    try:
        # Some programs mark the order of bytes, though UTF-8 has but one.
        record = json.loads(text.removeprefix("\ufeff") if number == 1 else text)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    author = record.get("author")
    if not isinstance(author, str):
        raise ValueError('"author" is not a text')
    return Line(
        number, author, _time_ms(record.get("time"), latest_ms), _text(record.get("text"))
    )


def _time_ms(time_s: object, latest_ms: int) -> int:
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        raise ValueError('"time" is not a number of seconds')
    if MILLENNIUM_MS <= time_s <= latest_ms:
        raise ValueError(said.TIME_IN_MS())
    # What is not a number at all, or endless, fails this comparison too.
    if not 0 <= time_s * 1000 <= TIME_MS_MAX:
        raise ValueError('"time" is outside 1970 to 33658')
    time_ms = round(time_s * 1000)
    if time_ms > latest_ms:
        raise ValueError(said.TIME_AHEAD(when=_day(time_ms)))
    return time_ms


def _day(time_ms: int) -> str:
    try:
        day = datetime.fromtimestamp(time_ms / 1000, UTC)
        return f"{day.day} {day:%B %Y}"
    except ValueError:  # Python's calendar ends with the year 9999
        return f"the year {1970 + round(time_ms / 31_556_952_000)}"


def _text(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError('"text" is not a text, or an empty one')
    clean_text(text)  # it is kept as it is in the file: the node cleans it the same way
    return text
