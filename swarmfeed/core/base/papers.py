"""Which of the two sheets somebody still has to write down, as a home remembers it.

A home has the words of the first sheet in its keys.  Those of the second are nowhere, on
purpose; until they are on paper its seed stays here, sealed to the key of the first.
"""

import json
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.aead import NONCE_BYTES, TAG_BYTES, seal, unseal
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.errors import BadSealError

_INFO: Final = b"swarmfeed papers 1"
_SEALED_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES

PAPERS_BYTES_MAX: Final = 1_024
"""Longest file that is read."""

WORDS: Final = 24
"""Of a sheet."""

ASKED_BACK: Final = 4
"""How many words are asked back: who copied a sheet wrong is found out mostly, and nobody
minds typing them."""


class Papers(Struct, frozen=True, kw_only=True):
    """What is not on paper yet."""

    __repr__ = hiding("second")

    first: bool = False
    second: bytes = b""
    """The sealed seed; empty: that sheet is written."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be written."""
        return not self.first and not self.second


def asked_back(random: bytes) -> tuple[int, ...]:
    """Numbers of the words that are asked back, in order, drawn by 64 random bytes."""
    order = sorted(range(WORDS), key=lambda number: (random[2 * number :][:2], number))
    return tuple(sorted(number + 1 for number in order[:ASKED_BACK]))


def format_papers(papers: Papers) -> bytes:
    """Return the content of the file."""
    return json.dumps({"first": papers.first, "second": papers.second.hex()}).encode()


def parse_papers(content: bytes) -> Papers:
    """Read the file.  Total: of one that is damaged only that the first sheet is to be looked
    at is known, which does no harm."""
    try:
        said = json.loads(content)
        second = bytes.fromhex(said["second"])
        if type(said["first"]) is bool and len(second) in (0, _SEALED_BYTES):
            return Papers(first=said["first"], second=second)
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    return Papers(first=True)


def seal_second(first_seed: bytes, second_seed: bytes, nonce: bytes) -> bytes:
    """Seal the second sheet's seed to whoever has the first.  ``nonce``: 24 random bytes."""
    return nonce + seal(hkdf(first_seed, info=_INFO), nonce, second_seed, b"")


def open_second(first_seed: bytes, sealed: bytes) -> bytes | None:
    """Return the second sheet's seed; None when it is another author's."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return unseal(hkdf(first_seed, info=_INFO), nonce, rest, b"")
    except (BadSealError, ValueError):
        return None
