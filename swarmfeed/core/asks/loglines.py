"""Lines of a log, as they are shown: what somebody wrote there by mistake is not in them.

Pure.  Keys, words of sheets and passwords are recognized by their names, and by how they look:
a value may stand in a sentence of a library.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Final

from swarmfeed.core.asks.limits import LOG_LINE_CHARS_MAX
from swarmfeed.core.base.backup_words import is_backup_word

SECRETS: Final = frozenset({"token", "key", "passphrase", "seed", "words", "authorization"})
"""Names whose values never reach a log, whoever wrote them there by mistake."""

HIDDEN: Final = "(hidden)"

WORDS_HIDDEN: Final = 12
"""So many words of the list of sheets behind each other are no sentence."""

_NAMED: Final = re.compile(
    r"(?i)(?<![a-z0-9])(token|key|passphrase|password|secret|seed|authorization)"
    r"(['\"]?\s*[=:]\s*['\"]?)((?:bearer|basic)\s+)?[^\s,;)&'\"}]+"
)
"""In sentences, in what JSON and Python write, and at the end of longer names."""
_IN_URL: Final = re.compile(r"(://)[^/@\s]+@")
_LONG: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?:[0-9A-Fa-f]{64,}|[A-Za-z0-9_-]{43}=?|[A-Za-z0-9_-]{86}(?:==)?"
    r"|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)"
    r"(?![A-Za-z0-9_-])"
)
"""Keys of 32 bytes, signatures and pairs of keys: as hex, and as base64."""
_WORDS: Final = re.compile(r"\b[a-z]{3,8}(?:\s+[a-z]{3,8}){11,}\b")


def hide_secrets(event: Mapping[str, object]) -> dict[str, object]:
    """Return what was logged, without the values of names that tell secrets."""
    return {name: HIDDEN if name in SECRETS else each for name, each in event.items()}


def line_of(event: Mapping[str, object], trouble: str = "") -> str:
    """Return an event of a log as one text: what happened, values by their names, and the trace
    of an error, of which the end is kept where it is too long."""
    values = hide_secrets(event)
    said = str(values.pop("event", ""))
    named = " ".join(f"{name}={each}" for name, each in values.items())
    told = hide_in_text(" ".join(filter(None, (said, named))))[:LOG_LINE_CHARS_MAX]
    left = max(LOG_LINE_CHARS_MAX - len(told), 0)
    return told if not trouble else f"{told}\n{hide_in_text(trouble)[-left:] if left else ''}"


def hide_in_text(text: str) -> str:
    """Return a text without what looks like a key, a password, or the words of a sheet."""
    text = _IN_URL.sub(rf"\1{HIDDEN}@", text)
    text = _NAMED.sub(rf"\1\2{HIDDEN}", text)
    text = _LONG.sub(HIDDEN, text)
    return _WORDS.sub(_without_words, text)


def _without_words(match: re.Match[str]) -> str:
    shown: list[str] = []
    for of_sheets, words in groupby(match[0].split(), is_backup_word):
        run = list(words)
        shown += [HIDDEN] if of_sheets and len(run) >= WORDS_HIDDEN else run
    return " ".join(shown)
