"""The log of this run: what the node wrote down of what it does."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.settings_sentences import NO_CHOICE
from swarmfeed.errors import UserError

LEVELS: Final = ("debug", "info", "warning", "error")
"""From the least to the gravest."""

LINES_SHOWN: Final = 100


class LogLine(Struct, frozen=True, kw_only=True):
    """One thing that was written down."""

    number: int
    """Grows by one with each line of this run."""
    time_ms: int
    level: str
    """``debug``, ``info``, ``warning`` or ``error``."""
    said: str
    """In English, without what looks like a secret; a trace stands in lines of its own."""


class LogLines(Struct, frozen=True, kw_only=True):
    """Newest first."""

    lines: tuple[LogLine, ...]
    next: int | None
    """What ``before`` takes to go on; null when nothing older is kept."""


class WhatWasLogged(Ask[LogLines], frozen=True, kw_only=True):
    """What was written down in this run, newest first; the last 2,000 lines are kept."""

    name = "log"

    level: str = "info"
    """At least so grave."""
    limit: int = LINES_SHOWN
    before: int | None = None
    """Only lines with a lower number."""
    after: int = 0
    """Only lines with a higher number."""


def lines_of(kept: Sequence[LogLine], ask: WhatWasLogged) -> LogLines:
    """Choose what is shown of the lines that are kept, oldest first.

    Raises:
        UserError: There is no such level.
    """
    if ask.level not in LEVELS:
        raise UserError(NO_CHOICE(typed=ask.level, choices=", ".join(LEVELS)))
    levels = LEVELS[LEVELS.index(ask.level) :]
    found = [
        each
        for each in reversed(kept)
        if each.level in levels
        and each.number > ask.after
        and (ask.before is None or each.number < ask.before)
    ]
    shown = tuple(found[: max(ask.limit, 0)])
    is_more = 0 < len(shown) < len(found)
    return LogLines(lines=shown, next=shown[-1].number if is_more else None)
