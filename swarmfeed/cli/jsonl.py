"""Reads posts from lines of JSON: ``{"author": ..., "time": seconds, "text": ...}``.

Other keys are ignored.  Nothing is imported from here: the caller gets all posts or an
error that names the line, before anything is signed that could not be taken back.
"""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from swarmfeed.core.base.limits import TEXT_BYTES_MAX, TIME_MS_MAX
from swarmfeed.errors import UserError

LINE_BYTES_MAX: Final = 6 * TEXT_BYTES_MAX + 4_096
"""Longest line read: the longest text, each byte of it escaped, with room for other keys."""

GZIP_MAGIC: Final = b"\x1f\x8b"
"""RFC 1952, 2.3.1."""


@dataclass(frozen=True, slots=True)
class Line:
    """One post as the file tells it."""

    number: int
    """Of the line, from 1."""
    author: str
    time_ms: int
    text: str


def read_lines(file: BinaryIO, on_bad: Callable[[str], None]) -> Iterator[Line]:
    """Read every line, gzipped or not.

    Args:
        on_bad: Called with a sentence that names the line, for each that holds no post; it
            may raise.

    Raises:
        UserError: The file cannot be read to its end.
    """
    number = 0
    try:
        for number, raw in enumerate(_raw_lines(file), start=1):
            if raw.strip():
                try:
                    yield _parse(number, raw)
                except ValueError as error:
                    on_bad(f"line {number}: {error}")
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"reading stopped after line {number}: {error}") from error


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    packed = buffered.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
    lines = gzip.GzipFile(fileobj=buffered) if packed else buffered
    while raw := lines.readline(LINE_BYTES_MAX + 1):
        yield raw
        # The rest of a line that is too long belongs to the same bad line.
        while len(raw) > LINE_BYTES_MAX and not raw.endswith(b"\n"):
            raw = lines.readline(LINE_BYTES_MAX + 1)


def _parse(number: int, raw: bytes) -> Line:
    if len(raw) > LINE_BYTES_MAX:
        raise ValueError(f"longer than {LINE_BYTES_MAX:,} bytes")
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON in UTF-8") from error
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    author = record.get("author")
    if not isinstance(author, str):
        raise ValueError('"author" is not a text')
    return Line(number, author, _time_ms(record.get("time")), _text(record.get("text")))


def _time_ms(time_s: object) -> int:
    if isinstance(time_s, bool) or not isinstance(time_s, int | float):
        raise ValueError('"time" is not a number of seconds')
    # What is not a number at all, or endless, fails this comparison too.
    if not 0 <= time_s * 1000 <= TIME_MS_MAX:
        raise ValueError('"time" is outside 1970 to 33658')
    return round(time_s * 1000)


def _text(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError('"text" is not a text, or an empty one')
    try:
        size_bytes = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise ValueError('"text" holds half a character') from error
    if size_bytes > TEXT_BYTES_MAX:
        raise ValueError(f'"text" has {size_bytes:,} bytes, at most {TEXT_BYTES_MAX:,} fit')
    return text
