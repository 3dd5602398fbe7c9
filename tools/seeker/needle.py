"""What is looked for: the words of a text, in every spelling in which a home may hold them.

A word is looked for by its pieces of ``PIECE_BYTES``, so that one is found of which something
was overwritten, that runs over from one page to the next, or that stands behind another one
that begins alike and is spelled from where they differ (FTS5 does that).  Of a word that is cut
once anywhere one half holds a piece, if it is twice as long.
"""

import json
from collections.abc import Iterator
from typing import Final
from unicodedata import normalize
from urllib.parse import quote

from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.terms import index_text

PIECE_BYTES: Final = 8
"""Of a word of random letters, nothing else on a disk has so many in a row."""

WORD_BYTES_MIN: Final = 2 * PIECE_BYTES

RUN_BYTES: Final = 64
"""Pieces nearer to each other than this are of one place."""


class Needle:
    """A text, ready to be looked for."""

    def __init__(self, text: str) -> None:
        """Raises ValueError when no word is long enough not to be found where it is not."""
        words = {word for form in _forms(text) for word in form.encode().split()}
        long = {word for word in words if len(word) >= WORD_BYTES_MIN}
        if not long:
            raise ValueError(f"no word of {text!r} has {WORD_BYTES_MIN} bytes")
        self._pieces: Final = sorted({piece for word in long for piece in _pieces(word)})

    def places(self, content: bytes) -> list[int]:
        """Return where in some bytes it stands: of pieces side by side, the first."""
        found = list[int]()
        for at in sorted({at for piece in self._pieces for at in _all(piece, content)}):
            if not found or at - found[-1] >= RUN_BYTES:
                found.append(at)
        return found


def _all(piece: bytes, content: bytes) -> Iterator[int]:
    at = content.find(piece)
    while at >= 0:
        yield at
        at = content.find(piece, at + 1)


def _forms(text: str) -> Iterator[str]:
    """The text as it was typed, as it is published, as it is looked for, and as programs quote
    it."""
    for form in {text, *(normalize(name, text) for name in ("NFC", "NFD", "NFKC", "NFKD"))}:
        yield form
        yield form.lower()
        yield form.casefold()
        yield json.dumps(form)[1:-1]
        yield quote(form).replace("%20", " ")
    yield fold(text)
    yield index_text(text)


def _pieces(word: bytes) -> Iterator[bytes]:
    for at in range(len(word) - PIECE_BYTES + 1):
        yield word[at : at + PIECE_BYTES]
