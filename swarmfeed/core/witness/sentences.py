"""What people are told of how new a feed is: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

AGO: Final = Text("{seconds:1 second|# seconds} ago")
MINUTES_AGO: Final = Text("{minutes:1 minute|# minutes} ago")
HOURS_AGO: Final = Text("{hours:1 hour|# hours} ago")
DAYS_AGO: Final = Text("{days:1 day|# days} ago")

SEEN: Final = Text(
    "This is the newest as of {ago}: {networks:1 other|# others, in different networks,} saw"
    " it."
)
KEPT_BACK: Final = Text(
    "There is more: others saw {entries:1 newer entry|# newer entries} {ago}, which nobody who"
    " is linked gives. It is looked for elsewhere."
)
NOBODY_SAW: Final = Text("No other machine has said yet whether this is the newest.")

STEPPED_BACK: Final = Text("it signed an older head after a newer one")
FALSE_WORD: Final = Text("what it said of the newest posts is not signed by whom it says")
WHETHER_NEWEST: Final = Text("whether posts are the newest")
ASKED: Final = Text(
    "{feeds:1 feed|# feeds} asked about, {witnesses:at one witness|at # witnesses}"
)


def ago(seconds: int) -> str:
    """How long ago, as people say it; 0 and more."""
    seconds = max(0, seconds)
    if seconds < 120:
        return AGO(seconds=seconds)
    if seconds < 2 * 60 * 60:
        return MINUTES_AGO(minutes=seconds // 60)
    if seconds < 2 * 24 * 60 * 60:
        return HOURS_AGO(hours=seconds // 3_600)
    return DAYS_AGO(days=seconds // 86_400)
