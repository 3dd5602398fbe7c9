"""Reads files piece by piece: as UTF-8, lines of text, or no more than may be."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.limits import RECORD_CHARS_MAX

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Return text in UTF-8, without a mark at its beginning; UTF-16 is known by its mark.

    Editors and shells of Windows write both.  ValueError: it is no UTF-16, and says it is.
    """
    read, head = iter(chunks), b""
    while len(head) < len(codecs.BOM_UTF8) and (chunk := next(read, b"")):
        head += chunk
    if head.startswith(_UTF_16):
        decode = codecs.getincrementaldecoder("utf-16")().decode
        texts = chain((decode(each) for each in chain([head], read)), (decode(b"", True),))
        yield from (text.encode() for text in texts if text)
        return
    if head := head.removeprefix(codecs.BOM_UTF8):
        yield head
    yield from read


def lines_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """Return lines without their ends.  ValueError: one is too long, or no UTF-8."""
    held = b""
    for chunk in as_utf8(chunks):
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8").removesuffix("\r")
        if len(held) > RECORD_CHARS_MAX:
            raise ValueError(sentences.RECORD_TOO_LONG(most=RECORD_CHARS_MAX))
    if held:
        yield held.decode("utf-8").removesuffix("\r")


def bounded(chunks: Iterable[bytes], bytes_max: int) -> Iterator[bytes]:
    """Hand on what is read.  ValueError: it is longer."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bytes_max:
            raise ValueError(sentences.TOO_LONG_A_FILE())
        yield chunk
