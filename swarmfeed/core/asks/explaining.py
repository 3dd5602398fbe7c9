"""Why a history is held here, or not, in the words that every face uses."""

from math import floor
from typing import Final

from swarmfeed.core.asks.history import Explanation
from swarmfeed.core.base.texts import counted, format_size
from swarmfeed.core.history import sentences

STATES: Final = {
    "leased": "kept",
    "claimed": "on the way",
    "leaving": "handing over",
    "followed": "followed",
    "own": "your own",
    "watched": "looked after",
}
"""How a history is kept here, for people."""

WORDS: Final = {
    "have": "has it",
    "lease": "keeps it",
    "claim": "is fetching it",
    "leaving": "hands it over",
    "refusal": "refused it",
}
"""What a machine says of a history, for people."""

KEPT_ANYWAY: Final = ("own", "followed")
"""States of what is kept whatever a history server may take."""


def facts_of(each: Explanation) -> tuple[tuple[str, str], ...]:
    """What there is to say of one history, as pairs of a label and a value."""
    feed = each.feed
    room = () if feed.state in KEPT_ANYWAY else (("room for it here", _size(each.quota_bytes)),)
    held = f"{state_of(feed.state)}, {counted(feed.size, 'entry', 'entries')},"
    return (
        ("on this machine", f"{held} {_size(feed.bytes_held)}"),
        ("out of reach", sentences.how_long(feed.unavailable)),
        ("out of reach, at most wanted", sentences.how_long(feed.target)),
        ("likely to stay", counted(floor(feed.copies), "copy", "copies")),
        ("asked for", how_often(feed.requests_per_day)),
        *room,
    )


def state_of(name: str) -> str:
    return STATES.get(name, name)


def word_of(name: str) -> str:
    return WORDS.get(name, name)


def how_often(per_day: float) -> str:
    """How often something is asked for, in whole numbers: ``3 times a day``."""
    for times, unit in ((per_day, "day"), (per_day * 30, "month")):
        if round(times) >= 1:
            return f"{counted(round(times), 'time', 'times')} a {unit}"
    return "hardly ever"


def _size(size_bytes: int) -> str:
    return format_size(size_bytes, tenths_below=10)
