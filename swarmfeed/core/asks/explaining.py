"""Why a history is held here, or not, in the words that every face uses."""

from math import floor
from typing import Final

from swarmfeed.core.asks.history import Explanation
from swarmfeed.core.base.texts import Text, counted, format_size
from swarmfeed.core.history import sentences

STATES: Final = {
    "leased": Text("kept"),
    "claimed": Text("on the way"),
    "leaving": Text("handing over"),
    "followed": Text("followed"),
    "own": Text("your own"),
    "watched": Text("looked after"),
}
"""How a history is kept here, for people."""

WORDS: Final = {
    "have": Text("has it"),
    "lease": Text("keeps it"),
    "claim": Text("is fetching it"),
    "leaving": Text("hands it over"),
    "refusal": Text("refused it"),
}
"""What a machine says of a history, for people."""

HELD: Final = Text("{state}, {entries:1 entry|# entries}, {size}")
ON_THIS_MACHINE: Final = Text("on this machine")
OUT_OF_REACH: Final = Text("out of reach")
OUT_OF_REACH_WANTED: Final = Text("out of reach, at most wanted")
LIKELY_TO_STAY: Final = Text("likely to stay")
ASKED_FOR: Final = Text("asked for")
ROOM_HERE: Final = Text("room for it here")
A_DAY: Final = Text("{times:1 time|# times} a day")
A_MONTH: Final = Text("{times:1 time|# times} a month")
HARDLY_EVER: Final = Text("hardly ever")

KEPT_ANYWAY: Final = ("own", "followed")
"""States of what is kept whatever a history server may take."""


def facts_of(each: Explanation) -> tuple[tuple[str, str], ...]:
    """What there is to say of one history, as pairs of a label and a value."""
    feed = each.feed
    room = () if feed.state in KEPT_ANYWAY else ((ROOM_HERE(), _size(each.quota_bytes)),)
    held = HELD(state=state_of(feed.state), entries=feed.size, size=_size(feed.bytes_held))
    return (
        (ON_THIS_MACHINE(), held),
        (OUT_OF_REACH(), sentences.how_long(feed.unavailable)),
        (OUT_OF_REACH_WANTED(), sentences.how_long(feed.target)),
        (LIKELY_TO_STAY(), counted(floor(feed.copies), "copy", "copies")),
        (ASKED_FOR(), how_often(feed.requests_per_day)),
        *room,
    )


def state_of(name: str) -> str:
    return STATES[name]() if name in STATES else name


def word_of(name: str) -> str:
    return WORDS[name]() if name in WORDS else name


def how_often(per_day: float) -> str:
    """How often something is asked for, in whole numbers: ``3 times a day``."""
    for times, text in ((per_day, A_DAY), (per_day * 30, A_MONTH)):
        if round(times) >= 1:
            return text(times=round(times))
    return HARDLY_EVER()


def _size(size_bytes: int) -> str:
    return format_size(size_bytes, tenths_below=10)
